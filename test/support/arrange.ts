// What a test needs before it begins, created by the actions behind the command line, on the store of the running
// server: without the third of a second that starting a process takes.

import { createApiCredential } from '@bindery/server/actions/api-credentials.ts';
import { rotateSecret as rotateClientSecret } from '@bindery/server/actions/client-secrets.ts';
import * as clients from '@bindery/server/actions/clients.ts';
import type { ActionContext } from '@bindery/server/actions/context.ts';
import { openStore } from '@bindery/server/actions/open-store.ts';
import * as organizations from '@bindery/server/actions/organizations.ts';
import * as users from '@bindery/server/actions/users.ts';
import { loadConfig } from '@bindery/server/config.ts';
import type { GrantType } from '@bindery/server/domain/access.ts';
import type { Role } from '@bindery/server/domain/member.ts';
import type { PasswordHasher } from '@bindery/server/domain/password.ts';
import { QueuedPasswordHasher } from '@bindery/server/live/password-hasher.ts';
import { testActor } from './actor.ts';
import type { Bindery } from './bindery.ts';
import { rememberSecrets } from './logged-secrets.ts';

/** The server whose store is arranged. */
type Arranged = Pick<Bindery, 'environment'>;

/** Hashes each password once, because a hash is expensive; two users with the same salt make no difference to tests. */
class OncePerPassword extends QueuedPasswordHasher {
  readonly #hashes = new Map<string, Promise<string>>();

  override hash(password: string): Promise<string> {
    const hash = this.#hashes.get(password) ?? super.hash(password);
    this.#hashes.set(password, hash);
    return hash;
  }
}

/** The hasher for arranged users, not for tests of hashing itself. */
export const arrangingHasher: PasswordHasher = new OncePerPassword();

/** Opens the store of a running server, as the command line does. */
export function openBeside({ environment }: Arranged): Promise<ActionContext> {
  return openStore(loadConfig(environment), 'existing', Date.now);
}

/** Runs an action on the store of a server. */
export async function arrange<Result>(
  bindery: Arranged,
  action: (context: ActionContext) => Promise<Result>,
): Promise<Result> {
  const context = await openBeside(bindery);
  try {
    return await action(context);
  } finally {
    await context.database.close();
  }
}

/** A client's credentials, named as on the wire, and its organization. */
export interface TestClient {
  readonly client_id: string;
  readonly client_secret: string;
  readonly organization_id: string;
}

/** Creates an organization; returns its id. */
export async function createOrganization(bindery: Arranged, name = 'Acme'): Promise<string> {
  return (await arrange(bindery, (context) => organizations.createOrganization(context, testActor, { name }))).id;
}

/** Creates a client in an organization, or in a new one. */
export function createClient(
  bindery: Arranged,
  options: {
    readonly access?: 'read' | 'read_write';
    readonly org?: string;
    readonly grants?: readonly GrantType[];
  } = {},
): Promise<TestClient> {
  return arrange(bindery, async (context) => {
    const organizationId =
      options.org ?? (await organizations.createOrganization(context, testActor, { name: 'Acme' })).id;
    const { client, clientSecret } = await clients.createClient(context, testActor, {
      organizationId,
      name: 'Test client',
      access: options.access ?? 'read_write',
      grants: options.grants ?? ['client_credentials'],
      secretExpiresAt: null,
    });
    rememberSecrets(clientSecret);
    return { client_id: client.id, client_secret: clientSecret, organization_id: organizationId };
  });
}

/** The grants of a client that signs users in. */
export const passwordGrants: readonly GrantType[] = ['client_credentials', 'password', 'refresh_token'];

/** Creates a user who is a member of an organization; returns the id. */
export async function createUser(
  bindery: Arranged,
  user: { readonly org: string; readonly email: string; readonly password: string; readonly role?: Role },
): Promise<string> {
  const { org, email, password, role = 'member' } = user;
  rememberSecrets(password);
  const input = { organizationId: org, email, role, password, hasher: arrangingHasher };
  return (await arrange(bindery, (context) => users.createUser(context, testActor, input))).id;
}

/** Creates the credential with which an API introspects. */
export async function createApi(
  bindery: Arranged,
  api: { readonly name: string; readonly audience: string },
): Promise<Pick<TestClient, 'client_id' | 'client_secret'>> {
  const { credential, clientSecret } = await arrange(bindery, (context) =>
    createApiCredential(context, testActor, api),
  );
  rememberSecrets(clientSecret);
  return { client_id: credential.id, client_secret: clientSecret };
}

/** Disables or enables a client. */
export async function setClientState(
  bindery: Arranged,
  { client_id, organization_id }: TestClient,
  state: 'active' | 'disabled',
): Promise<void> {
  const target = { organizationId: organization_id, clientId: client_id };
  await arrange(bindery, (context) => clients.updateClient(context, testActor, target, { state }));
}

/** Rotates a client's secret and returns the new one; without an overlap the old one expires immediately. */
export async function rotateSecret(
  bindery: Arranged,
  { client_id, organization_id }: TestClient,
  overlapMilliseconds = 0,
): Promise<string> {
  const target = { organizationId: organization_id, clientId: client_id };
  const made = await arrange(bindery, (context) =>
    rotateClientSecret(context, testActor, target, { overlapMilliseconds, secretExpiresAt: null }),
  );
  rememberSecrets(made.clientSecret);
  return made.clientSecret;
}
