import assert from 'node:assert/strict';
import type { TestClient } from './arrange.ts';
import type { Bindery } from './bindery.ts';
import { rememberSecrets } from './logged-secrets.ts';
import { waitFor } from './wait-for.ts';

/** Sends a form to a path of the server. */
export function postForm(
  bindery: Pick<Bindery, 'url'>,
  path: string,
  fields: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  rememberSecrets(...['client_secret', 'password', 'refresh_token', 'token'].map((name) => fields[name]));
  return fetch(bindery.url + path, { method: 'POST', body: new URLSearchParams(fields), headers });
}

/** A client's access token by client credentials; throws if it gets none. */
export async function getToken(
  bindery: Pick<Bindery, 'url'>,
  client: Pick<TestClient, 'client_id' | 'client_secret'>,
): Promise<string> {
  const { client_id, client_secret } = client;
  const response = await postForm(bindery, '/connect/token', {
    grant_type: 'client_credentials',
    client_id,
    client_secret,
  });
  const answer: unknown = await response.json();
  if (!response.ok || typeof answer !== 'object' || answer === null || !('access_token' in answer)) {
    throw new Error(`no token: ${response.status} ${JSON.stringify(answer)}`);
  }
  rememberSecrets(String(answer.access_token));
  return String(answer.access_token);
}

/**
 * When a change made by another process must have been noticed at the latest: it takes a second, and a busy machine more.
 */
export const noticedSecondsMax = 15;

/** Throws unless a client gets tokens, or gets none: immediately, or on PostgreSQL once other servers had time to notice. */
export async function expectAuthenticated(bindery: Bindery, client: TestClient, expected: boolean): Promise<void> {
  const isAuthenticated = () =>
    getToken(bindery, client).then(
      () => true,
      (error: unknown) => {
        // After enough attempts it is rate-limited first.
        assert.match(String(error), /401|429/);
        return false;
      },
    );
  if (bindery.storeEnvironment['DATABASE_URL'] !== undefined) {
    await waitFor(async () => (await isAuthenticated()) === expected || undefined, noticedSecondsMax);
  }
  assert.equal(await isAuthenticated(), expected);
}
