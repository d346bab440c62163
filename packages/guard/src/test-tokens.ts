import assert from 'node:assert/strict';
import { createHmac, generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto';
import { createGuard, type Guard } from './guard.ts';
import { GuardError, type GuardErrorCode } from './guard-error.ts';
import type { GuardKey, KeySource } from './keys.ts';
import type { GuardOptions } from './options.ts';

// Keys and tokens for the tests of this package. Tokens are made by hand, because libraries refuse to make most of what
// has to be tried here.

export const issuer = 'https://id.example.test';
export const audience = 'https://api.example.test/api';
export const organizationId = 'f4b3c1de-0a64-4c2e-9d53-5a1a7c0e8b11';
export const otherOrganizationId = '0c9d2c53-6bd1-4d0f-8a55-2f6c1f0a4e77';

/** The time at which the tests take place, in seconds since the epoch. */
export const nowSeconds = 1_800_000_000;

export const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
export const ec384 = generateKeyPairSync('ec', { namedCurve: 'P-384' });
export const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
export const ed = generateKeyPairSync('ed25519');

export const guardKeys: readonly GuardKey[] = [
  { kid: 'ec', alg: 'ES256', key: ec.publicKey },
  { kid: 'rsa', alg: 'RS256', key: rsa.publicKey },
  { kid: 'ed', alg: 'EdDSA', key: ed.publicKey },
];

/** Keys in memory, as an issuer in the same process has them; `asked` lists every kid that was looked up. */
export function createKeySource(keys: readonly GuardKey[] = guardKeys): KeySource & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    find(kid) {
      asked.push(kid);
      return keys.find((key) => key.kid === kid);
    },
  };
}

/** A guard with the keys above whose clock stands still. */
export function createTestGuard(options: Partial<GuardOptions> = {}): Guard {
  return createGuard({
    issuer,
    audience,
    jwks: { source: createKeySource() },
    cutoffs: false,
    now: () => nowSeconds * 1000,
    ...options,
  });
}

/** base64url of a JSON text or of bytes. */
export function encode(part: unknown): string {
  const bytes = part instanceof Uint8Array ? part : typeof part === 'string' ? part : JSON.stringify(part);
  return Buffer.from(bytes).toString('base64url');
}

export const goodHeader = { typ: 'at+jwt', alg: 'ES256', kid: 'ec' };

export function goodClaims(): Record<string, unknown> {
  return {
    iss: issuer,
    sub: 'client_1',
    aud: audience,
    exp: nowSeconds + 3600,
    iat: nowSeconds,
    nbf: nowSeconds,
    jti: randomUUID(),
    client_id: 'client_1',
    scope: 'public',
    organization_id: organizationId,
    access: 'read_write',
  };
}

export type Signer = (input: string) => Uint8Array;

export const signEs256: Signer = (input) => sign('sha256', Buffer.from(input), ecKey(ec.privateKey));
export const signEs384: Signer = (input) => sign('sha384', Buffer.from(input), ecKey(ec384.privateKey));
export const signRs256: Signer = (input) => sign('sha256', Buffer.from(input), rsa.privateKey);
export const signEdDsa: Signer = (input) => sign(null, Buffer.from(input), ed.privateKey);
export function signHs256(secret: string | Uint8Array): Signer {
  return (input) => createHmac('sha256', secret).update(input).digest();
}

function ecKey(key: KeyObject) {
  return { key, dsaEncoding: 'ieee-p1363' } as const;
}

/** Signs any header and claims, JSON texts included. */
export function signToken(header: unknown, claims: unknown, signer: Signer = signEs256): string {
  const input = `${encode(header)}.${encode(claims)}`;
  return `${input}.${encode(signer(input))}`;
}

/** A valid token with some claims and header parameters changed; `undefined` removes one. */
export function createToken(claims: object = {}, header: object = {}, signer: Signer = signEs256): string {
  return signToken({ ...goodHeader, ...header }, { ...goodClaims(), ...claims }, signer);
}

export function headersWith(token: string, tenant: string = organizationId): string[] {
  return ['Authorization', `Bearer ${token}`, 'X-Tenant-Id', tenant];
}

/** The code of the refusal, or `accepted`. */
export async function outcomeOf(
  guard: Guard,
  headers: readonly string[],
  method = 'GET',
): Promise<GuardErrorCode | 'accepted'> {
  try {
    await guard.verify({ method, headers });
    return 'accepted';
  } catch (error) {
    assert.ok(error instanceof GuardError, `not a GuardError: ${String(error)}`);
    return error.code;
  }
}

/** Asserts that each token is refused with the code, and that the guard still accepts a valid one afterwards. */
export async function assertRefused(
  tokens: Readonly<Record<string, string>>,
  code: GuardErrorCode | readonly GuardErrorCode[],
  guard: Guard = createTestGuard(),
): Promise<void> {
  for (const [name, token] of Object.entries(tokens)) {
    const outcome = await outcomeOf(guard, headersWith(token));
    assert.ok(
      [code].flat().some((expected) => expected === outcome),
      `${name}: ${outcome}`,
    );
  }
  assert.equal(await outcomeOf(guard, headersWith(createToken())), 'accepted', 'a valid token passes afterwards');
}

/** The response to a refused request. */
export async function answerOf(guard = createTestGuard(), headers: readonly string[] = [], method = 'GET') {
  try {
    await guard.verify({ method, headers });
  } catch (error) {
    const { status, headers, body } = guard.problem(error, { traceId: 'trace-1' });
    const problem: Record<string, unknown> = JSON.parse(body);
    return { status, headers, problem, challenge: headers['www-authenticate'] };
  }
  throw new assert.AssertionError({ message: 'the call was not refused' });
}
