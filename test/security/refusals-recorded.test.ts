import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newSetupToken } from '@bindery/server/actions/setup.ts';
import { RefusalLog } from '@bindery/server/live/refusal-log.ts';
import { startTestApp, testActor } from '../support/app.ts';
import { type Answer, founder, newBrowserOf, type Site, startSite, tokenOf } from '../support/console.ts';

interface Refused {
  readonly action: string;
  readonly reason: string | null;
  readonly actor_id: string | null;
  readonly organization_id: string | null;
  readonly address: string | null;
}

/** The entries of those who were turned away during some work. */
async function refusedIn(site: Pick<Site, 'server'>, work: () => Promise<unknown>): Promise<readonly Refused[]> {
  const { context, advance } = site.server;
  advance(1);
  const from = context.now();
  await work();
  return context.database.queries
    .selectFrom('audit_entries')
    .select(['action', 'reason', 'actor_id', 'organization_id', 'address'])
    .where('outcome', '=', 'refused')
    .where('at', '>=', from)
    .execute();
}

const wrong = 'a long password, a wrong one';
const newcomer = { password: 'a long password of a newcomer', name: 'A newcomer' };

describe('9.9 no silent guessing', () => {
  test('277: every refusal at every door leaves exactly one entry with the true reason', async () => {
    await using site = await startSite();
    const world = await site.newWorld();
    const { server, owner, member, victim, operator, stranger } = site;
    const [asOwner, asMember, asOperator] = [
      await site.signedIn(owner),
      await site.signedIn(member),
      await site.signedIn(operator),
    ];
    const asStranger = await site.signedIn(stranger);
    const parameters = { organizationId: world.organizationId, userId: victim.id };
    const anybody = site.newBrowser();
    const reset = String((await asOperator.call('createUserResetLink', { parameters })).json['link']);
    await asOperator.call('setUserState', { parameters: { userId: victim.id }, body: { state: 'disabled' } });
    const takenBody = { email: owner.email, role: 'member' };
    const takenIn = { organizationId: site.foreign.organizationId };
    const taken = await asStranger.call('createInvitation', { parameters: takenIn, body: takenBody });
    const takenToken = tokenOf(String(taken.json['link']));
    const org = world.organizationId;
    const doors: readonly (readonly [string, string, string | null, string | null, () => Promise<Answer>])[] = [
      // action, reason, whose, in which organization's log, how
      [
        'session.start',
        'unknown_user',
        null,
        null,
        () => anybody.call('signIn', { body: { email: 'no@b', password: wrong } }),
      ],
      [
        'session.start',
        'wrong_password',
        owner.id,
        null,
        () => anybody.call('signIn', { body: { email: owner.email, password: wrong } }),
      ],
      ['session.start', 'user_disabled', victim.id, null, () => anybody.call('signIn', { body: victim })],
      [
        'session.reauthenticate',
        'wrong_password',
        owner.id,
        null,
        () => asOwner.call('reauthenticate', { body: { password: wrong } }),
      ],
      [
        'user.set_password',
        'wrong_password',
        owner.id,
        null,
        () => asOwner.call('changePassword', { body: { currentPassword: wrong, newPassword: newcomer.password } }),
      ],
      [
        'invitation.accept',
        'unknown_link',
        null,
        null,
        () => anybody.call('lookUpInvitation', { body: { token: 'x' } }),
      ],
      [
        'invitation.accept',
        'unknown_link',
        null,
        null,
        () => anybody.call('acceptInvitation', { body: { token: 'x', ...newcomer } }),
      ],
      [
        'invitation.accept',
        'unknown_link',
        owner.id,
        null,
        () => asOwner.call('acceptInvitationSignedIn', { body: { token: 'x' } }),
      ],
      [
        'invitation.accept',
        'address_taken',
        null,
        site.foreign.organizationId,
        () => anybody.call('acceptInvitation', { body: { token: takenToken, ...newcomer } }),
      ],
      [
        'user.set_password',
        'unknown_link',
        null,
        null,
        () => anybody.call('resetPassword', { body: { token: 'x', password: wrong } }),
      ],
      [
        'user.set_password',
        'unknown_link',
        null,
        null,
        () => anybody.call('resetPassword', { body: { token: tokenOf(reset), password: wrong } }),
      ],
      [
        'instance.set_up',
        'unknown_token',
        null,
        null,
        () => anybody.call('setUp', { body: { ...founder, token: 'x' } }),
      ],
      [
        'management.call',
        'not_owner',
        member.id,
        org,
        () => asMember.call('deleteInvitation', { parameters: { ...parameters, invitationId: 'x' } }),
      ],
      [
        'management.call',
        'not_owner',
        member.id,
        org,
        () => asMember.call('removeMember', { parameters: { ...parameters, userId: owner.id } }),
      ],
      ['management.call', 'not_operator', owner.id, null, () => asOwner.call('listUsers')],
      ['management.call', 'not_a_member', stranger.id, null, () => asStranger.call('getOrganization', { parameters })],
      [
        'management.call',
        'foreign_site',
        null,
        null,
        () =>
          asOwner.call('createClient', {
            parameters,
            body: { name: 'x' },
            headers: { origin: 'https://evil.example' },
          }),
      ],
    ];
    for (const [action, reason, actorId, organizationId, knock] of doors) {
      const entries = await refusedIn(site, async () => {
        const { status, text } = await knock();
        assert.ok(status >= 400 && status < 500, `${action} ${reason}: ${status} ${text}`);
        assert.ok(!text.includes(reason), `${reason} is told to the caller: ${text}`);
      });
      const found = entries.map((entry) => [entry.action, entry.reason, entry.actor_id, entry.organization_id]);
      assert.deepEqual(found, [[action, reason, actorId, organizationId]]);
      assert.notEqual(entries[0]?.address, null);
    }
    server.advance(600_000);
    const late = await refusedIn(site, () => asOwner.call('createClient', { parameters, body: { name: 'x' } }));
    assert.deepEqual(
      late.map(({ reason, organization_id }) => [reason, organization_id]),
      [['reauthentication_required', org]],
    );
  });

  test('an expired link and one that its maker lost the right to make are told apart in the log, not in the answer', async () => {
    await using site = await startSite();
    const world = await site.newWorld();
    const told: unknown[] = [];
    const use = async (token: string) => {
      const { status, json } = await site.newBrowser().call('acceptInvitation', { body: { token, ...newcomer } });
      told.push([status, json['detail']]);
    };
    const owner = await site.signedIn(site.owner);
    const parameters = { organizationId: world.organizationId };
    const invite = async () => {
      const body = { email: 'a@example.com', role: 'member' };
      return tokenOf(String((await owner.call('createInvitation', { parameters, body })).json['link']));
    };
    const orphan = await invite();
    // As if it had been inserted by a request that was under way when its maker lost the role.
    await site.server.context.database.queries
      .updateTable('memberships')
      .set({ role: 'member' })
      .where('user_id', '=', site.owner.id)
      .execute();
    const [first] = await refusedIn(site, () => use(orphan));
    assert.deepEqual([first?.reason, first?.organization_id], ['maker_without_right', world.organizationId]);
    site.server.advance(7 * 86_400_000);
    const [second] = await refusedIn(site, () => use(world.invitationToken));
    assert.equal(second?.reason, 'expired_link');
    assert.deepEqual(told[1], told[0]);
  });

  test('a wrong or expired setup token leaves an entry before the instance has any user', async () => {
    await using server = await startTestApp();
    const { token } = await newSetupToken(server.context);
    server.advance(1_800_000);
    const entries = await refusedIn({ server }, () =>
      newBrowserOf(server).call('setUp', { body: { ...founder, token } }),
    );
    assert.deepEqual(
      entries.map(({ action, reason }) => [action, reason]),
      [['instance.set_up', 'expired_token']],
    );
  });

  test('guessing beyond the limits leaves entries too', async () => {
    await using site = await startSite({ BINDERY_LIMIT_USER: '1' });
    const guess = () => site.newBrowser().call('signIn', { body: { email: site.owner.email, password: wrong } });
    const entries = await refusedIn(site, async () => {
      assert.equal((await guess()).status, 400);
      assert.equal((await guess()).status, 429);
    });
    assert.deepEqual(entries.map(({ reason }) => reason).toSorted(), ['too_many_attempts', 'wrong_password']);
  });

  test('1,000 refusals of one subject at one door get entries in an hour; further ones are counted, others are not affected', async () => {
    const [written, counted] = [[] as string[], [] as string[]];
    const log = new RefusalLog({
      write: async ({ action, actor }) => void written.push(`${action} ${actor.id}`),
      count: async (reason) => void counted.push(reason),
    });
    const refuse = (id: string | null, action: string, at: number) =>
      log.record({
        ...{ at, action, actor: { ...testActor, id }, organizationId: null, target: null },
        ...{ outcome: 'refused', reason: 'wrong_password' },
      });
    for (let number = 0; number < 1005; number += 1) {
      await refuse('user_a', 'session.start', number);
      await refuse(null, 'session.start', number);
    }
    assert.deepEqual([written.length, counted.length], [2000, 10]);
    await refuse('user_b', 'session.start', 1);
    await refuse('user_a', 'management.call', 1);
    await refuse('user_a', 'session.start', 3_600_000);
    assert.deepEqual([written.length, counted.length], [2003, 10]);
  });
});

