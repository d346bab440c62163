// Gets an access token and lists the organization's binders.
import process from 'node:process';

const { BINDERY_URL, BINDERY_API_URL, BINDERY_CLIENT_ID, BINDERY_CLIENT_SECRET, BINDERY_ORGANIZATION_ID } = process.env;

const tokenResponse = await fetch(`${BINDERY_URL}/connect/token`, {
  method: 'POST',
  body: new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: BINDERY_CLIENT_ID,
    client_secret: BINDERY_CLIENT_SECRET,
    scope: 'public',
  }),
  signal: AbortSignal.timeout(30_000),
});
// Cache the token for `expires_in` seconds; do not get one for every call.
const { access_token: accessToken } = await readJson(tokenResponse);

const bindersResponse = await fetch(`${BINDERY_API_URL}/api/binders`, {
  headers: { authorization: `Bearer ${accessToken}`, 'x-tenant-id': BINDERY_ORGANIZATION_ID },
  signal: AbortSignal.timeout(30_000),
});
const binders = await readJson(bindersResponse);
console.log(JSON.stringify(binders, null, 2));

async function readJson(response) {
  if (!response.ok) {
    console.error(`${response.url} responded with ${response.status}: ${await response.text()}`);
    process.exit(1);
  }
  return response.json();
}
