import type { Access, Caller } from './caller.ts';
import { GuardError } from './guard-error.ts';

/** What the claims are compared with. */
export interface ClaimsPolicy {
  readonly issuer: string;
  readonly audience: string;
  readonly clockToleranceSeconds: number;
}

/** Verified claims: the caller, and what has to be looked at again on each use. */
export interface VerifiedClaims {
  readonly caller: Caller;
  /** `nbf` in milliseconds since the epoch, or `iat` where the token has none. */
  readonly notBefore: number;
  /** The sign-in that a user's token comes from (`sid`), where it names one. */
  readonly sessionId?: string;
}

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const textLengthMax = 256;

/** Checks the claims of a token whose signature holds, in the order of RFC 9068 §4. */
export function checkClaims(
  claims: Readonly<Record<string, unknown>>,
  policy: ClaimsPolicy,
  now: number,
): VerifiedClaims {
  if (claims['iss'] !== policy.issuer) throw wrongClaim('the token is from another issuer');
  if (!isForAudience(claims['aud'], policy.audience)) throw wrongClaim('the token is for another audience');
  const expiresAt = readTime(claims, 'exp');
  const issuedAt = readTime(claims, 'iat');
  const notBefore = claims['nbf'] === undefined ? issuedAt : readTime(claims, 'nbf');
  if (expiresAt <= issuedAt) throw wrongClaim('the token ends before it begins');

  const clientId = readText(claims, 'client_id');
  const subject = readText(claims, 'sub');
  const caller: Caller = Object.freeze({
    clientId,
    // RFC 9068 §2.2: where no person is involved, `sub` is the client itself.
    ...(subject === clientId ? {} : { userId: subject }),
    organizationId: readOrganizationId(claims),
    access: readAccess(claims),
    scopes: readScopes(claims),
    tokenId: readText(claims, 'jti'),
    expiresAt,
    issuedAt,
  });
  const sessionId = claims['sid'] === undefined ? undefined : readText(claims, 'sid');
  const verified = { caller, notBefore, ...(sessionId === undefined ? {} : { sessionId }) };
  checkTimes(verified, policy.clockToleranceSeconds, now);
  return verified;
}

/** Checks a token's times against the clock; done again each time a remembered token is used. */
export function checkTimes({ caller, notBefore }: VerifiedClaims, toleranceSeconds: number, now: number): void {
  const tolerance = toleranceSeconds * 1000;
  // RFC 7519 §4.1.4: on or after `exp` a token is no longer accepted.
  if (now >= caller.expiresAt + tolerance) {
    throw new GuardError('token_expired', `the token expired ${wholeSeconds(now - caller.expiresAt)} s ago`);
  }
  const begins = Math.max(notBefore, caller.issuedAt);
  if (begins > now + tolerance) {
    throw new GuardError(
      'token_from_future',
      `the token is from ${wholeSeconds(begins - now)} s in the future: ` +
        "this API's clock is behind or the issuer's clock is ahead",
    );
  }
}

function wholeSeconds(milliseconds: number): number {
  return Math.ceil(milliseconds / 1000);
}

function wrongClaim(message: string): GuardError {
  return new GuardError('token_claim_wrong', message);
}

// RFC 7519 §4.1.3: one string, or a list of strings; a list with anything else in it is no audience.
function isForAudience(aud: unknown, audience: string): boolean {
  if (!Array.isArray(aud)) return aud === audience;
  return aud.every((entry) => typeof entry === 'string') && aud.includes(audience);
}

function readTime(claims: Readonly<Record<string, unknown>>, name: 'exp' | 'iat' | 'nbf'): number {
  const seconds = claims[name];
  if (typeof seconds !== 'number' || seconds < 0 || !Number.isSafeInteger(seconds * 1000)) {
    throw wrongClaim(`the token needs ${name} as whole seconds`);
  }
  if (!Number.isInteger(seconds)) throw wrongClaim(`the token needs ${name} as whole seconds`);
  return seconds * 1000;
}

function readText(claims: Readonly<Record<string, unknown>>, name: 'sub' | 'client_id' | 'jti' | 'sid'): string {
  const text = claims[name];
  if (typeof text !== 'string' || text === '' || text.length > textLengthMax) {
    throw wrongClaim(`the token needs ${name} as a text`);
  }
  return text;
}

function readOrganizationId(claims: Readonly<Record<string, unknown>>): string {
  const id = claims['organization_id'];
  if (typeof id !== 'string' || !uuidPattern.test(id)) throw wrongClaim('the token needs organization_id as a UUID');
  return id;
}

function readAccess(claims: Readonly<Record<string, unknown>>): Access {
  const access = claims['access'];
  if (access !== 'read' && access !== 'read_write') throw wrongClaim('the token needs access, read or read_write');
  return access;
}

function readScopes(claims: Readonly<Record<string, unknown>>): readonly string[] {
  const scope = claims['scope'];
  if (scope === undefined) return Object.freeze([]);
  if (typeof scope !== 'string') throw wrongClaim('the scope of the token is not a text');
  return Object.freeze(scope.split(' ').filter((entry) => entry !== ''));
}
