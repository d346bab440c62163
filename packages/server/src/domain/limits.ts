import { clockToleranceSecondsMax, cutoffsBytesMax } from '@bindery/guard/issuer';
import { dayMilliseconds, hourMilliseconds, minuteMilliseconds } from './duration.ts';

/**
 * Every rule that is a number or a pattern and holds at more than one door: the command line, the management API and
 * its contract, the OAuth endpoints and the console, which reads them from the instance document. What an operator can
 * set is in `settings.ts` instead.
 */

/** A name as people type it: of an organization, a client, a user or an API credential. */
export const nameLengthMax = 80;

/** A client's description. */
export const descriptionLengthMax = 500;

/** RFC 5321 §4.5.3.1.3 leaves 254 characters for an address. */
export const emailLengthMax = 254;

/** One `@` with something on both sides, and neither white space nor control or invisible characters. */
export const emailPattern = /^[^\s@\p{Cc}\p{DI}]+@[^\s@\p{Cc}\p{DI}]+$/u;

/** A language of the console, as in BCP 47: `en`, `pt-BR`. */
export const languageTagPattern = /^[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*$/;

/** A new password: characters as people count them (code points), and bytes of UTF-8 that are hashed. */
export const passwordCharactersMin = 12;
export const passwordBytesMax = 1024;

/** After so many wrong passwords in a row, a correct one is accepted only from where the user signed in before. */
export const wrongPasswordsMax = 100;

/** From so many wrong passwords on, the user is told at the next sign-in; fewer are the user's own mistakes. */
export const wrongPasswordsToldFrom = 10;

/** An audience: it appears in error descriptions, which allow no quotation mark and no backslash (RFC 6749 §5.2). */
export const audienceLengthMax = 500;
export const audiencePattern = /^[\x21\x23-\x5b\x5d-\x7e]{1,500}$/;

/** How the console and the portal may be branded. */
export const productNameLengthMax = 40;
export const brandColorPattern = /^#[0-9a-f]{6}$/;
export const logoBytesMax = 64 * 1024;

/** A client's secrets that may be valid at once, so that a rotation needs no downtime. */
export const liveSecretsMax = 2;

/** A client's secrets that have expired and are still listed; older ones are removed with the next rotation. */
export const expiredSecretsMax = 20;

/** How long the old secret works on after a rotation. */
export const secretOverlapSecondsDefault = 86_400;
export const secretOverlapSecondsMax = 31_536_000;

/** The lifetimes that the console offers for a new secret, in days. */
export const secretLifetimeDaysOffered = [30, 90, 365] as const;

/** A client counts as expiring when its last valid secret expires within this many days. */
export const expiringSoonDays = 14;

/** A client counts as idle when it was last used more than this many days ago. */
export const idleClientDays = 90;

/** How many days of token requests an overview shows, today included. */
export const overviewDays = 30;

/** A console session expires when it is not used for this long. */
export const sessionIdleMilliseconds = 12 * hourMilliseconds;

/** A console session expires after this long, however much it is used. */
export const sessionAbsoluteMilliseconds = 7 * dayMilliseconds;

/** For this long after a password was entered, sensitive actions do not ask for it again. */
export const sessionRecentMilliseconds = 10 * minuteMilliseconds;

/** How long each one-time link is valid. */
export const setupLinkMilliseconds = 30 * minuteMilliseconds;
export const invitationMilliseconds = 7 * dayMilliseconds;
export const resetLinkMilliseconds = hourMilliseconds;

/** How far the clocks of Bindery, of guards and of clients may differ; no guard can be set to tolerate more. */
export const clockToleranceSeconds = clockToleranceSecondsMax;

/** Bodies: of an OAuth endpoint (and of everything without a larger limit), and of the management API. */
export const oauthBodyBytesMax = 16 * 1024;
export const managementBodyBytesMax = 128 * 1024;

/** Lists: items on a page and the number of the page. Over HTTP pages are smaller than on the command line. */
export const pageSizeDefault = 50;
export const pageSizeMax = 200;
export const pageNumberMax = 1_000_000;
export const commandPageSizeDefault = 100;
export const commandPageSizeMax = 1000;

/** What people search for in a list. */
export const searchLengthMax = 100;

/** Audit entries that an export reads at a time. */
export const auditExportStep = 500;

/** The part of a `User-Agent` that is stored. */
export const userAgentLengthMax = 200;

/** What an entry takes of the list that guards read: `"<22 characters>":<10 digits>,` as base64url. */
const cutoffBytes = 48;
const cutoffsMax = cutoffsBytesMax / cutoffBytes;

/** Entries of the revocation list; past the first two, a client's or an organization's become one. */
export const cutoffLimits = {
  ofClient: 2000,
  ofOrganization: 5000,
  /** Past this many in all, the organizations with the most are collapsed. */
  inAll: Math.floor(cutoffsMax / 2),
};

/** From this many entries on the operator is warned. */
export const cutoffsWarnedAt = Math.floor(cutoffsMax / 4);
