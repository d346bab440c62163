import assert from 'node:assert/strict';
import { createApiCredential } from '@bindery/server/actions/api-credentials.ts';
import { createClient } from '@bindery/server/actions/clients.ts';
import { createInvitation } from '@bindery/server/actions/invitations.ts';
import { addMember } from '@bindery/server/actions/members.ts';
import { createOrganization } from '@bindery/server/actions/organizations.ts';
import { startSession } from '@bindery/server/actions/sessions.ts';
import { newSetupToken, setUp } from '@bindery/server/actions/setup.ts';
import { createUser } from '@bindery/server/actions/users.ts';
import { type OperationName, operations } from '@bindery/server/admin/contract/index.ts';
import type { Operation } from '@bindery/server/admin/contract/operation.ts';
import { newFamilyId } from '@bindery/server/domain/refresh-token.ts';
import { cookieNameOf } from '@bindery/server/http/session-cookie.ts';
import { ClientSearch } from '@bindery/server/store/client-list.ts';
import { insertRefreshFamily } from '@bindery/server/store/refresh-families.ts';
import { startTestApp, type TestApp, testActor } from './app.ts';
import { arrangingHasher } from './arrange.ts';

/** A response of the management API. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number | readonly string[] | undefined>>;
  readonly text: string;
  /** The body as JSON; empty where there is none. */
  readonly json: Readonly<Record<string, unknown>>;
}

