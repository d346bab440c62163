import type { z } from 'zod';
import { accountOperations } from './account.ts';
import { auditOperations } from './audit.ts';
import { clientOperations } from './clients.ts';
import { instanceOperations } from './instance.ts';
import { memberOperations } from './members.ts';
import { operatorOperations } from './operator.ts';
import { organizationOperations } from './organizations.ts';
import { sessionOperations } from './sessions.ts';

/** Every operation of the management API by name. */
export const operations = {
  ...instanceOperations,
  ...sessionOperations,
  ...accountOperations,
  ...organizationOperations,
  ...memberOperations,
  ...auditOperations,
  ...clientOperations,
  ...operatorOperations,
};

export type OperationName = keyof typeof operations;
type Operations = typeof operations;

/** The parsed body of an operation. */
export type BodyOf<Name extends OperationName> = Operations[Name] extends { body: infer Body extends z.ZodType }
  ? z.output<Body>
  : undefined;

/** The body that a caller sends: fields with defaults are optional. */
export type BodyInputOf<Name extends OperationName> = Operations[Name] extends { body: infer Body extends z.ZodType }
  ? z.input<Body>
  : undefined;

/** The parsed query of an operation. */
export type QueryOf<Name extends OperationName> = Operations[Name] extends { query: infer Query extends z.ZodType }
  ? z.output<Query>
  : undefined;

/** The query that a caller sends: fields with defaults are optional. */
export type QueryInputOf<Name extends OperationName> = Operations[Name] extends { query: infer Query extends z.ZodType }
  ? z.input<Query>
  : undefined;

/** The response body of an operation. */
export type ResponseOf<Name extends OperationName> = Operations[Name] extends {
  response: infer Response extends z.ZodType;
}
  ? z.output<Response>
  : undefined;
