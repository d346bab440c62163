import { ApiError } from '../errors.ts';
import { descriptionLengthMax, nameLengthMax, productNameLengthMax } from './limits.ts';
import { problemOfText, tidyText } from './text.ts';

/** A name as people type it, in its stored form; see `domain/text.ts`. */
export function parseName(text: string): string {
  return parse(text, { label: 'name', field: 'name', max: nameLengthMax });
}

/** The name of the product that the console and the portal show. */
export function parseProductName(text: string): string {
  return parse(text, { label: 'product name', field: 'productName', max: productNameLengthMax });
}

/** A description as people type it; it may have several lines, and may be empty. */
export function parseDescription(text: string): string {
  const rules = { mayBeEmpty: true, lineBreaks: true };
  return parse(text, { label: 'description', field: 'description', max: descriptionLengthMax, ...rules });
}

function parse(
  text: string,
  {
    label,
    field,
    max,
    ...rules
  }: { label: string; field: string; max: number; mayBeEmpty?: boolean; lineBreaks?: boolean },
): string {
  const tidy = tidyText(text);
  const problem = tidy.length > max ? `must have at most ${max} characters` : problemOfText(tidy, rules);
  if (problem !== undefined) {
    const message = `a ${label} ${problem}`;
    throw new ApiError('invalid_input', message, { fields: { [field]: [message] } });
  }
  return tidy;
}
