// Caches an access token until shortly before it expires, and gets a new one after a 401.
import process from 'node:process';

const { BINDERY_URL, BINDERY_API_URL, BINDERY_CLIENT_ID, BINDERY_CLIENT_SECRET, BINDERY_ORGANIZATION_ID } = process.env;

let token;
let expiresAt = 0;

/** One token request at a time, however many calls wait for it. */
function getToken() {
  if (token === undefined || performance.now() >= expiresAt) {
    expiresAt = Number.POSITIVE_INFINITY;
    token = requestToken().catch((error) => {
      token = undefined;
      throw error;
    });
  }
  return token;
}

async function requestToken() {
  const response = await fetch(`${BINDERY_URL}/connect/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: BINDERY_CLIENT_ID,
      client_secret: BINDERY_CLIENT_SECRET,
    }),
    signal: AbortSignal.timeout(30_000),
  });
  const tokenResponse = await readJson(response);
  expiresAt = performance.now() + (tokenResponse.expires_in - 30) * 1000;
  return tokenResponse.access_token;
}

async function call(path) {
  return fetch(`${BINDERY_API_URL}${path}`, {
    headers: { authorization: `Bearer ${await getToken()}`, 'x-tenant-id': BINDERY_ORGANIZATION_ID },
    signal: AbortSignal.timeout(30_000),
  });
}

async function get(path) {
  let response = await call(path);
  if (response.status === 401) {
    // The token was revoked early: get a new one and try once more.
    token = undefined;
    response = await call(path);
  }
  return readJson(response);
}

async function readJson(response) {
  if (!response.ok) {
    console.error(`${response.url} responded with ${response.status}: ${await response.text()}`);
    process.exit(1);
  }
  return response.json();
}

// Both calls use the same token.
const [binders] = await Promise.all([get('/api/binders'), get('/api/binders')]);
console.log(JSON.stringify(binders, null, 2));
