import { isUtf8 } from 'node:buffer';
import { OAuthError } from '../errors.ts';

/** The parameters of one request to an OAuth endpoint, by name; none is empty, none was repeated. */
export type Parameters = ReadonlyMap<string, string>;

/** The parts of an HTTP request that carry parameters, as they were sent. */
export interface ParameterSource {
  readonly contentType: string | undefined;
  readonly contentEncoding: string | undefined;
  /** Without the question mark. */
  readonly query: string;
  readonly body: Buffer;
}

const parametersMax = 100;

/** Names that an OAuth endpoint knows; they may appear in the body only. */
const knownNames: ReadonlySet<string> = new Set([
  'grant_type',
  'client_id',
  'client_secret',
  'client_assertion',
  'client_assertion_type',
  'scope',
  'resource',
  'username',
  'password',
  'refresh_token',
  'token',
  'token_type_hint',
]);

// RFC 6749 Appendix A: these are printable ASCII, as are all of our tokens and identifiers.
const asciiNames: ReadonlySet<string> = new Set([
  'grant_type',
  'client_id',
  'client_secret',
  'refresh_token',
  'token',
  'token_type_hint',
]);

/** Parses a form or JSON body into one flat map; refuses anything ambiguous (RFC 6749 §3.2). */
export function parseParameters(source: ParameterSource): Parameters {
  if (source.contentEncoding !== undefined && source.contentEncoding.trim().toLowerCase() !== 'identity') {
    throw new OAuthError('unsupported_media_type', 'send the body without Content-Encoding');
  }
  const pairs = parseBody(source);
  const parameters = collect(pairs);
  refuseQuery(source.query, new Set(pairs.map(([name]) => name)));
  return parameters;
}

function parseBody({ contentType, body }: ParameterSource): [string, string][] {
  const mediaType = parseMediaType(contentType);
  if (mediaType === undefined) {
    throw new OAuthError(
      'unsupported_media_type',
      'send the parameters as application/x-www-form-urlencoded or application/json, in UTF-8',
    );
  }
  if (!isUtf8(body)) {
    throw new OAuthError('invalid_request', 'the body is not valid UTF-8');
  }
  const text = body.toString('utf8');
  return mediaType === 'application/json' ? parseJson(text) : parseForm(text);
}

/** The media type without its parameters; undefined if it is not supported. */
function parseMediaType(contentType: string | undefined): string | undefined {
  const [type = '', ...parameters] = (contentType ?? '').toLowerCase().split(';');
  const mediaType = type.trim();
  if (mediaType !== 'application/x-www-form-urlencoded' && mediaType !== 'application/json') {
    return undefined;
  }
  const charsets = parameters
    .map((parameter) => parameter.trim())
    .filter((parameter) => parameter.startsWith('charset'));
  return charsets.every((charset) => /^charset="?utf-?8"?$/.test(charset)) ? mediaType : undefined;
}

/** The pairs of a form or a query, in order. */
export function parseForm(text: string): [string, string][] {
  if (text === '') {
    return [];
  }
  const parts = text.split('&', parametersMax + 1);
  if (parts.length > parametersMax) {
    throw tooMany();
  }
  return parts
    .filter((part) => part !== '')
    .map((part) => {
      const equals = part.indexOf('=');
      return equals === -1
        ? [decodeFormText(part), '']
        : [decodeFormText(part.slice(0, equals)), decodeFormText(part.slice(equals + 1))];
    });
}

function decodeFormText(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch (cause) {
    throw new OAuthError('invalid_request', 'a parameter has invalid percent-encoding', { cause });
  }
}

function parseJson(text: string): [string, string][] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    // The parser's message quotes the body, which may contain a secret, so it stays in `cause`.
    throw new OAuthError('invalid_request', 'the body is not valid JSON', { cause });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw notFlat();
  }
  const pairs = Object.entries(value);
  if (pairs.length > parametersMax) {
    throw tooMany();
  }
  if (!isFlat(pairs)) {
    throw notFlat();
  }
  // In a flat object of strings every second string is a name: more names than members means that one was repeated,
  // which JSON.parse hides.
  if (countStrings(text) !== pairs.length * 2) {
    throw new OAuthError('invalid_request', 'a parameter was sent twice');
  }
  return pairs;
}

/** How many strings valid JSON has. */
function countStrings(json: string): number {
  let count = 0;
  let start = json.indexOf('"');
  while (start !== -1) {
    let end = start + 1;
    while (end < json.length && json[end] !== '"') {
      end += json[end] === '\\' ? 2 : 1;
    }
    count += 1;
    start = json.indexOf('"', end + 1);
  }
  return count;
}

function isFlat(pairs: [string, unknown][]): pairs is [string, string][] {
  return pairs.every(([, value]) => typeof value === 'string');
}

function collect(pairs: readonly [string, string][]): Parameters {
  const parameters = new Map<string, string>();
  for (const [name, value] of pairs) {
    if (parameters.has(name)) {
      throw new OAuthError('invalid_request', 'a parameter was sent twice');
    }
    // A password may contain any character that could be set.
    if (hasControls(name) || (name === 'password' ? !value.isWellFormed() : hasControls(value))) {
      throw controlCharacter();
    }
    if (asciiNames.has(name) && !/^[\x20-\x7e]*$/.test(value)) {
      throw new OAuthError('invalid_request', `${name} contains an invalid character`);
    }
    parameters.set(name, value);
  }
  // RFC 6749 §3.1: a parameter without a value is treated as if it were omitted.
  for (const [name, value] of parameters) {
    if (value === '') {
      parameters.delete(name);
    }
  }
  return parameters;
}

/** RFC 6749 §2.3.1: no credentials in the URL, where logs would keep them; and no parameter in both places. */
function refuseQuery(query: string, namesInBody: ReadonlySet<string>): void {
  const pairs = parseForm(query);
  if (pairs.flat().some(hasControls)) {
    throw controlCharacter();
  }
  const names = pairs.map(([name]) => name);
  if (names.some((name) => knownNames.has(name))) {
    throw new OAuthError('invalid_request', 'send the parameters in the body, not in the URL');
  }
  if (names.some((name) => namesInBody.has(name)) || new Set(names).size < names.length) {
    throw new OAuthError('invalid_request', 'a parameter was sent twice');
  }
}

function hasControls(text: string): boolean {
  return /[\x00-\x1f\x7f]/.test(text) || !text.isWellFormed();
}

function controlCharacter(): OAuthError {
  return new OAuthError('invalid_request', 'a parameter contains a control character');
}

function tooMany(): OAuthError {
  return new OAuthError('invalid_request', 'the request has too many parameters');
}

function notFlat(): OAuthError {
  return new OAuthError('invalid_request', 'the JSON body must be a flat object of strings');
}
