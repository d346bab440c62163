import { createApi, createClient, createUser, passwordGrants, type TestClient } from '../support/arrange.ts';
import type { Bindery } from '../support/bindery.ts';

/** Who owns the tokens, and who may and may not introspect them. */
export interface ConcurrencyPeople {
  readonly client: Credentials;
  readonly sibling: Credentials;
  readonly stranger: Credentials;
  readonly api: Credentials;
  readonly user: { readonly username: string; readonly password: string };
}

/** What a client or an API authenticates with. */
export type Credentials = { readonly client_id: string; readonly client_secret: string };

/** The settings of the servers of a run. */
export const concurrencyGraceSeconds = 2;
export const concurrencyEnvironment = {
  BINDERY_REFRESH_TOKEN_GRACE: String(concurrencyGraceSeconds),
  BINDERY_LIMIT_USER: '1000000',
  BINDERY_LIMIT_USER_HOURLY: '1000000',
  BINDERY_LIMIT_NETWORK: '1000000',
} as const;

/** Creates a user, three clients and an API credential. */
export async function createConcurrencyPeople(bindery: Bindery): Promise<ConcurrencyPeople> {
  const client: TestClient = await createClient(bindery, { grants: passwordGrants });
  const org = client.organization_id;
  const user = { username: 'ana@example.com', password: 'a password for many sign-ins' };
  await createUser(bindery, { org, email: user.username, password: user.password });
  // The default: the public URL, and the path under it where the API stands.
  const audience = `${bindery.url}/api`;
  return {
    client: credentialsOf(client),
    sibling: credentialsOf(await createClient(bindery, { org, grants: passwordGrants })),
    stranger: credentialsOf(await createClient(bindery, { grants: passwordGrants })),
    api: await createApi(bindery, { name: 'API', audience }),
    user,
  };
}

function credentialsOf({ client_id, client_secret }: Credentials): Credentials {
  return { client_id, client_secret };
}
