/**
 * What is known of the tokens that a run of clients got, from the moments at which their requests were sent and
 * answered. Everything it calls a violation is one, in whatever order the servers took the requests that overlapped.
 */

/** A rule that a response broke. */
export class Violation extends Error {
  override readonly name = 'Violation';
}

/** One refresh token of a family. */
export interface RefreshToken {
  readonly text: string;
  readonly family: Family;
  /** The one it was exchanged for. */
  successor: RefreshToken | undefined;
  /** The scope that it was exchanged with. */
  scopeUsed: string | undefined;
  /** Attempts that are not answered yet. */
  readonly underWay: Set<Attempt>;
  readonly scopesTried: Set<string>;
  firstTriedAt: number | undefined;
  /** When the first response with its successor arrived. */
  usedBy: number | undefined;
}

/** One access token of a family. */
export interface AccessToken {
  readonly text: string;
  readonly family: Family;
  /** When somebody first sent its revocation. */
  revokingFrom: number | undefined;
  /** When the first of them was answered. */
  revokedBy: number | undefined;
}

/** Everything from one sign-in. */
export interface Family {
  readonly number: number;
  readonly tokens: RefreshToken[];
  readonly accessTokens: AccessToken[];
  /** Since when it may be revoked: a revocation or a possible reuse was sent. */
  endangeredFrom: number | undefined;
  /** By when it was certainly revoked. */
  deadBy: number | undefined;
  requestsUnderWay: number;
  /** How many requests named it after its end. */
  probesAfterEnd: number;
}

/** One use of a refresh token. */
export interface Attempt {
  readonly token: RefreshToken;
  readonly scope: string;
  readonly sentAt: number;
}

/** How many tokens of a family are remembered. */
const tokensKept = 10;
const never = Number.POSITIVE_INFINITY;

/** A family with its first two tokens. */
export function newFamily(number: number, refreshToken: string, accessToken: string): Family {
  const family: Family = {
    number,
    tokens: [],
    accessTokens: [],
    endangeredFrom: undefined,
    deadBy: undefined,
    requestsUnderWay: 0,
    probesAfterEnd: 0,
  };
  addToken(family, refreshToken);
  addAccessToken(family, accessToken);
  return family;
}

/** The newest refresh token that a response contained. */
export function tipOf(family: Family): RefreshToken {
  const tip = family.tokens.at(-1);
  if (tip === undefined) {
    throw new Error('a family has a token');
  }
  return tip;
}

/** Call it when a refresh is sent. */
export function beginRefresh(token: RefreshToken, scope: string, now: number): Attempt {
  const { family } = token;
  const predecessor = family.tokens.find(({ successor }) => successor === token);
  const mayBeReuse =
    // The token before it may arrive later than this one, which would be reuse.
    (predecessor?.underWay.size ?? 0) > 0 ||
    token.successor?.firstTriedAt !== undefined ||
    [...token.scopesTried].some((tried) => tried !== scope);
  if (mayBeReuse) {
    endanger(family, now);
  }
  token.firstTriedAt ??= now;
  token.scopesTried.add(scope);
  const attempt = { token, scope, sentAt: now };
  token.underWay.add(attempt);
  return attempt;
}

/** Call it when a refresh was answered with tokens. */
export function endRefresh(
  attempt: Attempt,
  answer: { readonly refreshToken: string; readonly accessToken: string },
  now: number,
  graceMilliseconds: number,
): void {
  const { token, scope, sentAt } = attempt;
  const { family } = token;
  token.underWay.delete(attempt);
  refuseAfterEnd(family, sentAt, 'a token was refreshed');
  if (token.successor !== undefined && token.successor.text !== answer.refreshToken) {
    throw violation(family, 'one token has two successors: two branches live');
  }
  if ((token.successor?.usedBy ?? never) < sentAt) {
    throw violation(family, 'a token was accepted although its successor had been used');
  }
  if (sentAt >= (token.usedBy ?? never) + graceMilliseconds) {
    throw violation(family, 'a used token was accepted after its window');
  }
  if (token.scopeUsed !== undefined && token.scopeUsed !== scope) {
    throw violation(family, 'a used token was accepted with another scope');
  }
  if (token.successor === undefined) {
    if (family.tokens.some(({ text }) => text === answer.refreshToken)) {
      throw violation(family, 'two tokens have one successor');
    }
    token.successor = addToken(family, answer.refreshToken);
    token.scopeUsed = scope;
    token.usedBy = now;
  }
  addAccessToken(family, answer.accessToken);
}

