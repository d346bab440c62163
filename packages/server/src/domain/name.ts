import { ApiError } from '../errors.ts';
import { descriptionLengthMax, nameLengthMax } from './limits.ts';

/** A name as people type it: trimmed, not empty, without control characters. */
export function parseName(text: string): string {
  const name = text.trim();
  if (name.length === 0 || name.length > nameLengthMax || /\p{Cc}/u.test(name) || !name.isWellFormed()) {
    const message = `a name has 1 to ${nameLengthMax} characters and no control characters`;
    throw new ApiError('invalid_input', message, { fields: { name: [message] } });
  }
  return name;
}

/** A description as people type it: trimmed, without control characters other than line breaks. */
export function parseDescription(text: string): string {
  const description = text.trim();
  if (
    description.length > descriptionLengthMax ||
    /\p{Cc}/u.test(description.replaceAll('\n', '')) ||
    !description.isWellFormed()
  ) {
    const message = `a description has at most ${descriptionLengthMax} characters and no control characters`;
    throw new ApiError('invalid_input', message, { fields: { description: [message] } });
  }
  return description;
}
