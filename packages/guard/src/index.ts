export type { Access, Caller } from './caller.ts';
export type { CutoffOptions } from './cutoff-options.ts';
export { createGuard, type Guard } from './guard.ts';
export {
  GuardError,
  type GuardErrorCode,
  type GuardErrorDetails,
  type GuardErrorReason,
  guardErrors,
} from './guard-error.ts';
export type { GuardedRequest } from './headers.ts';
export type { JwksOptions } from './jwks-options.ts';
export type { GuardOptions } from './options.ts';
export type { ProblemOptions, ProblemResponse } from './problem.ts';
export type { RouteOptions } from './route-options.ts';
