import { GuardError, type GuardErrorDetails, refusedClaim } from './guard-error.ts';
import { parseJsonObject } from './json-object.ts';

/** The longest token that is parsed, in characters. */
export const tokenLengthMax = 8192;
const kidLengthMax = 256;

// RFC 7515 §4.1: each of these changes how a token is read or where its key comes from. Bindery sets none of them.
const refusedHeaderMembers = ['crit', 'b64', 'jku', 'jwk', 'x5u', 'x5c', 'zip', 'cty', 'enc'] as const;

/** The header of a well-formed token; its signature is not verified yet. */
export interface TokenHeader {
  readonly alg: string;
  readonly kid: string;
}

/** A decoded token, with nothing verified yet. */
export interface UnverifiedToken {
  readonly header: TokenHeader;
  readonly claims: Readonly<Record<string, unknown>>;
}

/** What kind of compact JWS is expected. */
export interface TokenForm {
  /** Its `typ` without "application/", in lower case. */
  readonly type: string;
  readonly lengthMax: number;
}

/** RFC 9068 §2.1. */
const accessTokenForm: TokenForm = { type: 'at+jwt', lengthMax: tokenLengthMax };

/** Decodes a compact JWS; the result is well formed, canonical and has the expected header. */
export function parseToken(
  token: string,
  algorithms: ReadonlySet<string>,
  form: TokenForm = accessTokenForm,
): UnverifiedToken {
  if (token.length > form.lengthMax) {
    throw new GuardError('token_too_long', `the token is longer than ${form.lengthMax} characters`);
  }
  const [headerPart, payloadPart, signaturePart, ...more] = token.split('.', 4);
  if (!headerPart || !payloadPart || !signaturePart || more.length > 0) {
    throw new GuardError('token_malformed', 'the token is not a signed JWT with three parts');
  }
  const header = parseHeader(decode(headerPart), algorithms, form.type);
  // Only to check its form: libraries accept a signature whose last character was altered within its spare bits.
  decode(signaturePart);
  return { header, claims: parsePart(decode(payloadPart), 'payload') };
}

function parseHeader(bytes: Buffer, algorithms: ReadonlySet<string>, type: string): TokenHeader {
  const header = parsePart(bytes, 'header');
  for (const member of refusedHeaderMembers) {
    if (Object.hasOwn(header, member)) {
      throw refusedHeader(member, `the token header must not have ${member}`, { reason: 'not_allowed' });
    }
  }
  const { typ, alg, kid } = header;
  // RFC 9068 §4: the media type, with or without "application/", compared without case (RFC 7515 §4.1.9).
  if (typeof typ !== 'string' || typ.toLowerCase().replace(/^application\//, '') !== type) {
    throw refusedHeader('typ', `the token has the wrong type: typ must be ${type}`, {
      ...{ reason: reasonOf(typ, 'mismatch'), expected: type, found: typ },
    });
  }
  if (typeof alg !== 'string' || !algorithms.has(alg)) {
    throw refusedHeader('alg', "the token's algorithm is not accepted", {
      ...{ reason: reasonOf(alg, 'mismatch'), expected: [...algorithms], found: alg },
    });
  }
  if (typeof kid !== 'string' || kid === '' || kid.length > kidLengthMax) {
    throw refusedHeader('kid', 'the token header must name its key in kid', {
      ...{ reason: reasonOf(kid, 'malformed'), found: kid },
    });
  }
  return { alg, kid };
}

function reasonOf(found: unknown, reason: 'mismatch' | 'malformed'): GuardErrorDetails['reason'] & string {
  return found === undefined ? 'missing' : reason;
}

function refusedHeader(parameter: string, message: string, details: GuardErrorDetails): GuardError {
  return refusedClaim('token_header_refused', parameter, message, details);
}

// RFC 4648 §3.5: an encoding that does not survive the round trip was padded, or had foreign characters or spare bits.
function decode(part: string): Buffer {
  const bytes = Buffer.from(part, 'base64url');
  if (bytes.toString('base64url') !== part) {
    throw new GuardError('token_malformed', 'the token is not canonical base64url');
  }
  return bytes;
}

function parsePart(bytes: Buffer, part: 'header' | 'payload'): Record<string, unknown> {
  const parsed = parseJsonObject(bytes);
  if (!parsed) throw new GuardError('token_malformed', `the token ${part} is not a JSON object with unique members`);
  return parsed;
}
