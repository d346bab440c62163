import { z } from 'zod';
import { foldEmail, isLookalike } from '../../domain/email.ts';
import {
  emailLengthMax,
  emailPattern,
  nameLengthMax,
  pageNumberMax,
  pageSizeDefault,
  pageSizeMax,
  passwordBytesMax,
  passwordCharactersMin,
  searchLengthMax,
} from '../../domain/limits.ts';
import { problemOfText, tidyText } from '../../domain/text.ts';

/** Who may call an operation: anyone, a signed-in user, a member or owner of the organization in the path, or an operator. */
export type Caller = 'public' | 'user' | 'member' | 'owner' | 'operator';

/** One operation of the management API: the source of the router, the OpenAPI document and the console's types. */
export interface Operation {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Parameters are written as `{name}`. */
  readonly path: string;
  readonly summary: string;
  readonly tag: string;
  readonly caller: Caller;
  /** Requires a password entered within `sessionRecentMilliseconds`: always, or for what the handler calls sensitive. */
  readonly recent?: true | 'sometimes';
  /** Requires `If-Match`; 412 when the object has changed since. */
  readonly conditional?: true;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  readonly status: 200 | 201 | 204;
  /** Absent for 204 and for exports. */
  readonly response?: z.ZodType;
  /** Responds with NDJSON instead of one document. */
  readonly ndjson?: true;
}

/** A timestamp: RFC 3339 in UTC. */
export const timestamp = z.iso.datetime();

/** Which page of a list. */
export const pageQuery = z.object({
  pageSize: z.coerce.number().int().min(1).max(pageSizeMax).default(pageSizeDefault),
  pageNumber: z.coerce.number().int().min(1).max(pageNumberMax).default(1),
});

/** One page of a list; all lists have this shape. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({
    items: z.array(item),
    totalCount: z.number().int(),
    pageNumber: z.number().int(),
    pageSize: z.number().int(),
  });
}

/** One page of a log, newest first; `next` is the cursor of the page after it. */
export function logPageOf<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), next: z.string().nullable() });
}

/** A name of an organization, a client, a user or an API credential. */
export const name = z
  .string()
  .trim()
  .min(1)
  .max(nameLengthMax)
  .superRefine((value, context) => {
    const message = problemOfText(tidyText(value));
    if (message !== undefined) {
      context.addIssue({ code: 'custom', message });
    }
  });
export const email = z
  .string()
  .trim()
  .overwrite(foldEmail)
  .max(emailLengthMax)
  .regex(emailPattern, 'must be an email address such as ana@example.com')
  .refine((text) => !isLookalike(text), 'contains a character that can be mistaken for another');
/** A password that somebody chooses; the action also limits its bytes. */
export const newPassword = z
  .string()
  .max(passwordBytesMax)
  .refine(
    (text) => [...text].length >= passwordCharactersMin,
    `must have at least ${passwordCharactersMin} characters`,
  );
/** A password to sign in with, right or wrong. */
export const password = z.string().max(passwordBytesMax);
/** The token of a setup, invitation or reset link. */
export const linkToken = z.string().max(200);
export const search = z.string().trim().max(searchLengthMax).optional();
/** Which part of a log: the entries before a cursor. */
export const logQuery = z.object({
  before: z.string().max(64).optional(),
  limit: z.coerce.number().int().min(1).max(pageSizeMax).default(pageSizeDefault),
});
export const role = z.enum(['owner', 'member']);
export const access = z.enum(['read', 'read_write']);