/** What one call of an operation sends. */
export interface Sending {
  readonly parameters?: Readonly<Record<string, string>>;
  readonly query?: string;
  readonly body?: unknown;
  /** The version that `If-Match` names. */
  readonly version?: number;
  /** In addition to what the console sends; undefined removes one. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly remoteAddress?: string;
}

/** A browser with its session cookie. */
export interface Browser {
  cookie: string;
  call(name: OperationName, sending?: Sending): Promise<Answer>;
}

/** Somebody with an account. */
export interface Somebody {
  readonly id: string;
  readonly email: string;
  readonly password: string;
}

/** An organization with one of everything. */
export interface World {
  readonly organizationId: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly secretId: string;
  readonly invitationId: string;
  readonly invitationToken: string;
  readonly credentialId: string;
  /** The sign-in of the victim through the client. */
  readonly signInId: string;
}

/** A server that is set up, with users of every role. */
export interface Site {
  readonly server: TestApp;
  readonly origin: string;
  readonly operator: Somebody;
  readonly owner: Somebody;
  readonly member: Somebody;
  /** Owns another organization and is in no other. */
  readonly stranger: Somebody;
  /** A member on whom operations are performed. */
  readonly victim: Somebody;
  /** A new organization with owner, member and victim. */
  newWorld(): Promise<World>;
  /** The organization of the stranger. */
  readonly foreign: World;
  newBrowser(cookie?: string): Browser;
  /** A browser with a new session, without asking for the password. */
  signedIn(user: Pick<Somebody, 'id'>): Promise<Browser>;
  /** Everything in the store, to see that nothing changed. */
  contents(): Promise<Readonly<Record<string, unknown>>>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** The first operator in these tests. */
export const founder = {
  email: 'operator@example.com',
  name: 'The operator',
  password: 'a long password of the operator',
  organizationName: 'Head office',
} as const;

const withoutLimits = {
  BINDERY_LIMIT_USER: '1000000',
  BINDERY_LIMIT_USER_HOURLY: '1000000',
  BINDERY_LIMIT_NETWORK: '1000000',
};

const tables = [
  ...['settings', 'organizations', 'api_clients', 'client_secrets', 'signing_keys', 'audit_entries', 'users'],
  ...['memberships', 'refresh_families', 'api_credentials', 'console_sessions', 'one_time_links', 'binders'],
] as const;

/** The names of all operations. */
export const operationNames = Object.keys(operations) as readonly OperationName[];

/** An operation as the contract has it. */
export function operationOf(name: OperationName): Operation {
  return operations[name];
}

/** A browser of a server, which may not be set up yet. */
export function newBrowserOf(server: TestApp, cookie = ''): Browser {
  const { publicUrl } = server.context.config;
  const browser: Browser = {
    cookie,
    async call(name, sending = {}) {
      const { method, path } = operationOf(name);
      const url = path.replaceAll(/\{(\w+)\}/g, (_, parameter: string) =>
        encodeURIComponent(sending.parameters?.[parameter] ?? 'missing'),
      );
      const response = await server.app.inject({
        method,
        url: url + (sending.query ?? ''),
        headers: headersOf({
          host: new URL(publicUrl).host,
          origin: method === 'GET' ? undefined : new URL(publicUrl).origin,
          'sec-fetch-site': 'same-origin',
          'x-bindery-request': 'console',
          'content-type': sending.body === undefined ? undefined : 'application/json',
          'if-match': sending.version === undefined ? undefined : `"${sending.version}"`,
          cookie: browser.cookie === '' ? undefined : browser.cookie,
          ...sending.headers,
        }),
        ...(sending.body === undefined
          ? {}
          : { payload: typeof sending.body === 'string' ? sending.body : JSON.stringify(sending.body) }),
        ...(sending.remoteAddress === undefined ? {} : { remoteAddress: sending.remoteAddress }),
      });
      const set = response.cookies.find((found) => found.name === cookieNameOf(server.context.config));
      if (set !== undefined) {
        browser.cookie = `${set.name}=${set.value}`;
      }
      const isJson = /^application\/(?:problem\+)?json/.test(String(response.headers['content-type']));
      return {
        status: response.statusCode,
        headers: response.headers,
        text: response.body,
        json: isJson ? (JSON.parse(response.body) as Record<string, unknown>) : {},
      };
    },
  };
  return browser;
}

/** Starts it, with settings as an operator would make them. */
export async function startSite(environment: Readonly<Record<string, string>> = {}): Promise<Site> {
  const server = await startTestApp({ ...withoutLimits, ...environment });
  const { context } = server;
  const hasher = arrangingHasher;
  const { token } = await newSetupToken(context);
  const { user, organization } = await setUp(context, testActor, { ...founder, token, hasher });
  const newUser = async (name: string): Promise<Somebody> => {
    const given = { email: `${name}@example.com`, password: `a long password of ${name}` };
    const input = { organizationId: organization.id, role: 'member', ...given, hasher } as const;
    return { ...given, id: (await createUser(context, testActor, input)).id };
  };
  const operator = { ...founder, id: user.id };
  const [owner, member, stranger, victim] = [
    await newUser('owner'),
    await newUser('member'),
    await newUser('stranger'),
    await newUser('victim'),
  ];
  let worlds = 0;
  const makeWorld = async (people: readonly (readonly [Somebody, 'owner' | 'member'])[]): Promise<World> => {
    worlds += 1;
    const { id } = await createOrganization(context, testActor, { name: `World ${worlds}` });
    for (const [{ email }, role] of people) {
      await addMember(context, testActor, { organizationId: id, email, role });
    }
    const made = await createClient(context, testActor, {
      organizationId: id,
      name: `Client of world ${worlds}`,
      access: 'read',
      grants: ['client_credentials'],
      secretExpiresAt: null,
    });
    const listed = await new ClientSearch(context.database.queries, id, context.now()).find(made.client.id);
    const email = `guest${worlds}@example.com`;
    const invited = await createInvitation(context, testActor, { organizationId: id, email, role: 'member' });
    const signInId = newFamilyId();
    await insertRefreshFamily(context.database.queries, {
      ...{ id: signInId, clientId: made.client.id, organizationId: id, userId: victim.id },
      ...{ scope: 'public', currentHash: 'none', lastUsedAddress: null, createdAt: context.now() },
      ...{ idleExpiresAt: context.now() + 86_400_000, absoluteExpiresAt: context.now() + 86_400_000 },
    });
    const api = { name: 'An API', audience: context.config.audience };
    return {
      organizationId: id,
      clientId: made.client.id,
      clientSecret: made.clientSecret,
      secretId: listed?.secrets[0]?.id ?? '',
      invitationId: invited.details.id,
      invitationToken: tokenOf(invited.link),
      signInId,
      credentialId: (await createApiCredential(context, testActor, api)).credential.id,
    };
  };
  const signedIn: Site['signedIn'] = async ({ id }) => {
    const started = await context.database.transaction((queries) =>
      startSession(context, queries, testActor, { id }, context.now()),
    );
    return newBrowserOf(server, `${cookieNameOf(context.config)}=${started.token}`);
  };
  return {
    server,
    origin: new URL(context.config.publicUrl).origin,
    operator,
    owner,
    member,
    stranger,
    victim,
    newWorld: () =>
      makeWorld([
        [owner, 'owner'],
        [member, 'member'],
        [victim, 'member'],
      ]),
    foreign: await makeWorld([[stranger, 'owner']]),
    newBrowser: (cookie) => newBrowserOf(server, cookie),
    signedIn,
    async contents() {
      const found: Record<string, unknown> = {};
      for (const table of tables) {
        // The names are tables of the schema; only whole rows are compared.
        const rows = await context.database.queries
          .selectFrom(table as 'users')
          .selectAll()
          .execute();
        // Who was turned away is recorded, which changes nothing.
        const kept = rows.filter((row) => !('outcome' in row) || row.outcome !== 'refused');
        found[table] = kept.map((row) => JSON.stringify(row)).toSorted();
      }
      return found;
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** The token that a link carries in its fragment. */
export function tokenOf(link: string): string {
  const token = new URL(link).hash.replace('#t=', '');
  assert.notEqual(token, '');
  return token;
}

/** A valid call of every operation, performed on `world` or on `victim`. */
export function exampleOf(name: OperationName, world: World, site: Site): Sending {
  const { organizationId, clientId, secretId, invitationId, credentialId, invitationToken } = world;
  const user = site.victim;
  const email = 'somebody@example.com';
  const inOrganization = { parameters: { organizationId, clientId, secretId, invitationId, userId: user.id } };
  const bodies: Partial<Record<OperationName, unknown>> = {
    setUp: { ...founder, token: 'no such token' },
    signIn: { email: user.email, password: user.password },
    reauthenticate: { password: site.operator.password },
    lookUpInvitation: { token: invitationToken },
    acceptInvitation: { token: invitationToken, password: 'a long password of a guest' },
    acceptInvitationSignedIn: { token: invitationToken },
    resetPassword: { token: 'no such token', password: 'a long password, a new one' },
    updateAccount: { theme: 'dark' },
    changePassword: { currentPassword: 'not the password', newPassword: 'a long password, a new one' },
    updateOrganization: { name: 'Another name' },
    updateMember: { role: 'owner' },
    createInvitation: { email, role: 'member' },
    createClient: { name: 'Another client' },
    updateClient: { name: 'Another name' },
    rotateSecret: {},
    updateSecret: { expiresAt: new Date(site.server.context.now() + 86_400_000).toISOString() },
    createOrganization: { name: 'Another organization' },
    switchOrganization: { apiClients: 'off' },
    inviteOwner: { email },
    createApiCredential: { name: 'Another API', audience: 'https://api.example.com' },
    inviteOperator: { email: user.email },
    setUserState: { state: 'disabled' },
    setBranding: { productName: 'Another product', color: '#123456', logo: null, contact: null },
  };
  return {
    parameters: {
      ...inOrganization.parameters,
      credentialId,
      sessionId: 'session_of_another',
      signInId: world.signInId,
    },
    ...(name in bodies ? { body: bodies[name] } : {}),
    ...(operationOf(name).conditional === true ? { version: 1 } : {}),
  };
}

function headersOf(headers: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) {
      found[name] = value;
    }
  }
  return found;
}
