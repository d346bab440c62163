import { randomUUID } from 'node:crypto';
import { type Attack, type AttackOptions, bearer, reading, validHeaders, writing } from './attack.ts';
import { withBrokenSignature, withClaims } from './forge.ts';

/** Reads with each of these tokens. */
function refusedTokens(make: (options: AttackOptions) => Promise<readonly string[]>): Attack['attempts'] {
  return async (options) => (await make(options)).map((token) => reading(options, validHeaders(options, token)));
}

/** Reads with tokens whose claims are changed before they are signed. */
function refusedClaims(
  changesOf: (seconds: number, options: AttackOptions) => readonly Readonly<Record<string, unknown>>[],
): Attack['attempts'] {
  return refusedTokens((options) =>
    Promise.all(changesOf(options.forge.claims().iat, options).map((changes) => options.forge.token(changes))),
  );
}

/** The published list: what `bindery conform` tries, in this order. */
export const attacks: readonly Attack[] = [
  {
    id: 'no-token',
    title: 'a request without a token, with and without the tenant header',
    source: 'RFC 6750 §3',
    attempts: async (options) => [
      reading(options, []),
      reading(options, [options.tenantHeader, options.organizationId]),
    ],
  },
  {
    id: 'garbage',
    title: 'an empty token, garbage, and strings that only look like a JWT',
    source: 'RFC 7519 §7.2',
    attempts: refusedTokens(async () => ['', 'garbage', 'a.b.c', '..', `${'a'.repeat(4000)}.b.c`]),
  },
  {
    id: 'token-in-query',
    title: 'a valid token in the query instead of the header',
    source: 'RFC 6750 §2.3, RFC 9700 §4.3.2',
    async attempts(options) {
      const path = `${options.target.readPath}${options.target.readPath.includes('?') ? '&' : '?'}access_token=`;
      const headers = [options.tenantHeader, options.organizationId];
      return [{ method: 'GET', path: path + (await options.forge.token()), headers }];
    },
  },
  {
    id: 'repeated-authorization',
    title: 'two Authorization headers, the valid one first and last',
    source: 'RFC 6750 §2, RFC 9110 §5.3',
    async attempts(options) {
      const valid = validHeaders(options, await options.forge.token());
      return [reading(options, [...valid, ...bearer('garbage')]), reading(options, [...bearer('garbage'), ...valid])];
    },
  },
  {
    id: 'expired',
    title: 'a token that expired an hour ago, and one that never expires',
    source: 'RFC 7519 §4.1.4',
    attempts: refusedClaims((seconds) => [
      { iat: seconds - 7200, nbf: seconds - 7200, exp: seconds - 3600 },
      { exp: undefined },
    ]),
  },
  {
    id: 'not-yet-valid',
    title: 'a token that becomes valid in an hour',
    source: 'RFC 7519 §4.1.5',
    attempts: refusedClaims((seconds) => [{ iat: seconds + 3600, nbf: seconds + 3600, exp: seconds + 7200 }]),
  },
  {
    id: 'wrong-audience',
    title: 'a token for another API, for none, and for one whose name begins with this one',
    source: 'RFC 9068 §4',
    attempts: refusedClaims((_, { forge }) => [
      { aud: 'https://elsewhere.example/api' },
      { aud: undefined },
      { aud: `${forge.claims().aud}x` },
    ]),
  },
  {
    id: 'wrong-issuer',
    title: 'a token of another issuer, of none, and of one with almost the same name, with a valid signature',
    source: 'RFC 9068 §4',
    attempts: refusedClaims((_, { forge }) => [
      { iss: 'https://elsewhere.example' },
      { iss: undefined },
      { iss: `${forge.claims().iss}/` },
    ]),
  },
  {
    id: 'foreign-key',
    title: "a token signed with another key under the real key's id",
    source: 'RFC 7515 §5.2',
    attempts: refusedTokens(async ({ forge }) => [await forge.foreignToken(() => ({}))]),
  },
  {
    id: 'unknown-key',
    title: "a token signed with a key that is not among the issuer's",
    source: 'RFC 7515 §4.1.4',
    attempts: refusedTokens(async ({ forge }) => [
      await forge.foreignToken(() => ({ kid: randomUUID() })),
      await forge.foreignToken(() => ({ kid: '../../../dev/null' })),
    ]),
  },
  {
    id: 'embedded-key',
    title: 'a token that carries its own key in its header',
    source: 'RFC 8725 §3.10',
    attempts: refusedTokens(async ({ forge }) => [
      await forge.foreignToken((jwk) => ({ jwk })),
      await forge.foreignToken((jwk) => ({ jwk, kid: undefined })),
    ]),
  },
  {
    id: 'alg-none',
    title: 'an unsigned token with alg none, in every spelling',
    source: 'RFC 8725 §3.1',
    attempts: refusedTokens(async ({ forge }) =>
      ['none', 'None', 'NONE', 'nOnE', '', null, undefined].flatMap((alg) => [
        forge.unsignedToken(alg),
        forge.unsignedToken(alg, 'AA'),
      ]),
    ),
  },
  {
    id: 'public-key-as-secret',
    title: 'a token signed by HS256 with the public key as the secret',
    source: 'RFC 8725 §3.1',
    attempts: refusedTokens(async ({ forge }) => forge.hmacTokens()),
  },
  {
    id: 'tampered-payload',
    title: 'a valid token whose payload was changed to more access, and to another organization',
    source: 'RFC 7515 §5.2',
    attempts: refusedTokens(async ({ forge, otherOrganizationId }) => {
      const token = await forge.token();
      return [
        withClaims(token, (claims) => ({ ...claims, access: 'read_write' })),
        withClaims(token, (claims) => ({ ...claims, organization_id: otherOrganizationId })),
      ];
    }),
  },
  {
    id: 'tampered-signature',
    title: 'a valid token whose signature was changed, truncated, or removed',
    source: 'RFC 7515 §5.2',
    attempts: refusedTokens(async ({ forge }) => {
      const token = await forge.token();
      const end = token.lastIndexOf('.');
      return [withBrokenSignature(token), token.slice(0, -8), token.slice(0, end + 1), token.slice(0, end)];
    }),
  },
  {
    id: 'wrong-type',
    title: 'a JWT of the same issuer and key that is not an access token',
    source: 'RFC 9068 §4, RFC 8725 §3.11',
    attempts: refusedTokens(({ forge }) =>
      Promise.all(['JWT', 'dpop+jwt', undefined].map((typ) => forge.tokenWithHeader({ typ }))),
    ),
  },
  {
    id: 'critical-extension',
    title: 'a token with an unknown critical extension',
    source: 'RFC 7515 §4.1.11',
    attempts: refusedTokens(async ({ forge }) => [
      await forge.tokenWithHeader({ crit: ['https://example.com/must'], 'https://example.com/must': true }),
    ]),
  },
  {
    id: 'no-tenant-header',
    title: 'a valid token without the tenant header, and with an empty one',
    source: 'the token and the tenant header must agree',
    async attempts(options) {
      const token = bearer(await options.forge.token());
      return [reading(options, token), reading(options, [...token, options.tenantHeader, ''])];
    },
  },
  {
    id: 'header-against-token',
    title: 'a valid token with the tenant header of another organization, and with both',
    source: "the organization is the token's",
    async attempts(options) {
      const token = bearer(await options.forge.token());
      const other = [options.tenantHeader, options.otherOrganizationId];
      return [
        reading(options, [...token, ...other]),
        reading(options, [...token, options.tenantHeader, options.organizationId, ...other]),
        reading(options, [...token, ...other, options.tenantHeader, options.organizationId]),
      ];
    },
  },
  {
    id: 'other-organization',
    title: "another organization's token with this one's tenant header",
    source: "the organization is the token's",
    attempts: refusedTokens(async ({ forge, otherOrganizationId }) => [
      await forge.token({ organization_id: otherOrganizationId }),
    ]),
  },
  {
    id: 'no-organization',
    title: 'a token without an organization',
    source: "the organization is the token's",
    attempts: refusedClaims(() => [{ organization_id: undefined }, { organization_id: '' }]),
  },
  {
    id: 'foreign-object',
    title: "another organization's token and tenant header, for an object of this organization",
    source: 'OWASP API1:2023',
    needs: 'objectPath',
    async attempts(options) {
      const token = await options.forge.token({ organization_id: options.otherOrganizationId, access: 'read_write' });
      const headers = [...bearer(token), options.tenantHeader, options.otherOrganizationId];
      return [{ method: 'GET', path: options.target.objectPath ?? '', headers }];
    },
  },
  {
    id: 'unauthenticated-write',
    title: 'a write without a token',
    source: 'RFC 6750 §3',
    needs: 'write',
    attempts: async (options) => [
      writing(options, []),
      writing(options, [options.tenantHeader, options.organizationId]),
    ],
  },
  {
    id: 'read-token-writes',
    title: 'a write with a read token',
    source: 'RFC 6750 §3.1',
    needs: 'write',
    attempts: async (options) => [writing(options, validHeaders(options, await options.forge.token()))],
  },
  {
    id: 'method-override',
    title: 'a write with a read token and a method override to GET',
    source: 'OWASP API5:2023',
    needs: 'write',
    async attempts(options) {
      const headers = validHeaders(options, await options.forge.token());
      const names = ['x-http-method-override', 'x-http-method', 'x-method-override'];
      const query = { ...writing(options, headers), path: `${options.target.write?.path}?_method=GET` };
      return [...names.map((name) => writing(options, [...headers, name, 'GET'])), query];
    },
  },
  {
    id: 'no-access',
    title: 'a write with a token without a valid access claim',
    source: 'RFC 9068 §4',
    needs: 'write',
    async attempts(options) {
      const tokens = await Promise.all(
        [undefined, 'none', 'READ_WRITE', ['read_write']].map((access) => options.forge.token({ access })),
      );
      return tokens.map((token) => writing(options, validHeaders(options, token)));
    },
  },
];
