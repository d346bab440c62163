// Keeps an access token until shortly before it ends, and renews it once when a call is refused with 401.
import process from 'node:process';

const { BINDERY_URL, BINDERY_API_URL, BINDERY_CLIENT_ID, BINDERY_CLIENT_SECRET, BINDERY_ORGANIZATION_ID } = process.env;

let token;
let ends = 0;

/** However many calls wait, one request for a token is under way. */
function getToken() {
  if (token === undefined || performance.now() >= ends) {
    ends = Number.POSITIVE_INFINITY;
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
  const answer = await readJson(response);
  ends = performance.now() + (answer.expires_in - 30) * 1000;
  return answer.access_token;
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
    // The token ended early: one new token, one more attempt.
    token = undefined;
    response = await call(path);
  }
  return readJson(response);
}

async function readJson(response) {
  if (!response.ok) {
    console.error(`${response.url} answered ${response.status}: ${await response.text()}`);
    process.exit(1);
  }
  return response.json();
}

// One token serves both calls.
const [binders] = await Promise.all([get('/api/binders'), get('/api/binders')]);
console.log(JSON.stringify(binders, null, 2));
