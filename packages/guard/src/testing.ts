import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import type { Access } from './caller.ts';
import { type CutoffKind, type CutoffSource, createCutoffList, cutoffKinds, hashCutoff } from './cutoff-list.ts';
import type { KeySource } from './keys.ts';

/** What a token of the test issuer says; everything that is left out is good. */
export interface TestTokenOptions {
  /** The API client; by default `client_test`. */
  readonly clientId?: string;
  /** The person behind the call; by default none, and the client calls for itself. */
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
  /** How long it lives, in seconds; by default 3600. */
  readonly lifetimeSeconds?: number;
  /** Claims to replace or add, as on the wire; `undefined` takes one away. */
  readonly claims?: Readonly<Record<string, unknown>>;
  /** Header members to replace or add; `undefined` takes one away. */
  readonly header?: Readonly<Record<string, unknown>>;
}

/** An issuer without a server. */
export interface TestIssuer {
  /** What `createGuard` needs to take this issuer's tokens; spread it into the options of your API. */
  readonly guardOptions: {
    readonly issuer: string;
    readonly audience: string;
    readonly keys: KeySource;
    readonly cutoffs: { readonly source: CutoffSource };
  };
  /** The organization that tokens belong to by default. */
  readonly organizationId: string;
  /** A signed access token. */
  token(options?: TestTokenOptions): string;
  /** The headers of a good call: the token and its organization. */
  headers(options?: TestTokenOptions): { readonly authorization: string; readonly 'x-tenant-id': string };
  /**
   * Cuts something off: tokens issued up to now (milliseconds since the epoch; by default this moment) are refused. The
   * id of a member is the user's and the organization's with a space between.
   */
  cutOff(kind: CutoffKind, id: string, at?: number): void;
}

/** Makes an issuer with a key of its own, for tests of an API: no server, no network, no waiting. */
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
      keys: { find: (asked) => (asked === kid ? key : undefined) },
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
