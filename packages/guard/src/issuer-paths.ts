// Where guards look below the issuer's URL when they are not told otherwise.

/** The key set (RFC 7517 §5). */
export const jwksPath = '/.well-known/jwks.json';

/** The page that explains every error code, with the code as the fragment. */
export const errorsPath = '/docs/errors';
