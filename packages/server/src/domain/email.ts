import { ApiError } from '../errors.ts';

/** An e-mail address in lower case; one form of it, since it names a user. */
export function parseEmail(text: string): string {
  const email = text.toLowerCase();
  if (email.length > 254 || !/^[^\s@\p{Cc}]+@[^\s@\p{Cc}]+$/u.test(email) || !email.isWellFormed()) {
    const message = 'give an e-mail address such as ana@example.com';
    throw new ApiError('invalid_input', message, { fields: { email: [message] } });
  }
  return email;
}
