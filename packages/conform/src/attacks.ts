import { randomUUID } from 'node:crypto';
import { type Attack, bearer, goodHeaders, type Lab, reading, writing } from './attack.ts';
import { withBrokenSignature, withClaims } from './forge.ts';

/** Reads with each token, which must be refused. */
function refusedTokens(make: (lab: Lab) => Promise<readonly string[]>): Attack['attempts'] {
  return async (lab) => (await make(lab)).map((token) => reading(lab, goodHeaders(lab, token)));
}

/** Reads with a token whose claims were changed before it was signed, which must be refused. */
function refusedClaims(
  changesOf: (seconds: number, lab: Lab) => readonly Readonly<Record<string, unknown>>[],
): Attack['attempts'] {
  return refusedTokens((lab) =>
    Promise.all(changesOf(lab.forge.claims().iat, lab).map((changes) => lab.forge.token(changes))),
  );
}

/** The published list: what `bindery conform` tries, in this order. */
export const attacks: readonly Attack[] = [
  {
    id: 'no-token',
    title: 'a call without a token, with and without the tenant header',
    source: 'RFC 6750 §3',
    attempts: async (lab) => [reading(lab, []), reading(lab, [lab.tenantHeader, lab.organizationId])],
  },
  {
    id: 'garbage',
    title: 'an empty token, garbage, and texts that only look like a JWT',
    source: 'RFC 7519 §7.2',
    attempts: refusedTokens(async () => ['', 'garbage', 'a.b.c', '..', `${'a'.repeat(4000)}.b.c`]),
  },
  {
    id: 'token-in-query',
    title: 'a good token in the query and none in the header',
    source: 'RFC 6750 §2.3, RFC 9700 §4.3.2',
    async attempts(lab) {
      const path = `${lab.target.readPath}${lab.target.readPath.includes('?') ? '&' : '?'}access_token=`;
      const headers = [lab.tenantHeader, lab.organizationId];
      return [{ method: 'GET', path: path + (await lab.forge.token()), headers }];
    },
  },
  {
    id: 'repeated-authorization',
    title: 'two Authorization headers, the good one first and last',
    source: 'RFC 6750 §2, RFC 9110 §5.3',
    async attempts(lab) {
      const good = goodHeaders(lab, await lab.forge.token());
      return [reading(lab, [...good, ...bearer('garbage')]), reading(lab, [...bearer('garbage'), ...good])];
    },
  },
  {
    id: 'expired',
    title: 'a token that expired an hour ago, and one that never does',
    source: 'RFC 7519 §4.1.4',
    attempts: refusedClaims((seconds) => [
      { iat: seconds - 7200, nbf: seconds - 7200, exp: seconds - 3600 },
      { exp: undefined },
    ]),
  },
  {
    id: 'not-yet-valid',
    title: 'a token that begins in an hour',
    source: 'RFC 7519 §4.1.5',
    attempts: refusedClaims((seconds) => [{ iat: seconds + 3600, nbf: seconds + 3600, exp: seconds + 7200 }]),
  },
  {
    id: 'wrong-audience',
    title: 'a token for another API, for none, and for one whose name is longer',
    source: 'RFC 9068 §4',
    attempts: refusedClaims((_, { forge }) => [
      { aud: 'https://elsewhere.example/api' },
      { aud: undefined },
      { aud: `${forge.claims().aud}x` },
    ]),
  },
  {
    id: 'wrong-issuer',
    title: 'a token of another issuer, of none, and of one that is spelt almost the same, with a good signature',
    source: 'RFC 9068 §4',
    attempts: refusedClaims((_, { forge }) => [
      { iss: 'https://elsewhere.example' },
      { iss: undefined },
      { iss: `${forge.claims().iss}/` },
    ]),
  },
  {
    id: 'foreign-key',
    title: "a token signed with somebody else's key under the name of the real one",
    source: 'RFC 7515 §5.2',
    attempts: refusedTokens(async ({ forge }) => [await forge.foreignToken(() => ({}))]),
  },
  {
    id: 'unknown-key',
    title: 'a token signed with a key that the issuer does not have',
    source: 'RFC 7515 §4.1.4',
    attempts: refusedTokens(async ({ forge }) => [
      await forge.foreignToken(() => ({ kid: randomUUID() })),
      await forge.foreignToken(() => ({ kid: '../../../dev/null' })),
    ]),
  },
  {
    id: 'embedded-key',
    title: 'a token that brings its own key along in its header',
    source: 'RFC 8725 §3.10',
    attempts: refusedTokens(async ({ forge }) => [
      await forge.foreignToken((jwk) => ({ jwk })),
      await forge.foreignToken((jwk) => ({ jwk, kid: undefined })),
    ]),
  },
  {
    id: 'alg-none',
    title: 'a token that is not signed and says so, in every spelling',
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
    title: 'a token signed by HS256 with the public key as its secret',
    source: 'RFC 8725 §3.1',
    attempts: refusedTokens(async ({ forge }) => forge.hmacTokens()),
  },
  {
    id: 'tampered-payload',
    title: 'a good token whose payload was changed to more access, and to another organization',
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
    title: 'a good token whose signature was changed, cut short, or taken away',
    source: 'RFC 7515 §5.2',
    attempts: refusedTokens(async ({ forge }) => {
      const token = await forge.token();
      const end = token.lastIndexOf('.');
      return [withBrokenSignature(token), token.slice(0, -8), token.slice(0, end + 1), token.slice(0, end)];
    }),
  },
  {
    id: 'wrong-type',
    title: 'a JWT of the same issuer and key that is no access token',
    source: 'RFC 9068 §4, RFC 8725 §3.11',
    attempts: refusedTokens(({ forge }) =>
      Promise.all(['JWT', 'dpop+jwt', undefined].map((typ) => forge.tokenWithHeader({ typ }))),
    ),
  },
  {
    id: 'critical-extension',
    title: 'a token with an extension that must be understood and cannot be',
    source: 'RFC 7515 §4.1.11',
    attempts: refusedTokens(async ({ forge }) => [
      await forge.tokenWithHeader({ crit: ['https://example.com/must'], 'https://example.com/must': true }),
    ]),
  },
  {
    id: 'no-tenant-header',
    title: 'a good token without the tenant header, and with an empty one',
    source: 'a token and its call must agree on the organization',
    async attempts(lab) {
      const token = bearer(await lab.forge.token());
      return [reading(lab, token), reading(lab, [...token, lab.tenantHeader, ''])];
    },
  },
  {
    id: 'header-against-token',
    title: 'a good token with the header of another organization, and with both',
    source: 'the organization is that of the token',
    async attempts(lab) {
      const token = bearer(await lab.forge.token());
      const other = [lab.tenantHeader, lab.otherOrganizationId];
      return [
        reading(lab, [...token, ...other]),
        reading(lab, [...token, lab.tenantHeader, lab.organizationId, ...other]),
        reading(lab, [...token, ...other, lab.tenantHeader, lab.organizationId]),
      ];
    },
  },
  {
    id: 'other-organization',
    title: "another organization's token with this one's header",
    source: 'the organization is that of the token',
    attempts: refusedTokens(async ({ forge, otherOrganizationId }) => [
      await forge.token({ organization_id: otherOrganizationId }),
    ]),
  },
  {
    id: 'no-organization',
    title: 'a token that belongs to no organization',
    source: 'the organization is that of the token',
    attempts: refusedClaims(() => [{ organization_id: undefined }, { organization_id: '' }]),
  },
  {
    id: 'foreign-object',
    title: "another organization's token, with its own header, at a thing of this organization",
    source: 'OWASP API1:2023',
    needs: 'objectPath',
    async attempts(lab) {
      const token = await lab.forge.token({ organization_id: lab.otherOrganizationId, access: 'read_write' });
      const headers = [...bearer(token), lab.tenantHeader, lab.otherOrganizationId];
      return [{ method: 'GET', path: lab.target.objectPath ?? '', headers }];
    },
  },
  {
    id: 'unauthenticated-write',
    title: 'a write without a token',
    source: 'RFC 6750 §3',
    needs: 'write',
    attempts: async (lab) => [writing(lab, []), writing(lab, [lab.tenantHeader, lab.organizationId])],
  },
  {
    id: 'read-token-writes',
    title: 'a read token that writes',
    source: 'RFC 6750 §3.1',
    needs: 'write',
    attempts: async (lab) => [writing(lab, goodHeaders(lab, await lab.forge.token()))],
  },
  {
    id: 'method-override',
    title: 'a read token that writes and calls it a GET',
    source: 'OWASP API5:2023',
    needs: 'write',
    async attempts(lab) {
      const headers = goodHeaders(lab, await lab.forge.token());
      const names = ['x-http-method-override', 'x-http-method', 'x-method-override'];
      const query = { ...writing(lab, headers), path: `${lab.target.write?.path}?_method=GET` };
      return [...names.map((name) => writing(lab, [...headers, name, 'GET'])), query];
    },
  },
  {
    id: 'no-access',
    title: 'a token that writes and does not say what it may do',
    source: 'RFC 9068 §4',
    needs: 'write',
    async attempts(lab) {
      const tokens = await Promise.all(
        [undefined, 'none', 'READ_WRITE', ['read_write']].map((access) => lab.forge.token({ access })),
      );
      return tokens.map((token) => writing(lab, goodHeaders(lab, token)));
    },
  },
];