describe('9.9 no oracle', () => {
  test('242: looking an invitation up says the same whether or not the address has an account', async () => {
    await using site = await startSite();
    const world = await site.newWorld();
    const owner = await site.signedIn(site.owner);
    const parameters = { organizationId: world.organizationId };
    const told: unknown[] = [];
    for (const email of [site.stranger.email, 'nobody.at.all@example.com']) {
      const made = await owner.call('createInvitation', { parameters, body: { email, role: 'member' } });
      const body = { token: tokenOf(String(made.json['link'])) };
      const { status, json } = await site.newBrowser().call('lookUpInvitation', { body });
      const { invitation } = made.json as { readonly invitation: object };
      told.push([made.status, Object.keys(invitation), status, { ...json, email: null }]);
    }
    assert.deepEqual(told[1], told[0]);
    const listed = await owner.call('listInvitations', { parameters });
    const shapes = (listed.json['items'] as readonly object[]).map((item) => Object.keys(item).join());
    assert.equal(new Set(shapes).size, 1);
  });

  test('accepting with a new account costs one hash whether or not the address is taken, never checks a password, and is limited for each link', async () => {
    await using site = await startSite({ BINDERY_LIMIT_USER: '3' });
    const owner = await site.signedIn(site.stranger);
    const parameters = { organizationId: site.foreign.organizationId };
    const invite = async (email: string) => {
      const made = await owner.call('createInvitation', { parameters, body: { email, role: 'member' } });
      return tokenOf(String(made.json['link']));
    };
    const token = await invite(site.owner.email);
    const accept = async (body: object) => {
      const before = site.server.hasher.total;
      const { status } = await site.newBrowser().call('acceptInvitation', { body });
      return [status, site.server.hasher.total - before];
    };
    // The right password of the account says nothing else than any other.
    assert.deepEqual(await accept({ token, password: site.owner.password }), [409, 1]);
    assert.deepEqual(await accept({ token, ...newcomer }), [409, 1]);
    assert.deepEqual(await accept({ token: await invite('free@example.com'), ...newcomer }), [201, 1]);
    assert.deepEqual(await accept({ token, ...newcomer }), [409, 1]);
    assert.deepEqual(await accept({ token, ...newcomer }), [429, 0]);
    // The account of that address is not locked out by what the holder of the link does.
    assert.equal((await site.newBrowser().call('signIn', { body: site.owner })).status, 201);
  });
});
