import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { addMember, removeMember, setMemberRole } from '@bindery/server/actions/members.ts';
import { addOperator, removeOperator } from '@bindery/server/actions/operators.ts';
import { deleteOrganization } from '@bindery/server/actions/organizations.ts';
import { createResetLink } from '@bindery/server/actions/password-reset.ts';
import { setPassword, setUserState } from '@bindery/server/actions/users.ts';
import { testActor } from '../support/app.ts';
import {
  type Answer,
  type Browser,
  type Site,
  type Somebody,
  startSite,
  tokenOf,
  type World,
} from '../support/console.ts';

const newcomer = { password: 'a long password of a newcomer', name: 'A newcomer' };
const nextPassword = 'a long password, the next one';

/** The tokens of what a maker made. */
interface Made {
  readonly invitation: string;
  readonly reset: string;
}

function tokenIn(answer: Answer): string {
  assert.equal(answer.status, 201, answer.text);
  return tokenOf(String(answer.json['link']));
}

async function accept(site: Site, token: string): Promise<number> {
  return (await site.newBrowser().call('acceptInvitation', { body: { token, ...newcomer } })).status;
}

async function reset(site: Site, token: string): Promise<number> {
  return (await site.newBrowser().call('resetPassword', { body: { token, password: nextPassword } })).status;
}

async function linksInStore(site: Site, maker: Pick<Somebody, 'id'>): Promise<number> {
  const { queries } = site.server.context.database;
  return (await queries.selectFrom('one_time_links').select('id').where('created_by', '=', maker.id).execute()).length;
}

/** A second owner of a new world, who made an invitation and a reset link for somebody who is only there. */
async function ownerWithLinks(site: Site): Promise<Made & { readonly maker: Somebody; readonly world: World }> {
  const { context } = site.server;
  const world = await site.newWorld();
  const { organizationId } = world;
  await setMemberRole(context, testActor, { organizationId, email: site.member.email, role: 'owner' });
  const browser = await site.signedIn(site.member);
  const parameters = { organizationId };
  const joined = await site.newBrowser().call('acceptInvitation', {
    body: { token: world.invitationToken, password: newcomer.password, name: 'A guest' },
  });
  const { id } = joined.json['user'] as { readonly id: string };
  const body = { email: 'next@example.com', role: 'member' };
  return {
    maker: site.member,
    world,
    invitation: tokenIn(await browser.call('createInvitation', { parameters, body })),
    reset: tokenIn(await browser.call('createResetLink', { parameters: { ...parameters, userId: id } })),
  };
}

describe('9.8 invitations and reset links die with their maker', () => {
  const losses: Readonly<Record<string, (site: Site, maker: Somebody, world: World) => Promise<unknown>>> = {
    'is removed': ({ server: { context } }, { email }, { organizationId }) =>
      removeMember(context, testActor, { organizationId, email }),
    'is an owner no more': ({ server: { context } }, { email }, { organizationId }) =>
      setMemberRole(context, testActor, { organizationId, email, role: 'member' }),
    'is disabled': ({ server: { context } }, { email }) => setUserState(context, testActor, email, 'disabled'),
    'has lost the organization': ({ server: { context } }, _, { organizationId }) =>
      deleteOrganization(context, testActor, { organizationId, version: 1 }),
  };
  for (const [name, lose] of Object.entries(losses)) {
    test(`the links of an owner who ${name} are void at once and stay so`, async () => {
      await using site = await startSite();
      const { maker, world, ...links } = await ownerWithLinks(site);
      assert.equal(await linksInStore(site, maker), 2);
      await lose(site, maker, world);
      assert.equal(await linksInStore(site, maker), 0);
      assert.equal(await accept(site, links.invitation), 404);
      assert.equal(await reset(site, links.reset), 404);
    });
  }

  test('the links of an owner who keeps the role work, also after another organization took it away', async () => {
    await using site = await startSite();
    const { maker, ...links } = await ownerWithLinks(site);
    const other = await site.newWorld();
    const { context } = site.server;
    await removeMember(context, testActor, { organizationId: other.organizationId, email: maker.email });
    assert.equal(await accept(site, links.invitation), 201);
    assert.equal(await reset(site, links.reset), 204);
  });

  test('what an operator made dies with the operator role: invitations of owners and operators, and reset links', async () => {
    await using site = await startSite();
    const { context } = site.server;
    const world = await site.newWorld();
    await addOperator(context, testActor, site.stranger.email);
    const browser = await site.signedIn(site.stranger);
    const parameters = { organizationId: world.organizationId, userId: site.victim.id };
    const body = { email: 'next@example.com' };
    const invitations = [
      tokenIn(await browser.call('inviteOwner', { parameters, body })),
      tokenIn(await browser.call('inviteOperator', { body })),
    ];
    const link = tokenIn(await browser.call('createUserResetLink', { parameters }));
    await removeOperator(context, testActor, site.stranger.id);
    for (const token of invitations) {
      assert.equal(await accept(site, token), 404);
    }
    assert.equal(await reset(site, link), 404);
  });

  test('a link that is inserted while its maker loses the role does not work', async () => {
    await using site = await startSite();
    const { context } = site.server;
    const { maker, world, ...links } = await ownerWithLinks(site);
    // The change alone, without the voiding that goes with it: as if the link had been inserted just after.
    await context.database.queries
      .updateTable('memberships')
      .set({ role: 'member' })
      .where('user_id', '=', maker.id)
      .where('organization_id', '=', world.organizationId)
      .execute();
    assert.equal(await accept(site, links.invitation), 404);
    assert.equal(await reset(site, links.reset), 404);
  });

  test('an acceptance and the removal of the maker at the same time end in one of two ways, never between', async () => {
    await using site = await startSite();
    const { context } = site.server;
    const { maker, world, invitation } = await ownerWithLinks(site);
    const { organizationId } = world;
    const [status] = await Promise.all([
      accept(site, invitation),
      removeMember(context, testActor, { organizationId, email: maker.email }),
    ]);
    assert.ok([201, 404].includes(status), `${status}`);
    assert.equal(await accept(site, invitation), 404);
    assert.equal(await linksInStore(site, maker), 0);
  });

  test('what the command line made has no maker and lives until it expires', async () => {
    await using site = await startSite();
    const world = await site.newWorld();
    assert.equal(await accept(site, world.invitationToken), 201);
  });
});

