import { randomBytes } from 'node:crypto';
import { ApiError } from '../errors.ts';
import { emailLengthMax, emailPattern } from './limits.ts';

/**
 * An email address in its only form, because it identifies a user: ASCII letters in lower case, every other character
 * as it was typed. Throws `invalid_input`.
 */
export function parseEmail(text: string): string {
  const email = foldEmail(text);
  const message = isLookalike(email)
    ? 'the email address contains a character that can be mistaken for another; type it with plain letters'
    : 'enter an email address such as ana@example.com';
  if (email.length > emailLengthMax || !emailPattern.test(email) || !email.isWellFormed() || isLookalike(email)) {
    throw new ApiError('invalid_input', message, { fields: { email: [message] } });
  }
  return email;
}

/** A name to sign in with for an account that lost its address; no mail reaches it (RFC 6761 §6.4). */
export function newPlaceholderEmail(): string {
  return `${randomBytes(8).toString('hex')}@detached.invalid`;
}

/** The form in which addresses are compared. Only ASCII letters are folded: what Unicode folds is not the same mailbox. */
export function foldEmail(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/**
 * Whether an address contains a character that lower-casing or NFKC turns into ASCII, such as the Kelvin sign or a
 * full-width letter. Software that normalizes addresses takes it for the address of somebody else.
 */
export function isLookalike(email: string): boolean {
  return [...email].some(
    (character) =>
      !isAscii(character) &&
      [character.toLowerCase(), character.normalize('NFKC'), character.toLowerCase().normalize('NFKC')].some((form) =>
        [...form].some(isAscii),
      ),
  );
}

function isAscii(character: string): boolean {
  return character < '\u0080';
}
