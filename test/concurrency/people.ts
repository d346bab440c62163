import { type Bindery, createClient, type TestClient } from '../support/bindery.ts';

/** Whose tokens they are, and who may and may not ask about them. */
export interface ConcurrencyPeople {
  readonly client: Credentials;
  readonly sibling: Credentials;
  readonly stranger: Credentials;
  readonly api: Credentials;
  readonly user: { readonly username: string; readonly password: string };
}

/** What a client or an API signs in with. */
export type Credentials = { readonly client_id: string; readonly client_secret: string };

/** What the servers of a run are started with. */
export const concurrencyGraceSeconds = 2;
export const concurrencyEnvironment = {
  BINDERY_REFRESH_TOKEN_GRACE: String(concurrencyGraceSeconds),
  BINDERY_LIMIT_USER: '1000000',
  BINDERY_LIMIT_USER_HOURLY: '1000000',
  BINDERY_LIMIT_NETWORK: '1000000',
} as const;

/** Makes a user, three clients and an API credential on the command line. */
export async function createConcurrencyPeople(bindery: Bindery): Promise<ConcurrencyPeople> {
  const client: TestClient = await createClient(bindery, { more: ['--grant', 'password'] });
  const org = client.organization_id;
  const user = { username: 'ana@example.com', password: 'a password for many sign-ins' };
  await bindery.cliJson(
    ['user', 'create', '--org', org, '--email', user.username, '--role', 'member', '--password-stdin'],
    user.password,
  );
  const audience = await audienceOf(bindery);
  return {
    client: credentialsOf(client),
    sibling: credentialsOf(await createClient(bindery, { org, more: ['--grant', 'password'] })),
    stranger: credentialsOf(await createClient(bindery, { more: ['--grant', 'password'] })),
    api: credentialsOf(await bindery.cliJson<TestClient>(['api', 'create', '--name', 'API', '--audience', audience])),
    user,
  };
}

function credentialsOf({ client_id, client_secret }: Credentials): Credentials {
  return { client_id, client_secret };
}

async function audienceOf({ url }: Pick<Bindery, 'url'>): Promise<string> {
  // The default: the public URL and where the API stands under it.
  return `${url}/api`;
}
