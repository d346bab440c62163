/** The path under which this instance is served, without a slash at the end: empty at the root of a host. */
export const place = new URL(document.baseURI).pathname.replace(/\/console\/?$/, '').replace(/\/$/, '');
