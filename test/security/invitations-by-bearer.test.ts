import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { addMember } from '@bindery/server/actions/members.ts';
import { createResetLink } from '@bindery/server/actions/password-reset.ts';
import { startSession } from '@bindery/server/actions/sessions.ts';
import { newSetupToken, setUp } from '@bindery/server/actions/setup.ts';
import { createUser } from '@bindery/server/actions/users.ts';
import { operations } from '@bindery/server/admin/contract/index.ts';
import { cookieNameOf } from '@bindery/server/http/session-cookie.ts';
import { startTestApp, testActor } from '../support/app.ts';
import { arrangingHasher } from '../support/arrange.ts';
import {
  type Answer,
  type Browser,
  founder,
  newBrowserOf,
  type Site,
  type Somebody,
  startSite,
  tokenOf,
} from '../support/console.ts';

const director = 'director@example.com';
const squatted = { password: 'a long password of the squatter', name: 'The director' };

/** An owner invites the boss of somebody else, and opens the link alone. */
async function squat(site: Site): Promise<Browser> {
  const owner = await site.signedIn(site.stranger);
  const parameters = { organizationId: site.foreign.organizationId };
  const made = await owner.call('createInvitation', { parameters, body: { email: director, role: 'owner' } });
  const browser = site.newBrowser();
  const joined = await browser.call('acceptInvitation', { body: { token: tokenOf(linkOf(made)), ...squatted } });
  assert.equal(joined.status, 201, joined.text);
  return browser;
}

function linkOf(answer: Answer): string {
  assert.equal(answer.status, 201, answer.text);
  return String(answer.json['link']);
}

async function organizationsOf(browser: Browser): Promise<readonly string[]> {
  const { json } = await browser.call('getSession');
  return (json['organizations'] as readonly { readonly id: string }[]).map(({ id }) => id);
}

async function isOperator(browser: Browser): Promise<boolean> {
  return ((await browser.call('getSession')).json['user'] as { readonly isOperator: boolean }).isOperator;
}

