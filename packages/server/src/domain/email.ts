import { randomBytes } from 'node:crypto';
import { ApiError } from '../errors.ts';
import { emailLengthMax, emailPattern } from './limits.ts';

/** An email address in lower case, its only form, because it identifies a user. */
export function parseEmail(text: string): string {
  const email = text.toLowerCase();
  if (email.length > emailLengthMax || !emailPattern.test(email) || !email.isWellFormed()) {
    const message = 'enter an email address such as ana@example.com';
    throw new ApiError('invalid_input', message, { fields: { email: [message] } });
  }
  return email;
}

/** A name to sign in with for an account that lost its address; no mail reaches it (RFC 6761 §6.4). */
export function newPlaceholderEmail(): string {
  return `${randomBytes(8).toString('hex')}@detached.invalid`;
}