describe('9.8 reset links die with their reason', () => {
  const changes: Readonly<Record<string, (site: Site, browser: Browser) => Promise<unknown>>> = {
    'the user changes the password': (site, browser) =>
      browser.call('changePassword', {
        body: { currentPassword: site.victim.password, newPassword: 'a long password of their own' },
      }),
    'the command line sets the password': ({ server: { context, hasher }, victim }) =>
      setPassword(context, testActor, victim.email, { password: 'a long password from the shell', hasher }),
    'the user is disabled, even if enabled again': async ({ server: { context }, victim }) => {
      await setUserState(context, testActor, victim.email, 'disabled');
      await setUserState(context, testActor, victim.email, 'active');
    },
    'the address is detached': async (site) =>
      (await site.signedIn(site.operator)).call('detachAddress', { parameters: { userId: site.victim.id } }),
    'a newer link is created': ({ server: { context }, victim }) =>
      createResetLink(context, testActor, victim.email, null),
  };
  for (const [name, change] of Object.entries(changes)) {
    test(`a reset link is void once ${name}`, async () => {
      await using site = await startSite();
      const { context } = site.server;
      const made = await createResetLink(context, testActor, site.victim.email, null);
      await change(site, await site.signedIn(site.victim));
      assert.equal(await reset(site, tokenOf(made.link)), 404);
    });
  }

  test('a reset link is for the account, not for whoever has its address later', async () => {
    await using site = await startSite();
    const { context } = site.server;
    const made = await createResetLink(context, testActor, site.victim.email, null);
    const { queries } = context.database;
    await queries.updateTable('users').set({ email: 'moved@example.com' }).where('id', '=', site.victim.id).execute();
    await queries.updateTable('users').set({ email: site.victim.email }).where('id', '=', site.stranger.id).execute();
    assert.equal(await reset(site, tokenOf(made.link)), 204);
    const body = { email: site.victim.email, password: nextPassword };
    assert.equal((await site.newBrowser().call('signIn', { body })).status, 400);
    const moved = { ...body, email: 'moved@example.com' };
    assert.equal((await site.newBrowser().call('signIn', { body: moved })).status, 201);
  });

  test('of a reset and a change of the password at the same time one wins, and the link is void', async () => {
    await using site = await startSite();
    const { context, hasher } = site.server;
    const made = await createResetLink(context, testActor, site.victim.email, null);
    const token = tokenOf(made.link);
    await Promise.allSettled([
      reset(site, token),
      setPassword(context, testActor, site.victim.email, { password: 'a long password from the shell', hasher }),
    ]);
    assert.equal(await reset(site, token), 404);
  });

  test('a member who is removed takes along the reset links that owners of the organization made, even if added again', async () => {
    await using site = await startSite();
    const { context } = site.server;
    const { reset: byOwner, world } = await ownerWithLinks(site);
    const { organizationId } = world;
    const guest = await context.database.queries
      .selectFrom('users')
      .selectAll()
      .where('vouched_by_organization_id', '=', organizationId)
      .executeTakeFirstOrThrow();
    await removeMember(context, testActor, { organizationId, email: guest.email });
    await addMember(context, testActor, { organizationId, email: guest.email, role: 'member' });
    assert.equal(await reset(site, byOwner), 404);
  });
});