describe('9.7 nobody gains rights by address in console and management API', () => {
  test('242: a squatted address gets nothing from an invitation, an owner invitation or an operator invitation to it', async () => {
    await using site = await startSite();
    const world = await site.newWorld();
    const squatter = await squat(site);
    const [owner, operator] = [await site.signedIn(site.owner), await site.signedIn(site.operator)];
    const parameters = { organizationId: world.organizationId };
    for (const made of [
      await owner.call('createInvitation', { parameters, body: { email: director, role: 'owner' } }),
      await operator.call('inviteOwner', { parameters, body: { email: director } }),
      await operator.call('inviteOperator', { body: { email: director } }),
    ]) {
      assert.equal(made.status, 201, made.text);
    }
    assert.deepEqual(await organizationsOf(squatter), [site.foreign.organizationId]);
    assert.equal(await isOperator(squatter), false);
    assert.equal((await squatter.call('getOrganization', { parameters })).status, 404);
    assert.equal((await squatter.call('listUsers')).status, 403);
  });

  test('no operation but an invitation, whose bearer accepts it, takes an address', () => {
    const schemas = Object.entries(operations as Record<string, { readonly body?: { readonly shape?: object } }>);
    const byAddress = schemas.filter(([, { body }]) => 'email' in (body?.shape ?? {})).map(([name]) => name);
    assert.deepEqual(byAddress.toSorted(), ['createInvitation', 'inviteOperator', 'inviteOwner', 'setUp', 'signIn']);
  });

  test('the real person joins with the account they sign in to, under another address than the invited one', async () => {
    await using site = await startSite();
    const world = await site.newWorld();
    await squat(site);
    const owner = await site.signedIn(site.owner);
    const parameters = { organizationId: world.organizationId };
    const body = { email: director, role: 'owner' };
    const token = tokenOf(linkOf(await owner.call('createInvitation', { parameters, body })));
    const taken = await site.newBrowser().call('acceptInvitation', { body: { token, ...squatted } });
    assert.equal(taken.status, 409, taken.text);
    const person = await site.signedIn(site.stranger);
    const joined = await person.call('acceptInvitationSignedIn', { body: { token } });
    assert.equal(joined.status, 200, joined.text);
    assert.ok((await organizationsOf(person)).includes(world.organizationId));
    const { items } = (await owner.call('listMembers', { parameters })).json as { items: readonly Somebody[] };
    assert.ok(items.some(({ email }) => email === site.stranger.email));
    assert.ok(items.every(({ email }) => email !== director));
    const trail = await owner.call('listAudit', { parameters, query: '?action=member.add' });
    assert.ok(trail.text.includes(director) && trail.text.includes(site.stranger.email), trail.text);
  });

  test('an invitation is accepted once: not twice by one account, not by two at once, not without a session', async () => {
    await using site = await startSite();
    const world = await site.newWorld();
    const body = { token: world.invitationToken };
    assert.equal((await site.newBrowser().call('acceptInvitationSignedIn', { body })).status, 401);
    const [one, other] = [await site.signedIn(site.stranger), await site.signedIn(site.operator)];
    const answers = await Promise.all(
      [one, other].map((browser) => browser.call('acceptInvitationSignedIn', { body })),
    );
    assert.deepEqual(answers.map(({ status }) => status).toSorted(), [200, 404]);
    assert.equal((await one.call('acceptInvitationSignedIn', { body })).status, 404);
  });

  test('a member who opens an invitation changes nothing and leaves the link to the person it is for', async () => {
    await using site = await startSite();
    const world = await site.newWorld();
    const body = { token: world.invitationToken };
    const member = await site.signedIn(site.member);
    assert.equal((await member.call('acceptInvitationSignedIn', { body })).status, 409);
    assert.equal((await site.newBrowser().call('lookUpInvitation', { body })).status, 200);
  });

  test('an operator invitation makes its bearer an operator, with a new account or a session, and asks for the password', async () => {
    await using site = await startSite();
    const operator = await site.signedIn(site.operator);
    const invite = async (email: string) => tokenOf(linkOf(await operator.call('inviteOperator', { body: { email } })));
    const first = { token: await invite('new.operator@example.com') };
    const told = (await site.newBrowser().call('lookUpInvitation', { body: first })).json;
    assert.deepEqual([told['organizationName'], told['role']], [null, 'operator']);
    const newcomer = site.newBrowser();
    assert.equal((await newcomer.call('acceptInvitation', { body: { ...first, ...squatted } })).status, 201);
    assert.equal(await isOperator(newcomer), true);
    const second = { token: await invite('label@example.com') };
    const person = await site.signedIn(site.stranger);
    site.server.advance(600_000);
    const asked = await person.call('acceptInvitationSignedIn', { body: second });
    assert.equal(asked.json['code'], 'reauthentication_required');
    await person.call('reauthenticate', { body: { password: site.stranger.password } });
    assert.equal((await person.call('acceptInvitationSignedIn', { body: second })).status, 200);
    assert.equal(await isOperator(person), true);
  });

  test('an operator invitation expires after 7 days', async () => {
    await using site = await startSite();
    const operator = await site.signedIn(site.operator);
    const body = {
      token: tokenOf(linkOf(await operator.call('inviteOperator', { body: { email: 'a@example.com' } }))),
    };
    site.server.advance(7 * 86_400_000 - 1);
    assert.equal((await site.newBrowser().call('lookUpInvitation', { body })).status, 200);
    site.server.advance(1);
    assert.equal((await site.newBrowser().call('lookUpInvitation', { body })).status, 404);
  });

  test('operators see open operator invitations and revoke them', async () => {
    await using site = await startSite();
    const operator = await site.signedIn(site.operator);
    const token = tokenOf(linkOf(await operator.call('inviteOperator', { body: { email: 'a@example.com' } })));
    const { items } = (await operator.call('listOperatorInvitations')).json as { items: { id: string }[] };
    assert.equal(items.length, 1);
    const parameters = { invitationId: items[0]?.id ?? '' };
    assert.equal((await operator.call('deleteOperatorInvitation', { parameters })).status, 204);
    assert.equal((await operator.call('deleteOperatorInvitation', { parameters })).status, 404);
    const body = { token, ...squatted };
    assert.equal((await site.newBrowser().call('acceptInvitation', { body })).status, 404);
  });

  test('an account is vouched for by the organization whose link created it, and operators see that', async () => {
    await using site = await startSite();
    await squat(site);
    const operator = await site.signedIn(site.operator);
    const { items } = (await operator.call('listUsers')).json as {
      items: readonly { readonly email: string; readonly vouchedBy: string | null }[];
    };
    const vouchedBy = (email: string) => items.find((item) => item.email === email)?.vouchedBy;
    assert.equal(vouchedBy(director), site.foreign.organizationId);
    assert.equal(vouchedBy(site.operator.email), null);
    assert.equal(vouchedBy(site.owner.email), null);
  });

  test('whoever held an account before the setup claimed its address has lost every session and reset link of it', async () => {
    await using server = await startTestApp();
    const { context } = server;
    const { organizationId } = await server.newClient();
    const input = { organizationId, email: founder.email, role: 'member', hasher: arrangingHasher } as const;
    const before = await createUser(context, testActor, { ...input, password: 'a long password of before' });
    const { token: old } = await context.database.transaction((queries) =>
      startSession(context, queries, testActor, before, context.now()),
    );
    const reset = tokenOf((await createResetLink(context, testActor, before.email, null)).link);
    server.advance(1000);
    const { token } = await newSetupToken(context);
    await setUp(context, testActor, { ...founder, token, hasher: arrangingHasher });
    const browser = newBrowserOf(server, `${cookieNameOf(context.config)}=${old}`);
    assert.equal((await browser.call('listSessions')).status, 401);
    const body = { token: reset, password: 'a long password of after' };
    assert.equal((await newBrowserOf(server).call('resetPassword', { body })).status, 404);
  });

  test('the command line, which holds the store, still adds by address', async () => {
    await using site = await startSite();
    await squat(site);
    const world = await site.newWorld();
    const input = { organizationId: world.organizationId, email: director, role: 'member' } as const;
    assert.equal((await addMember(site.server.context, testActor, input)).email, director);
  });
});
