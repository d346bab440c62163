import { ApiError } from '../errors.ts';

const nameLengthMax = 80;

/** A name as people type it: trimmed, 1 to 80 characters, none of them a control character. */
export function parseName(text: string): string {
  const name = text.trim();
  if (name.length === 0 || name.length > nameLengthMax || /\p{Cc}/u.test(name) || !name.isWellFormed()) {
    const message = `a name has 1 to ${nameLengthMax} characters and no control characters`;
    throw new ApiError('invalid_input', message, { fields: { name: [message] } });
  }
  return name;
}
