export { type Binder, type BinderType, binderTypes } from './binder.ts';
export { type BindersOptions, createBinders } from './binders.ts';
export { type BindersErrorCode, bindersErrors } from './problem.ts';
export { type BindersMigration, type BindersTable, type BindersTables, bindersMigrations } from './table.ts';
