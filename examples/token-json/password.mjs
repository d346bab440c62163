// Gets an access token and a refresh token for a user with a JSON body, and prints the response.
import process from 'node:process';

const { BINDERY_URL, BINDERY_CLIENT_ID, BINDERY_CLIENT_SECRET, BINDERY_USERNAME, BINDERY_PASSWORD } = process.env;

const response = await fetch(`${BINDERY_URL}/access_token`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({
    grant_type: 'password',
    client_id: BINDERY_CLIENT_ID,
    client_secret: BINDERY_CLIENT_SECRET,
    username: BINDERY_USERNAME,
    password: BINDERY_PASSWORD,
  }),
  signal: AbortSignal.timeout(30_000),
});
if (!response.ok) {
  console.error(`no token: ${response.status} ${await response.text()}`);
  process.exit(1);
}
console.log(await response.text());
