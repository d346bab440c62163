import { z } from 'zod';
import { binderTypes, nameLengthMax } from './binder.ts';
import { BindersError, type FieldErrors } from './problem.ts';
import type { BinderFields } from './store.ts';

const pageSizeDefault = 50;
const pageSizeMax = 200;
const pageNumberMax = 1_000_000;

const name = z
  .string('must be a string')
  // Control characters and line separators would break lists and logs; lone surrogates are not valid Unicode.
  .refine((text) => !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text) && text.isWellFormed(), 'must not contain control characters')
  .transform((text) => text.trim())
  .refine((text) => text !== '' && [...text].length <= nameLengthMax, `must have 1 to ${nameLengthMax} characters`);
const type = z.enum(binderTypes, `must be one of ${binderTypes.join(', ')}`);

const creation = z.strictObject({ name, type });
const change = z.strictObject({ name: name.optional(), type: type.optional() });
const page = z.object({
  pageSize: numberBetween(1, pageSizeMax).default(pageSizeDefault),
  pageNumber: numberBetween(1, pageNumberMax).default(1),
});

/** Reads the body of a creation; any other field than a name and a type is refused. */
export function parseCreation(body: unknown): BinderFields {
  return parse(creation, body);
}

/** Reads the body of a change: a name, a type, or both. */
export function parseChange(body: unknown): Partial<BinderFields> {
  const { name, type } = parse(change, body);
  if (name === undefined && type === undefined) {
    throw new BindersError('invalid_fields', 'the body changes nothing', { body: ['must have name or type'] });
  }
  return { ...(name === undefined ? {} : { name }), ...(type === undefined ? {} : { type }) };
}

/** Reads which page of a list is requested, counting from 1. */
export function parsePage(query: unknown): { readonly pageSize: number; readonly pageNumber: number } {
  return parse(page, query);
}

function numberBetween(min: number, max: number) {
  const message = `must be a whole number from ${min} to ${max}`;
  return z
    .string(message)
    .regex(/^\d{1,7}$/, message)
    .transform(Number)
    .refine((value) => value >= min && value <= max, message);
}

function parse<Output>(schema: z.ZodType<Output>, input: unknown): Output {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw new BindersError('invalid_fields', 'some fields are invalid; see errors', toFieldErrors(result.error));
}

function toFieldErrors(error: z.ZodError): FieldErrors {
  const messages = new Map<string, Set<string>>();
  const add = (field: string, message: string) => {
    messages.set(field, (messages.get(field) ?? new Set()).add(message));
  };
  for (const issue of error.issues) {
    if (issue.code === 'unrecognized_keys') for (const key of issue.keys) add(key, 'is not a field that can be set');
    else add(issue.path.length === 0 ? 'body' : issue.path.join('.'), messageOf(issue));
  }
  // fromEntries defines own members, so a field called __proto__ is like any other.
  return Object.fromEntries([...messages].map(([field, texts]) => [field, [...texts]]));
}

function messageOf(issue: z.core.$ZodIssue): string {
  return issue.path.length === 0 && issue.code === 'invalid_type' ? 'must be an object' : issue.message;
}
