import assert from 'node:assert/strict';
import { createUser, setPassword } from '@bindery/server/actions/users.ts';
import type { Role } from '@bindery/server/domain/member.ts';
import { testActor } from './app.ts';
import { arrangingHasher } from './arrange.ts';
import { type Answer, assertSound, type Credentials, type Sending, startTarget, type Target } from './target.ts';

/** A user of the server under attack. */
export interface Person {
  readonly id: string;
  readonly email: string;
  readonly password: string;
}

/** The response to a sign-in or a refresh. */
export interface Tokens {
  readonly token_type: string;
  readonly expires_in: number;
  readonly access_token: string;
  readonly refresh_token: string;
  readonly scope: string;
}

type Fields = Readonly<Record<string, string>>;

/** A server under attack with one user, and one client that may use the password grant. */
export interface People {
  readonly target: Target;
  readonly client: Credentials;
  readonly person: Person;
  newPerson(options?: {
    readonly organizationId?: string;
    readonly role?: Role;
    readonly password?: string;
    readonly email?: string;
  }): Promise<Person>;
  newPasswordClient(organizationId?: string): Promise<Credentials>;
  /** Changes a user's password, as the command line does. */
  changePassword(email: string, password: string): Promise<void>;
  askSignIn(more?: Fields, sending?: Sending): Promise<Answer>;
  /** Signs in, which must succeed. */
  signIn(more?: Fields, sending?: Sending): Promise<Tokens>;
  askRefresh(refreshToken: string, more?: Fields, sending?: Sending): Promise<Answer>;
  /** Refreshes, which must succeed. */
  refresh(refreshToken: string, more?: Fields): Promise<Tokens>;
  /** Asserts tokens and returns them. */
  expectTokens(answer: Answer, note?: string): Tokens;
  askIntrospection(token: string, more?: Fields, sending?: Sending): Promise<Answer>;
  /** Introspects as the client of the password grant, which must succeed. */
  introspect(token: string, more?: Fields): Promise<Readonly<Record<string, unknown>>>;
  isActive(token: string, more?: Fields): Promise<boolean>;
  askRevocation(token: string, more?: Fields, sending?: Sending): Promise<Answer>;
  /** Revokes as the client of the password grant, which must succeed. */
  revoke(token: string, more?: Fields): Promise<void>;
  /** The audit log; entries of the same millisecond are in any order. */
  auditEntries(): Promise<readonly AuditEntryRow[]>;
  /** The audit entries that an action adds. */
  auditEntriesOf(action: () => Promise<unknown>): Promise<readonly AuditEntryRow[]>;
  /** How many password hashes were computed so far. */
  hashes(): number;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface AuditEntryRow {
  readonly action: string;
  readonly outcome: string;
  readonly reason: string | null;
  readonly organization_id: string | null;
  readonly actor_id: string | null;
  readonly address: string | null;
  readonly request_id: string | null;
  readonly at: number;
  readonly details: Readonly<Record<string, unknown>> | null;
}

/** The address of a stranger: not loopback, so that no forwarded header is trusted. */
export const elsewhere = (number: number): Sending => ({
  remoteAddress: `203.0.${Math.floor(number / 250)}.${1 + (number % 250)}`,
});

const withoutLimits = { BINDERY_LIMIT_USER: '1000000', BINDERY_LIMIT_USER_HOURLY: '1000000' };

/** Starts it, with settings as an operator would make them. */
export async function startPeople(environment: Fields = {}): Promise<People> {
  const target = await startTarget({ ...withoutLimits, ...environment });
  const { server } = target;
  let persons = 0;

  const newPerson: People['newPerson'] = async (options = {}) => {
    persons += 1;
    const email = options.email ?? `person${persons}@example.com`;
    const password = options.password ?? `canary password ${persons} of a person`;
    const user = await createUser(server.context, testActor, {
      organizationId: options.organizationId ?? target.client.organizationId,
      email,
      role: options.role ?? 'member',
      password,
      hasher: arrangingHasher,
    });
    target.secrets.add(password);
    return { id: user.id, email: user.email, password };
  };
  const newPasswordClient = (organizationId?: string): Promise<Credentials> =>
    target.newClient({
      grants: ['client_credentials', 'password', 'refresh_token'],
      ...(organizationId !== undefined && { organizationId }),
    });

  const client = await newPasswordClient();
  const person = await newPerson();
  const credentials = { client_id: client.clientId, client_secret: client.clientSecret };

  const people: People = {
    target,
    client,
    person,
    newPerson,
    newPasswordClient,
    async changePassword(email, password) {
      target.secrets.add(password);
      await setPassword(server.context, testActor, email, { password, hasher: server.hasher });
    },
    askSignIn: (more = {}, sending = {}) =>
      target.send(
        { ...credentials, grant_type: 'password', username: person.email, password: person.password, ...more },
        sending,
      ),
    signIn: async (more, sending) => people.expectTokens(await people.askSignIn(more, sending)),
    askRefresh: (refreshToken, more = {}, sending = {}) =>
      target.send({ ...credentials, grant_type: 'refresh_token', refresh_token: refreshToken, ...more }, sending),
    refresh: async (refreshToken, more) => people.expectTokens(await people.askRefresh(refreshToken, more)),
    expectTokens(answer, note = '') {
      // The field names are checked here, their values by the caller.
      const tokens = target.expectToken(answer, note) as unknown as Tokens;
      assert.deepEqual(
        Object.keys(tokens),
        ['token_type', 'expires_in', 'access_token', 'refresh_token', 'scope'],
        note,
      );
      target.secrets.add(tokens.refresh_token);
      return tokens;
    },
    askIntrospection: (token, more = {}, sending = {}) =>
      target.send({ ...credentials, token, ...more }, { path: '/oauth/introspect', ...sending }),
    async introspect(token, more) {
      const answer = await people.askIntrospection(token, more);
      assert.equal(answer.status, 200, answer.body);
      assertSound(answer);
      return JSON.parse(answer.body) as Record<string, unknown>;
    },
    isActive: async (token, more) => (await people.introspect(token, more))['active'] === true,
    askRevocation: (token, more = {}, sending = {}) =>
      target.send({ ...credentials, token, ...more }, { path: '/oauth/revoke', ...sending }),
    async revoke(token, more) {
      const answer = await people.askRevocation(token, more);
      assert.equal(answer.status, 200, answer.body);
      assert.equal(answer.body, '');
      assert.equal(answer.headers['cache-control'], 'no-store');
    },
    async auditEntries() {
      const rows = await server.context.database.queries
        .selectFrom('audit_entries')
        .select([
          'action',
          'outcome',
          'reason',
          'organization_id',
          'actor_id',
          'address',
          'request_id',
          'at',
          'details',
        ])
        .orderBy('id')
        .execute();
      return rows.map(({ details, at, ...row }) => ({
        ...row,
        at: Number(at),
        details: details === null ? null : (JSON.parse(details) as Record<string, unknown>),
      }));
    },
    async auditEntriesOf(action) {
      server.advance(1);
      const from = server.context.now();
      await action();
      return (await people.auditEntries()).filter(({ at }) => at >= from);
    },
    hashes: () => server.hasher.total,
    [Symbol.asyncDispose]: () => target[Symbol.asyncDispose](),
  };
  return people;
}
