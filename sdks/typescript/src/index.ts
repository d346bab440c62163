export { type BinderyClient, createClient, type TokenOptions } from './client.ts';
export { BinderyClientError, type ClientErrorCode, type ClientErrorDetails } from './client-error.ts';
export type { ClientOptions } from './options.ts';
