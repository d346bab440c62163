/**
 * The names under which an existing integration reaches Bindery unchanged; each is the default of a setting.
 * The first of each list is our own name and the one that metadata and documentation show.
 */
export const aliases = {
  tokenPaths: ['/connect/token', '/access_token', '/oauth/token'],
  scopes: ['public', 'ibinder_public'],
  tenantHeaders: ['x-tenant-id', 'x-ibinder-tenantid'],
} as const satisfies Record<string, readonly [string, ...string[]]>;
