import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createApiCredential } from '@bindery/server/actions/api-credentials.ts';
import { rotateSecret } from '@bindery/server/actions/client-secrets.ts';
import { createClient } from '@bindery/server/actions/clients.ts';
import { createInvitation } from '@bindery/server/actions/invitations.ts';
import { addMember } from '@bindery/server/actions/members.ts';
import { createOperatorInvitation } from '@bindery/server/actions/operator-invitations.ts';
import { createOrganization } from '@bindery/server/actions/organizations.ts';
import { startSession } from '@bindery/server/actions/sessions.ts';
import { createUser } from '@bindery/server/actions/users.ts';
import { ApiError } from '@bindery/server/errors.ts';
import { startTestApp, type TestApp, testActor } from '../support/app.ts';
import { arrangingHasher } from '../support/arrange.ts';

const max = 3;
const bounds = {
  ...{ BINDERY_MAX_CLIENTS: String(max), BINDERY_MAX_MEMBERS: String(max), BINDERY_MAX_INVITATIONS: String(max) },
  ...{ BINDERY_MAX_SESSIONS: String(max), BINDERY_MAX_API_CREDENTIALS: String(max) },
};

type Add = (server: TestApp, organizationId: string, number: number) => Promise<unknown>;

const newUserIn = (server: TestApp, organizationId: string, number: number) =>
  createUser(server.context, testActor, {
    ...{ organizationId, role: 'member', password: 'a long password of somebody', hasher: arrangingHasher },
    email: `user-${number}@example.com`,
  });

const ways: Readonly<Record<string, Add>> = {
  'API clients': ({ context }, organizationId, number) =>
    createClient(context, testActor, {
      ...{ organizationId, name: `Client ${number}`, access: 'read' },
      ...{ grants: ['client_credentials'], secretExpiresAt: null },
    }),
  'new members': newUserIn,
  invitations: ({ context }, organizationId, number) =>
    createInvitation(context, testActor, { organizationId, email: `guest-${number}@example.com`, role: 'member' }),
  'operator invitations': ({ context }, _organizationId, number) =>
    createOperatorInvitation(context, testActor, `operator-${number}@example.com`),
  'API credentials': ({ context }, _organizationId, number) =>
    createApiCredential(context, testActor, { name: `API ${number}`, audience: 'https://api.example.com' }),
};

describe('9.6 numbers have bounds', () => {
  for (const [what, add] of Object.entries(ways)) {
    test(`of ${what} added at the same time exactly as many as allowed succeed, and the refusal names the number`, async () => {
      await using server = await startTestApp(bounds);
      const { id } = await createOrganization(server.context, testActor, { name: 'Acme' });
      const results = await Promise.allSettled(Array.from({ length: 8 }, (_, number) => add(server, id, number)));
      const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
      assert.equal(refused.length, 8 - max);
      for (const error of refused) {
        assert.ok(error instanceof ApiError && error.code === 'conflict', String(error));
        assert.match(error.message, new RegExp(`at most ${max} are allowed`));
      }
      const other = await createOrganization(server.context, testActor, { name: 'Another' });
      if (!what.includes('operator') && !what.includes('credentials')) {
        await add(server, other.id, 100);
      }
    });
  }

  test('an existing user who is added counts as a member', async () => {
    await using server = await startTestApp(bounds);
    const { id } = await createOrganization(server.context, testActor, { name: 'Acme' });
    const other = await createOrganization(server.context, testActor, { name: 'Another' });
    for (let number = 0; number < max; number += 1) {
      await newUserIn(server, id, number);
    }
    const { email } = await newUserIn(server, other.id, 50);
    const input = { organizationId: id, email, role: 'member' } as const;
    await assert.rejects(addMember(server.context, testActor, input), /at most 3 are allowed/);
  });

  test('a sign-in beyond the number of sessions ends the one that was idle longest', async () => {
    await using server = await startTestApp(bounds);
    const { id } = await createOrganization(server.context, testActor, { name: 'Acme' });
    const user = await newUserIn(server, id, 1);
    const started: string[] = [];
    for (let number = 0; number < max + 2; number += 1) {
      server.advance(1000);
      const { context } = server;
      const { session } = await context.database.transaction((queries) =>
        startSession(context, queries, testActor, user, context.now()),
      );
      started.push(session.id);
    }
    const left = await server.context.database.queries.selectFrom('console_sessions').select('id').execute();
    assert.deepEqual(left.map((row) => row.id).toSorted(), started.slice(-max).toSorted());
  });

  test('rotating a secret again and again keeps twenty expired ones', async () => {
    await using server = await startTestApp();
    const { clientId, organizationId } = await server.newClient();
    for (let number = 0; number < 30; number += 1) {
      server.advance(1000);
      const rotation = { overlapMilliseconds: 0, secretExpiresAt: null };
      await rotateSecret(server.context, testActor, { organizationId, clientId }, rotation);
    }
    const secrets = await server.context.database.queries
      .selectFrom('client_secrets')
      .select(['id', 'expires_at'])
      .where('client_id', '=', clientId)
      .execute();
    assert.equal(secrets.filter(({ expires_at }) => expires_at === null).length, 1);
    assert.equal(secrets.length, 21);
  });
});
