// The rules that an issuer and its guards share about the list of cut-offs.

/** Where the signed list is, below the issuer's URL. */
export const cutoffsPath = '/.well-known/bindery-cutoffs';

/** The parameter with the number from which on a guard wants entries; without it, it gets the full list. */
export const cutoffsSinceParameter = 'since';

/** The `typ` of the signed list, without "application/". */
export const cutoffsType = 'bindery-cutoffs+jwt';

/** The media type that the list is served as (RFC 7519 §10.3.1). */
export const cutoffsMediaType = 'application/jwt';

/** The issuer signs the list again at least this often, in seconds, so that an old one cannot be replayed for long. */
export const cutoffsSignedEverySeconds = 60;

/** The largest list that a guard reads, in bytes: some 100,000 entries. */
export const cutoffsBytesMax = 4 * 1024 * 1024;

/** How long the last list serves by default when no newer one is available, in seconds. */
export const cutoffsMaxStaleSeconds = 300;

/**
 * The largest difference between the clocks of issuer and guard that a guard can be told to tolerate, in seconds. An
 * issuer keeps an entry at least this long after the last token that it concerns has expired.
 */
export const clockToleranceSecondsMax = 60;

/** What can be cut off. A `member` is a user in one organization, a `session` everything that came from one sign-in. */
export const cutoffKinds = ['organization', 'client', 'user', 'member', 'session', 'token'] as const;

/** A kind of thing that can be cut off. */
export type CutoffKind = (typeof cutoffKinds)[number];

/** The id of a `member`: the ids of the user and the organization with a space between them. */
export function cutoffMemberId(userId: string, organizationId: string): string {
  return `${userId} ${organizationId}`;
}
