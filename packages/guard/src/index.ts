export type { Access, Caller } from './caller.ts';
export {
  type CutoffKind,
  type CutoffList,
  type CutoffSource,
  createCutoffList,
  cutoffKinds,
  hashCutoff,
} from './cutoff-list.ts';
export type { CutoffOptions } from './cutoff-options.ts';
export { type CheckOptions, createGuard, type Guard, type GuardedRequest } from './guard.ts';
export { GuardError, type GuardErrorCode, guardErrorAnswers } from './guard-error.ts';
export type { GuardKey, KeySource } from './keys.ts';
export type { GuardOptions } from './options.ts';
export type { ProblemAnswer } from './problem.ts';
