import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { addMember, setMemberRole } from '@bindery/server/actions/members.ts';
import { addOperator } from '@bindery/server/actions/operators.ts';
import { createOrganization } from '@bindery/server/actions/organizations.ts';
import { setUserState } from '@bindery/server/actions/users.ts';
import { OrganizationMembers } from '@bindery/server/store/members.ts';
import { testActor } from '../support/app.ts';
import { exampleOf, type Site, startSite } from '../support/console.ts';

describe('9.12 somebody who can sign in stays in charge', () => {
  test('the last operator who can sign in cannot be disabled, by an operator or on the command line', async () => {
    await using site = await startSite();
    const { context } = site.server;
    await shareOwnership(site);
    await assert.rejects(setUserState(context, testActor, site.operator.email, 'disabled'), /last operator/);
    await addOperator(context, testActor, site.stranger.email);
    const stranger = await site.signedIn(site.stranger);
    await setUserState(context, testActor, site.operator.email, 'disabled');
    // A disabled operator does not count: the other one is the last.
    await assert.rejects(setUserState(context, testActor, site.stranger.email, 'disabled'), /last operator/);
    const remove = await stranger.call('removeOperator', { parameters: { userId: site.stranger.id } });
    assert.equal(remove.status, 409, remove.text);
    assert.equal((await operators(site)).filter(({ state }) => state === 'active').length, 1);
  });

  test('two operators who disable each other at once leave one', async () => {
    await using site = await startSite();
    const { context } = site.server;
    await shareOwnership(site);
    await addOperator(context, testActor, site.stranger.email);
    const [one, other] = [await site.signedIn(site.operator), await site.signedIn(site.stranger)];
    const disable = (userId: string) => ({ parameters: { userId }, body: { state: 'disabled' } });
    const answers = await Promise.all([
      one.call('setUserState', disable(site.stranger.id)),
      other.call('setUserState', disable(site.operator.id)),
    ]);
    assert.equal(answers.filter(({ status }) => status === 200).length, 1, answers.map(({ text }) => text).join());
    assert.equal((await operators(site)).filter(({ state }) => state === 'active').length, 1);
  });

  test('the last owner of an organization who can sign in cannot be disabled, and the refusal names it', async () => {
    await using site = await startSite();
    const world = await site.newWorld();
    const operator = await site.signedIn(site.operator);
    const disable = { parameters: { userId: site.owner.id }, body: { state: 'disabled' } };
    const refused = await operator.call('setUserState', disable);
    assert.equal(refused.status, 409, refused.text);
    assert.match(String(refused.json['detail']), /last owner of .+ who can sign in/);
    const input = { organizationId: world.organizationId, email: site.stranger.email, role: 'owner' } as const;
    await addMember(site.server.context, testActor, input);
    const done = await operator.call('setUserState', disable);
    assert.equal(done.status, 200, done.text);
  });

  test('a disabled owner does not count when the other one leaves or becomes a member', async () => {
    await using site = await startSite();
    const { context } = site.server;
    const { id } = await createOrganization(context, testActor, { name: 'Two owners' });
    for (const { email } of [site.member, site.stranger]) {
      await addMember(context, testActor, { organizationId: id, email, role: 'owner' });
    }
    await shareOwnership(site);
    await setUserState(context, testActor, site.stranger.email, 'disabled');
    const member = await site.signedIn(site.member);
    const itself = { parameters: { organizationId: id, userId: site.member.id } };
    assert.equal((await member.call('removeMember', itself)).status, 409);
    assert.equal((await member.call('updateMember', { ...itself, body: { role: 'member' } })).status, 409);
  });
});

describe('9.12 what widens rights or ends service asks for the password again', () => {
  test('raising access does, and every other change of a client does not', async () => {
    await using site = await startSite();
    const world = await site.newWorld();
    const owner = await site.signedIn(site.owner);
    const example = exampleOf('updateClient', world, site);
    const send = (body: object, version: number) => owner.call('updateClient', { ...example, body, version });
    let version = Number(example.version);
    assert.equal((await send({ access: 'read' }, version++)).status, 200);
    site.server.advance(600_000);
    for (const body of [{ name: 'Renamed' }, { access: 'read' }, { state: 'disabled' }, { state: 'active' }]) {
      const answer = await send(body, version++);
      assert.equal(answer.status, 200, `${JSON.stringify(body)}: ${answer.text}`);
    }
    const raised = await send({ access: 'read_write', name: 'Both' }, version);
    assert.equal(raised.status, 403, raised.text);
    assert.equal(raised.json['code'], 'reauthentication_required');
    await owner.call('reauthenticate', { body: { password: site.owner.password } });
    const done = await send({ access: 'read_write' }, version++);
    assert.equal(done.status, 200, done.text);
    site.server.advance(600_000);
    assert.equal((await send({ access: 'read_write' }, version)).status, 200, 'it has that access already');
  });

  test('extending a secret does, and shortening its life does not', async () => {
    await using site = await startSite();
    const world = await site.newWorld();
    const owner = await site.signedIn(site.owner);
    const example = exampleOf('updateSecret', world, site);
    let version = Number(example.version);
    const at = (milliseconds: number) => ({
      expiresAt: new Date(site.server.context.now() + milliseconds).toISOString(),
    });
    const send = (body: object) => owner.call('updateSecret', { ...example, body, version });
    site.server.advance(600_000);
    assert.equal((await send(at(20 * 86_400_000))).status, 200, 'from never to a date is shorter');
    version += 1;
    assert.equal((await send(at(10 * 86_400_000))).status, 200);
    version += 1;
    const longer = await send(at(11 * 86_400_000));
    assert.equal(longer.status, 403, longer.text);
    assert.equal(longer.json['code'], 'reauthentication_required');
    await owner.call('reauthenticate', { body: { password: site.owner.password } });
    assert.equal((await send(at(11 * 86_400_000))).status, 200);
  });

  test('switching an organization or its API clients off does, and switching them on does not', async () => {
    await using site = await startSite();
    const world = await site.newWorld();
    const operator = await site.signedIn(site.operator);
    const parameters = { organizationId: world.organizationId };
    site.server.advance(600_000);
    for (const body of [{ state: 'disabled' }, { apiClients: 'off' }, { state: 'active', apiClients: 'off' }]) {
      const answer = await operator.call('switchOrganization', { parameters, body });
      assert.equal(answer.json['code'], 'reauthentication_required', answer.text);
    }
    for (const body of [{ state: 'active' }, { apiClients: 'on' }, {}]) {
      assert.equal((await operator.call('switchOrganization', { parameters, body })).status, 200);
    }
  });
});

/** Makes the member another owner of every organization, so that only the operators are few. */
async function shareOwnership({ server, member }: Site): Promise<void> {
  const { context } = server;
  for (const { id } of await context.database.queries.selectFrom('organizations').select('id').execute()) {
    const input = { organizationId: id, email: member.email, role: 'owner' } as const;
    const isMember = await new OrganizationMembers(context.database.queries, id).find(member.id);
    await (isMember === undefined ? addMember : setMemberRole)(context, testActor, input);
  }
}

function operators(site: Site) {
  const { queries } = site.server.context.database;
  return queries.selectFrom('users').select(['id', 'state']).where('is_operator', '=', 1).execute();
}