/** Call it when a refresh was refused as `invalid_grant`: its family is revoked, which must have a reason. */
export function endRefusedRefresh(attempt: Attempt, now: number, graceMilliseconds: number): void {
  const { token } = attempt;
  const { family } = token;
  requireReasonForEnd(family, now, graceMilliseconds, 'a live refresh token was refused');
  token.underWay.delete(attempt);
  family.endangeredFrom ??= now;
  markDead(family, now);
}

/** Call it when the revocation of a refresh token is sent, and `markDead` when it was answered. */
export function beginRevocation(family: Family, now: number): void {
  endanger(family, now);
}

/** Call it when a family is certainly revoked. */
export function markDead(family: Family, now: number): void {
  family.deadBy ??= now;
}

/** Call it when an introspection of a refresh token, sent at `sentAt`, was answered. */
export function checkIntrospection(
  token: RefreshToken,
  isActive: boolean,
  sentAt: number,
  now: number,
  graceMilliseconds: number,
): void {
  const { family } = token;
  if (isActive) {
    refuseAfterEnd(family, sentAt, 'a refresh token was called active');
    if ((token.usedBy ?? never) < sentAt) {
      throw violation(family, 'a used refresh token was called active');
    }
  } else if (token.firstTriedAt === undefined) {
    requireReasonForEnd(family, now, graceMilliseconds, 'the newest refresh token was called inactive');
  }
}

/** Call it when an introspection of an access token, sent at `sentAt`, was answered. */
export function checkAccessIntrospection(
  token: AccessToken,
  isActive: boolean,
  sentAt: number,
  now: number,
  graceMilliseconds: number,
): void {
  const { family } = token;
  if (isActive) {
    refuseAfterEnd(family, sentAt, 'an access token was called active');
    if ((token.revokedBy ?? never) < sentAt) {
      throw violation(family, 'a revoked access token was called active');
    }
  } else if (token.revokingFrom === undefined) {
    requireReasonForEnd(family, now, graceMilliseconds, 'a live access token was called inactive');
  }
}

/** A broken rule, with what helps to find out how. */
export function violation(family: Family, what: string): Violation {
  const { number, tokens, endangeredFrom, deadBy } = family;
  const state = { family: number, tokens: tokens.length, endangeredFrom, deadBy };
  return new Violation(`${what}: ${JSON.stringify(state)}`);
}

function endanger(family: Family, now: number): void {
  family.endangeredFrom ??= now;
}

function refuseAfterEnd(family: Family, sentAt: number, what: string): void {
  if ((family.deadBy ?? never) < sentAt) {
    throw violation(family, `${what} after the end of its family was acknowledged`);
  }
}

/** A family is ended by a revocation or by reuse; a use not yet answered may have come after the window. */
function requireReasonForEnd(family: Family, now: number, graceMilliseconds: number, what: string): void {
  const mayBeLate = family.tokens.some(
    ({ underWay, firstTriedAt }) => underWay.size > 0 && now >= (firstTriedAt ?? now) + graceMilliseconds,
  );
  if (family.endangeredFrom === undefined && !mayBeLate) {
    throw violation(family, what);
  }
}

function addToken(family: Family, text: string): RefreshToken {
  const token: RefreshToken = {
    text,
    family,
    successor: undefined,
    scopeUsed: undefined,
    underWay: new Set(),
    scopesTried: new Set(),
    firstTriedAt: undefined,
    usedBy: undefined,
  };
  family.tokens.push(token);
  while (family.tokens.length > tokensKept && family.tokens[0]?.underWay.size === 0) {
    family.tokens.shift();
  }
  return token;
}

function addAccessToken(family: Family, text: string): void {
  family.accessTokens.push({ text, family, revokingFrom: undefined, revokedBy: undefined });
  if (family.accessTokens.length > tokensKept) {
    family.accessTokens.shift();
  }
}
