/** The base path of this instance, without a trailing slash; empty at the root of a host. */
export const place = new URL(document.baseURI).pathname.replace(/\/console\/?$/, '').replace(/\/$/, '');
