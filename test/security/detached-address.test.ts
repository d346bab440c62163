import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { addMember } from '@bindery/server/actions/members.ts';
import { addOperator } from '@bindery/server/actions/operators.ts';
import { createResetLink } from '@bindery/server/actions/password-reset.ts';
import { testActor } from '../support/app.ts';
import { type Browser, type Site, startSite, tokenOf } from '../support/console.ts';

const director = 'director@example.com';
const password = 'a long password of the squatter';

/** An account with a squatted address: vouched for by the stranger's organization, and a member of another one. */
async function squattedAccount(site: Site) {
  const { context } = site.server;
  const world = await site.newWorld();
  const owner = await site.signedIn(site.stranger);
  const parameters = { organizationId: site.foreign.organizationId };
  const made = await owner.call('createInvitation', { parameters, body: { email: director, role: 'member' } });
  const browser = site.newBrowser();
  const body = { token: tokenOf(String(made.json['link'])), password, name: 'The director' };
  const joined = await browser.call('acceptInvitation', { body });
  assert.equal(joined.status, 201, joined.text);
  const { id } = joined.json['user'] as { readonly id: string };
  await addMember(context, testActor, { organizationId: world.organizationId, email: director, role: 'owner' });
  return { world, browser, id };
}

async function detach(site: Site, userId: string, by?: Browser) {
  const operator = by ?? (await site.signedIn(site.operator));
  return operator.call('detachAddress', { parameters: { userId } });
}

describe('9.7 only an operator detaches an address', () => {
  test('the account keeps the organization that vouched for it and a placeholder; all other rights and sessions end', async () => {
    await using site = await startSite();
    const { world, browser, id } = await squattedAccount(site);
    await addOperator(site.server.context, testActor, director);
    const reset = await createResetLink(site.server.context, testActor, director, null);
    site.server.advance(1000);
    const detached = await detach(site, id);
    assert.equal(detached.status, 200, detached.text);
    const placeholder = String(detached.json['email']);
    assert.match(placeholder, /^[0-9a-f]{16}@detached\.invalid$/);
    assert.equal((await browser.call('listSessions')).status, 401);
    const resetBody = { token: tokenOf(reset.link), password: 'a long password, the next' };
    assert.equal((await site.newBrowser().call('resetPassword', { body: resetBody })).status, 404);
    assert.equal((await site.newBrowser().call('signIn', { body: { email: director, password } })).status, 400);
    const again = site.newBrowser();
    const signedIn = await again.call('signIn', { body: { email: placeholder, password } });
    assert.equal(signedIn.status, 201, signedIn.text);
    const { user, organizations } = signedIn.json as {
      user: { isOperator: boolean; addressDetachedAt: string | null };
      organizations: readonly { id: string }[];
    };
    // The holder is told.
    assert.notEqual(user.addressDetachedAt, null);
    assert.equal(user.isOperator, false);
    assert.deepEqual(
      organizations.map((item) => item.id),
      [site.foreign.organizationId],
    );
    const parameters = { organizationId: world.organizationId };
    assert.equal((await again.call('getOrganization', { parameters })).status, 404);
    // The owners of both organizations are told.
    const lost = await (await site.signedIn(site.owner)).call('listAudit', {
      parameters,
      query: '?action=member.remove',
    });
    assert.ok(lost.text.includes('address_detached'), lost.text);
    const keptIn = { organizationId: site.foreign.organizationId };
    const asStranger = await site.signedIn(site.stranger);
    const kept = await asStranger.call('listAudit', { parameters: keptIn, query: '?action=user.detach_address' });
    assert.ok(kept.text.includes(placeholder) && kept.text.includes(director), kept.text);
    assert.ok((await asStranger.call('listMembers', { parameters: keptIn })).text.includes(placeholder));
  });

  test('the real person can then be invited under the address, and gets an account of their own', async () => {
    await using site = await startSite();
    const { world, id } = await squattedAccount(site);
    assert.equal((await detach(site, id)).status, 200);
    const owner = await site.signedIn(site.owner);
    const parameters = { organizationId: world.organizationId };
    const made = await owner.call('createInvitation', { parameters, body: { email: director, role: 'owner' } });
    const body = {
      token: tokenOf(String(made.json['link'])),
      password: 'a long password of the director',
      name: 'Director',
    };
    const joined = await site.newBrowser().call('acceptInvitation', { body });
    assert.equal(joined.status, 201, joined.text);
    assert.notEqual((joined.json['user'] as { readonly id: string }).id, id);
  });

  test('an account that nobody vouches for, as those of before, keeps no organization', async () => {
    await using site = await startSite();
    const world = await site.newWorld();
    assert.equal((await detach(site, site.victim.id)).status, 200);
    const parameters = { organizationId: world.organizationId };
    const { text } = await (await site.signedIn(site.owner)).call('listMembers', { parameters });
    assert.ok(!text.includes(site.victim.id));
  });

  test('the last owner of another organization, the last operator and oneself are refused, and nothing changes', async () => {
    await using site = await startSite();
    await site.newWorld();
    const before = await site.contents();
    assert.equal((await detach(site, site.owner.id)).status, 409);
    assert.equal((await detach(site, site.operator.id)).status, 409);
    assert.equal((await detach(site, 'user_unknown')).status, 404);
    const same = ({ console_sessions: _, audit_entries: __, ...rest }: Record<string, unknown>) => rest;
    assert.deepEqual(same(await site.contents()), same(before));
  });

  test('owners, also of the vouching organization, cannot detach an address', async () => {
    await using site = await startSite();
    const { id } = await squattedAccount(site);
    for (const somebody of [site.owner, site.stranger]) {
      assert.equal((await detach(site, id, await site.signedIn(somebody))).status, 403);
    }
  });
});
