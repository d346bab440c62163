import { createPublicKey, verify } from 'node:crypto';
import { hashTokenId } from '../domain/access-token.ts';
import { isWellFormedSecret } from '../domain/client-secret.ts';
import { clockToleranceSeconds } from '../domain/limits.ts';
import { familyOf, hashRefreshToken } from '../domain/refresh-token.ts';
import type { PublicJwk } from '../domain/signing-key.ts';
import { findRefreshFamily } from '../store/refresh-families.ts';
import { listSigningKeys } from '../store/signing-keys.ts';
import { isTokenLive } from '../store/token-state.ts';
import type { ActionContext } from './context.ts';

/** What a text is, and everything that is wrong with it as a token. */
export interface InspectedToken {
  readonly kind: string;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly problems: readonly string[];
}

/** Says what a text is: an access token with its claims, a refresh token, a secret, or none of these. */
export async function inspectToken(context: ActionContext, text: string): Promise<InspectedToken> {
  if (text.startsWith('bindery_secret_')) {
    const typed = isWellFormedSecret(text) ? [] : ['it has a typing error: the checksum is wrong'];
    return {
      kind: 'a client secret, not a token',
      facts: {},
      problems: [...typed, 'exchange it at the token endpoint; never send it to an API'],
    };
  }
  if (text.startsWith('bindery_refresh_')) {
    return inspectRefreshToken(context, text);
  }
  const parts = text.split('.');
  const header = decodePart(parts[0]);
  const claims = decodePart(parts[1]);
  if (parts.length !== 3 || header === undefined || claims === undefined) {
    return { kind: 'not a Bindery token', facts: {}, problems: ['it is not a JWT with three parts'] };
  }
  return {
    kind: header['typ'] === 'at+jwt' ? 'an access token (RFC 9068)' : 'a JWT, but not an access token',
    facts: factsOf(header, claims),
    problems: [
      ...headerProblems(header),
      ...(await signatureProblems(context, header, text)),
      ...claimProblems(context, claims),
      ...(await stateProblems(context, claims)),
    ],
  };
}

type Part = Readonly<Record<string, unknown>>;

function decodePart(part: string | undefined): Part | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part ?? '', 'base64url').toString('utf8'));
    // Members are only read by name.
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Part) : undefined;
  } catch {
    return undefined;
  }
}

function factsOf(header: Part, claims: Part): Part {
  return {
    algorithm: header['alg'],
    key_id: header['kid'],
    issuer: claims['iss'],
    audience: claims['aud'],
    subject: claims['sub'],
    client_id: claims['client_id'],
    organization_id: claims['organization_id'],
    access: claims['access'],
    scope: claims['scope'],
    issued_at: momentOf(claims['iat']),
    expires_at: momentOf(claims['exp']),
  };
}

function momentOf(seconds: unknown): string | undefined {
  return typeof seconds === 'number' && Math.abs(seconds) < 8e12 ? new Date(seconds * 1000).toISOString() : undefined;
}

function headerProblems(header: Part): string[] {
  return header['typ'] === 'at+jwt' ? [] : ['its typ is not at+jwt: it is not an access token'];
}

async function signatureProblems(context: ActionContext, header: Part, token: string): Promise<string[]> {
  const keys = await listSigningKeys(context.database.queries, context.now());
  const key = keys.find((candidate) => candidate.kid === header['kid']);
  if (key === undefined) {
    return ['it was signed with a key that this Bindery does not have, or no longer has'];
  }
  if (key.algorithm !== header['alg']) {
    return [`its alg is not ${key.algorithm}, the algorithm of its key`];
  }
  return isSignedWith(key.publicJwk, token)
    ? []
    : ['its signature is wrong: it was changed, or not issued by this Bindery'];
}

function isSignedWith(jwk: PublicJwk, token: string): boolean {
  const end = token.lastIndexOf('.');
  const signature = Buffer.from(token.slice(end + 1), 'base64url');
  const key = createPublicKey({ key: { ...jwk }, format: 'jwk' });
  const input = Buffer.from(token.slice(0, end));
  return jwk.alg === 'EdDSA'
    ? verify(null, input, key, signature)
    : verify('sha256', input, { key, dsaEncoding: 'ieee-p1363' }, signature);
}

function claimProblems({ config, now }: ActionContext, claims: Part): string[] {
  const seconds = now() / 1000;
  const { iss, aud, exp, nbf } = claims;
  return [
    ...(iss === config.publicUrl ? [] : [`its issuer is not this Bindery, ${config.publicUrl}`]),
    ...(aud === config.audience ? [] : [`its audience is not the API, ${config.audience}`]),
    ...(typeof exp === 'number' && exp > seconds ? [] : ['it has expired']),
    ...(typeof nbf === 'number' && nbf > seconds + clockToleranceSeconds
      ? ['it is not valid yet: a clock is wrong']
      : []),
  ];
}

async function stateProblems(context: ActionContext, claims: Part): Promise<string[]> {
  const { client_id, organization_id, sub, sid, jti } = claims;
  if (typeof client_id !== 'string' || typeof organization_id !== 'string' || typeof jti !== 'string') {
    return ['it lacks claims that every Bindery access token has'];
  }
  const isLive = await isTokenLive(context.database.queries, {
    clientId: client_id,
    organizationId: organization_id,
    userId: typeof sub === 'string' && sub !== client_id ? sub : undefined,
    familyId: typeof sid === 'string' ? sid : undefined,
    tokenHash: hashTokenId(jti),
  });
  return isLive ? [] : ['it was revoked, or its client, user or organization is disabled or gone'];
}

async function inspectRefreshToken(context: ActionContext, token: string): Promise<InspectedToken> {
  const familyId = familyOf(token, context.keys.refreshTag);
  const family = familyId === undefined ? undefined : await findRefreshFamily(context.database.queries, familyId);
  if (family === undefined) {
    return {
      kind: 'a refresh token',
      facts: {},
      problems: ['it was not issued by this Bindery, or it was deleted after it expired'],
    };
  }
  const now = context.now();
  return {
    kind: 'a refresh token',
    facts: {
      client_id: family.clientId,
      user_id: family.userId,
      organization_id: family.organizationId,
      scope: family.scope,
      idle_until: new Date(family.idleExpiresAt).toISOString(),
      expires_at: new Date(family.absoluteExpiresAt).toISOString(),
    },
    problems: [
      ...(family.revokedAt === null ? [] : ['it was revoked']),
      ...(family.idleExpiresAt > now && family.absoluteExpiresAt > now ? [] : ['it has expired']),
      ...(family.currentHash === hashRefreshToken(token) ? [] : ['it was already used: there is a newer one']),
    ],
  };
}
