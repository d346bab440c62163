import { OAuthError } from '../errors.ts';

// RFC 6749 §3.3: scope-token = 1*( %x21 / %x23-5B / %x5D-7E ), separated by single spaces.
const scopeGrammar = /^[\x21\x23-\x5B\x5D-\x7E]+(?: [\x21\x23-\x5B\x5D-\x7E]+)*$/;

/** The scope to grant: as asked when every value is offered, the default when none was asked for. */
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

/** The scope of a refreshed token: as granted at first, or the part of it that is asked for (RFC 6749 §6). */
export function narrowScope(asked: string | undefined, granted: string): string {
  return asked === undefined ? granted : grantScope(asked, granted.split(' '));
}

/** The scope of a request that names none. */
export function defaultScope(offered: readonly string[]): string {
  const [first] = offered;
  if (first === undefined) {
    throw new Error('no scope is offered');
  }
  return first;
}
