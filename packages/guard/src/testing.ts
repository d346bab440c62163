import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import type { Access } from './caller.ts';
import { type CutoffSource, createCutoffList, hashCutoff } from './cutoff-list.ts';
import { type CutoffKind, cutoffKinds } from './cutoff-wire.ts';
import type { KeySource } from './keys.ts';

/** What a token of the test issuer says; whatever is left out has a valid value. */
export interface TestTokenOptions {
  /** The API client; by default `client_test`. */
  readonly clientId?: string;
  /** The person behind the call (`sub`); by default none, and the client calls for itself. */
  readonly userId?: string;
  /** A lower-case UUID; by default `issuer.organizationId`. */
  readonly organizationId?: string;
  /** By default `read_write`. */
  readonly access?: Access;
  /** By default `['public']`. */
  readonly scopes?: readonly string[];
  /** The token's own id; by default a new one. */
  readonly tokenId?: string;
  /** When it was issued, in milliseconds since the epoch; by default now. */
  readonly issuedAt?: number;
  /** Its lifetime in seconds; by default 3600. */
  readonly lifetimeSeconds?: number;
  /** Claims to replace or add, as in the token; `undefined` removes one. */
  readonly claims?: Readonly<Record<string, unknown>>;
  /** Header parameters to replace or add; `undefined` removes one. */
  readonly header?: Readonly<Record<string, unknown>>;
}

/** An issuer without a server. */
export interface TestIssuer {
  /** The options with which `createGuard` accepts this issuer's tokens; spread them into those of your API. */
  readonly guardOptions: {
    readonly issuer: string;
    readonly audience: string;
    readonly jwks: { readonly source: KeySource };
    readonly cutoffs: { readonly source: CutoffSource };
  };
  /** The organization that tokens belong to by default. */
  readonly organizationId: string;
  /** A signed access token. */
  token(options?: TestTokenOptions): string;
  /** The headers of a valid request: the token and its organization. */
  headers(options?: TestTokenOptions): { readonly authorization: string; readonly 'x-tenant-id': string };
  /**
   * Revokes every token of something that was issued up to `at` (milliseconds since the epoch; by default now). `id` is
   * the id of the organization, client or user, `<user id> <organization id>` for a member, the token's `sid` for a
   * session, or its `jti`.
   */
  cutOff(kind: CutoffKind, id: string, at?: number): void;
}

/**
 * Makes an issuer with its own key, for tests of an API: no server, no network, no waiting. By default `issuer` is
 * `https://issuer.test` and `audience` is `https://api.test`.
 */
export function createTestIssuer(options: { readonly issuer?: string; readonly audience?: string } = {}): TestIssuer {
  const issuer = options.issuer ?? 'https://issuer.test';
  const audience = options.audience ?? 'https://api.test';
  const organizationId = '11111111-1111-4111-8111-111111111111';
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const kid = randomUUID();
  const key = { kid, alg: 'ES256', key: publicKey };
  let list = createCutoffList(1);

  function token(given: TestTokenOptions = {}): string {
    const clientId = given.clientId ?? 'client_test';
    const issuedAt = Math.floor((given.issuedAt ?? Date.now()) / 1000);
    const claims = {
      iss: issuer,
      sub: given.userId ?? clientId,
      aud: audience,
      exp: issuedAt + (given.lifetimeSeconds ?? 3600),
      iat: issuedAt,
      nbf: issuedAt,
      jti: given.tokenId ?? randomUUID(),
      client_id: clientId,
      scope: (given.scopes ?? ['public']).join(' '),
      organization_id: given.organizationId ?? organizationId,
      access: given.access ?? 'read_write',
      ...given.claims,
    };
    const input = `${encode({ typ: 'at+jwt', alg: 'ES256', kid, ...given.header })}.${encode(claims)}`;
    const signature = sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' });
    return `${input}.${signature.toString('base64url')}`;
  }

  return {
    guardOptions: {
      issuer,
      audience,
      jwks: { source: { find: (asked) => (asked === kid ? key : undefined) } },
      cutoffs: { source: { current: () => list } },
    },
    organizationId,
    token,
    headers: (given = {}) => ({
      authorization: `Bearer ${token(given)}`,
      'x-tenant-id': given.organizationId ?? organizationId,
    }),
    cutOff(kind, id, at = Date.now()) {
      const entry = [hashCutoff(issuer, kind, id), Math.floor(at / 1000)] as const;
      const entries = (of: CutoffKind) => [...list.cutoffs[of], ...(of === kind ? [entry] : [])];
      list = createCutoffList(list.seq + 1, Object.fromEntries(cutoffKinds.map((of) => [of, entries(of)])));
    },
  };
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
