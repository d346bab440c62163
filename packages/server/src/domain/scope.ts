import { OAuthError } from '../errors.ts';

// RFC 6749 §3.3: scope-token = 1*( %x21 / %x23-5B / %x5D-7E ), separated by single spaces.
const scopeGrammar = /^[\x21\x23-\x5B\x5D-\x7E]+(?: [\x21\x23-\x5B\x5D-\x7E]+)*$/;

/** The scope to grant: the requested one if every value is offered, the default if none was requested. */
export function grantScope(asked: string | undefined, offered: readonly string[]): string {
  if (asked === undefined) {
    return defaultScope(offered);
  }
  if (!scopeGrammar.test(asked)) {
    throw new OAuthError('invalid_scope', 'the scope is malformed');
  }
  const values = [...new Set(asked.split(' '))];
  if (!values.every((value) => offered.includes(value))) {
    throw new OAuthError('invalid_scope', `the only scope is ${offered.join(' or ')}`);
  }
  return values.join(' ');
}

/** The scope of a refreshed token: as first granted, or the part of it that was requested (RFC 6749 §6). */
export function narrowScope(asked: string | undefined, granted: string): string {
  return asked === undefined ? granted : grantScope(asked, granted.split(' '));
}

/** The scope for a request without one. */
export function defaultScope(offered: readonly string[]): string {
  const [first] = offered;
  if (first === undefined) {
    throw new Error('no scope is offered');
  }
  return first;
}
