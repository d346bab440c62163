// The guard and what it is measured against. Each checks signature, issuer, audience, times and, where it can, the type.
import type { KeyObject } from 'node:crypto';
import { createGuard } from '@bindery/guard';
import { createCutoffList } from '@bindery/guard/issuer';
import type { Request as ExpressRequest, Response as ExpressResponse } from 'express';
import { auth } from 'express-oauth2-jwt-bearer';
import { createVerifier } from 'fast-jwt';
import { jwtVerify } from 'jose';

/** What a verifier is told. */
export interface Trusted {
  readonly issuer: string;
  readonly audience: string;
  readonly algorithm: 'ES256' | 'RS256';
  readonly kid: string;
  readonly publicKey: KeyObject;
  /** Where the public key can be fetched, for a verifier that takes it in no other way. */
  readonly jwksUri: string;
  /** In all tokens. */
  readonly organizationId: string;
}

/** Verifies one token; throws or rejects when it is not good. */
export type Verify = (token: string) => unknown;

/** By name; each round creates its own, so that nothing is remembered from the round before. */
export const verifiers: Readonly<Record<string, (trusted: Trusted) => Verify>> = {
  guard({ issuer, audience, algorithm, kid, publicKey, organizationId }) {
    const key = { kid, alg: algorithm, key: publicKey };
    const guard = createGuard({
      issuer,
      audience,
      algorithms: [algorithm],
      jwks: { source: { find: (asked) => (asked === kid ? key : undefined) } },
      // Remembers as many as the others may.
      cacheSize: 10_000,
      cutoffs: { source: { current: () => nothingCutOff } },
    });
    // What a program sends: the guard looks at all of it.
    const rest = ['Host', 'api.test', 'User-Agent', 'bench', 'Accept', '*/*', 'X-Tenant-Id', organizationId];
    return (token) => guard.verify({ method: 'GET', headers: [...rest, 'Authorization', `Bearer ${token}`] });
  },
  jose({ issuer, audience, algorithm, publicKey }) {
    const options = { issuer, audience, algorithms: [algorithm], typ: 'at+jwt' };
    return (token) => jwtVerify(token, publicKey, options);
  },
  'fast-jwt, cached': (trusted) => fastJwt(trusted, 10_000),
  'fast-jwt': (trusted) => fastJwt(trusted, false),
  'express-oauth2-jwt-bearer'({ issuer, audience, algorithm, jwksUri }) {
    const middleware = auth({ issuer, audience, jwksUri, tokenSigningAlg: algorithm, strict: true });
    return (token) =>
      new Promise((resolve, reject) => {
        const headers: Record<string, string> = { host: 'api.test', authorization: `Bearer ${token}` };
        // As much of a request and an answer of Express as the middleware looks at.
        const request = {
          ...{ headers, query: {}, method: 'GET', protocol: 'http', originalUrl: '/things' },
          get: (name: string) => headers[name.toLowerCase()],
          is: () => false,
        } as unknown as ExpressRequest;
        void middleware(request, {} as ExpressResponse, (error?: unknown) => (error ? reject(error) : resolve(error)));
      });
  },
};

const nothingCutOff = createCutoffList(1);

function fastJwt({ issuer, audience, algorithm, publicKey }: Trusted, cache: number | false): Verify {
  return createVerifier({
    key: publicKey.export({ type: 'spki', format: 'pem' }),
    algorithms: [algorithm],
    allowedIss: issuer,
    allowedAud: audience,
    checkTyp: 'at+jwt',
    cache,
  });
}
