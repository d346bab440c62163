import type { Access, Caller } from './caller.ts';
import { GuardError, refusedClaim } from './guard-error.ts';

/** What the claims are compared with. */
export interface ClaimsPolicy {
  readonly issuer: string;
  readonly audience: string;
  readonly clockToleranceSeconds: number;
}

/** Verified claims: the caller, and what has to be checked again on each use. */
export interface VerifiedClaims {
  readonly caller: Caller;
  /** `nbf` in milliseconds since the epoch, or `iat` where the token has no `nbf`. */
  readonly notBefore: number;
  /** The sign-in that a user's token comes from (`sid`), if it names one. */
  readonly sessionId?: string;
}

type Claims = Readonly<Record<string, unknown>>;

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const stringLengthMax = 256;

/** Checks the claims of a token whose signature is valid, in the order of RFC 9068 §4. */
export function checkClaims(claims: Claims, policy: ClaimsPolicy, now: number): VerifiedClaims {
  checkIssuer(claims['iss'], policy.issuer);
  checkAudience(claims['aud'], policy.audience);
  const expiresAt = readTime(claims, 'exp');
  const issuedAt = readTime(claims, 'iat');
  const notBefore = claims['nbf'] === undefined ? issuedAt : readTime(claims, 'nbf');
  if (expiresAt <= issuedAt) throw wrongForm('exp', claims['exp'], 'later than iat');

  const clientId = readString(claims, 'client_id');
  const subject = readString(claims, 'sub');
  const caller: Caller = Object.freeze({
    clientId,
    // RFC 9068 §2.2: where no person is involved, `sub` is the client itself.
    ...(subject === clientId ? {} : { userId: subject }),
    organizationId: readOrganizationId(claims['organization_id']),
    access: readAccess(claims['access']),
    scopes: readScopes(claims['scope']),
    tokenId: readString(claims, 'jti'),
    expiresAt,
    issuedAt,
  });
  const sessionId = claims['sid'] === undefined ? undefined : readString(claims, 'sid');
  const verified = { caller, notBefore, ...(sessionId === undefined ? {} : { sessionId }) };
  checkTimes(verified, policy.clockToleranceSeconds, now);
  return verified;
}

/** Checks a token's times against the clock; repeated each time a cached token is used. */
export function checkTimes({ caller, notBefore }: VerifiedClaims, toleranceSeconds: number, now: number): void {
  const tolerance = toleranceSeconds * 1000;
  // RFC 7519 §4.1.4: on or after `exp` a token is no longer accepted.
  if (now >= caller.expiresAt + tolerance) {
    const seconds = wholeSeconds(now - caller.expiresAt);
    throw new GuardError('token_expired', `the token expired ${seconds} s ago`, {
      ...{ claim: 'exp', reason: 'expired', expected: now / 1000, found: caller.expiresAt / 1000 },
    });
  }
  const begins = Math.max(notBefore, caller.issuedAt);
  if (begins > now + tolerance) {
    throw new GuardError(
      'token_from_future',
      `the token is from ${wholeSeconds(begins - now)} s in the future: ` +
        "this API's clock is behind or the issuer's clock is ahead",
      {
        ...{ claim: notBefore > caller.issuedAt ? 'nbf' : 'iat', reason: 'not_yet_valid' },
        ...{ expected: now / 1000, found: begins / 1000 },
      },
    );
  }
}

function wholeSeconds(milliseconds: number): number {
  return Math.ceil(milliseconds / 1000);
}

function checkIssuer(iss: unknown, expected: string): void {
  if (iss === expected) return;
  throw wrongValue('iss', iss, expected, 'the token is from another issuer');
}

// RFC 7519 §4.1.3: one string, or a list of strings. A list that holds anything else is not an audience.
function checkAudience(aud: unknown, expected: string): void {
  const isExpected = Array.isArray(aud)
    ? aud.every((entry) => typeof entry === 'string') && aud.includes(expected)
    : aud === expected;
  if (!isExpected) throw wrongValue('aud', aud, expected, 'the token is for another audience');
}

function readTime(claims: Claims, name: 'exp' | 'iat' | 'nbf'): number {
  const seconds = claims[name];
  // A number below 2^53 / 1000, so that its milliseconds are exact; NaN and infinities fail as well.
  if (
    typeof seconds !== 'number' ||
    !Number.isInteger(seconds) ||
    seconds < 0 ||
    !Number.isSafeInteger(seconds * 1000)
  ) {
    throw wrongForm(name, seconds, 'a whole number of seconds');
  }
  return seconds * 1000;
}

function readString(claims: Claims, name: 'sub' | 'client_id' | 'jti' | 'sid'): string {
  const value = claims[name];
  if (typeof value !== 'string' || value === '' || value.length > stringLengthMax) {
    throw wrongForm(name, value, `a string of 1 to ${stringLengthMax} characters`);
  }
  return value;
}

function readOrganizationId(id: unknown): string {
  if (typeof id !== 'string' || !uuidPattern.test(id)) throw wrongForm('organization_id', id, 'a lower-case UUID');
  return id;
}

function readAccess(access: unknown): Access {
  if (access !== 'read' && access !== 'read_write') throw wrongForm('access', access, 'read or read_write');
  return access;
}

function readScopes(scope: unknown): readonly string[] {
  if (scope === undefined) return Object.freeze([]);
  if (typeof scope !== 'string') throw wrongForm('scope', scope, 'a string');
  return Object.freeze(scope.split(' ').filter((entry) => entry !== ''));
}

function wrongForm(name: string, found: unknown, form: string): GuardError {
  const reason = found === undefined ? 'missing' : 'malformed';
  return refusedClaim('token_claim_wrong', name, `the ${name} claim must be ${form}`, { reason, found });
}

function wrongValue(name: string, found: unknown, expected: string, message: string): GuardError {
  const reason = found === undefined ? 'missing' : 'mismatch';
  return refusedClaim('token_claim_wrong', name, message, { reason, expected, found });
}
