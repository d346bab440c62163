import { GuardError } from './guard-error.ts';
import { parseJsonObject } from './json-object.ts';

/** The longest token that is looked at, in characters. */
export const tokenLengthMax = 8192;
const kidLengthMax = 256;

// RFC 7515 §4.1: each of these changes how a token is read or where its key comes from. None is ours.
const refusedHeaderMembers = ['crit', 'b64', 'jku', 'jwk', 'x5u', 'x5c', 'zip', 'cty', 'enc'] as const;

/** The header of a token that looks like one of ours; its signature is not checked yet. */
export interface TokenHeader {
  readonly alg: string;
  readonly kid: string;
}

/** A token taken apart, with nothing verified yet. */
export interface UnverifiedToken {
  readonly header: TokenHeader;
  readonly claims: Readonly<Record<string, unknown>>;
}

/** What a compact JWS must be to be looked at. */
export interface TokenForm {
  /** Its `typ` without "application/", in lower case. */
  readonly type: string;
  readonly lengthMax: number;
}

/** RFC 9068 §2.1. */
const accessTokenForm: TokenForm = { type: 'at+jwt', lengthMax: tokenLengthMax };

/** Takes a compact JWS apart; what it lets through is well formed, canonical and has the header that is asked for. */
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
    throw new GuardError('token_malformed', 'the token is not a signed JWT of three parts');
  }
  const header = parseHeader(decode(headerPart), algorithms, form.type);
  // Decoded for its own sake: libraries verify a signature whose last character was altered within its spare bits.
  decode(signaturePart);
  return { header, claims: parsePart(decode(payloadPart), 'payload') };
}

function parseHeader(bytes: Buffer, algorithms: ReadonlySet<string>, type: string): TokenHeader {
  const header = parsePart(bytes, 'header');
  for (const member of refusedHeaderMembers) {
    if (Object.hasOwn(header, member)) throw refusedHeader(`the token header must not have "${member}"`);
  }
  const { typ, alg, kid } = header;
  // RFC 9068 §4: the media type, with or without "application/", compared without case (RFC 7515 §4.1.9).
  if (typeof typ !== 'string' || typ.toLowerCase().replace(/^application\//, '') !== type) {
    throw refusedHeader(`the token is of another kind: typ must be ${type}`);
  }
  if (typeof alg !== 'string' || !algorithms.has(alg))
    throw refusedHeader('the algorithm of the token is not accepted');
  if (typeof kid !== 'string' || kid === '' || kid.length > kidLengthMax) {
    throw refusedHeader('the token header needs a kid');
  }
  return { alg, kid };
}

function refusedHeader(message: string): GuardError {
  return new GuardError('token_header_refused', message);
}

// RFC 4648 §3.5: what does not come back the same was padded, had foreign characters or set spare bits.
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
