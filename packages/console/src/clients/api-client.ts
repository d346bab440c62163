import type { ResponseOf } from '@bindery/server/admin/contract/index.ts';

/** An API client as the management API returns it. */
export type ApiClient = ResponseOf<'getClient'>;

/** An API client together with the secret that was just created for it. */
export type NewSecret = ResponseOf<'createClient'>;
