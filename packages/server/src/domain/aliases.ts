/**
 * Names that existing integrations use, so that they work with Bindery unchanged; each list is the default of a setting.
 * The first name of each list is our own, and the one that metadata and documentation show.
 */
export const aliases = {
  tokenPaths: ['/connect/token', '/access_token', '/oauth/token'],
  scopes: ['public', 'ibinder_public'],
  tenantHeaders: ['x-tenant-id', 'x-ibinder-tenantid'],
} as const satisfies Record<string, readonly [string, ...string[]]>;
