import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addMember, removeMember } from '@bindery/server/actions/members.ts';
import { addOperator } from '@bindery/server/actions/operators.ts';
import { createOrganization } from '@bindery/server/actions/organizations.ts';
import { createUser } from '@bindery/server/actions/users.ts';
import type { OperationName } from '@bindery/server/admin/contract/index.ts';
import type { Caller } from '@bindery/server/admin/contract/operation.ts';
import { testActor } from '../support/app.ts';
import {
  type Browser,
  exampleOf,
  operationNames,
  operationOf,
  type Site,
  type Somebody,
  startSite,
  type World,
} from '../support/console.ts';

/** Who may call what; the operator is not a member of the organization. */
const admitted: Readonly<Record<'anonymous' | 'stranger' | 'member' | 'owner' | 'operator', readonly Caller[]>> = {
  anonymous: ['public'],
  stranger: ['public', 'user'],
  member: ['public', 'user', 'member'],
  owner: ['public', 'user', 'member', 'owner'],
  operator: ['public', 'user', 'operator'],
};

type Person = keyof typeof admitted;

function refusalOf(person: Person, caller: Caller): number {
  if (person === 'anonymous') {
    return 401;
  }
  return caller === 'operator' || person === 'member' ? 403 : 404;
}

function browserOf(site: Site, person: Person): Promise<Browser> | Browser {
  return person === 'anonymous' ? site.newBrowser() : site.signedIn(site[person]);
}

const scoped = operationNames.filter((name) => operationOf(name).path.includes('{organizationId}'));
const conditional = operationNames.filter((name) => operationOf(name).conditional === true);

/** The responses of the examples to permitted callers; all others respond as their contract says. */
const answersOfItsOwn: Partial<Record<OperationName, number>> = {
  setUp: 403,
  resetPassword: 404,
  changePassword: 400,
  endSession: 404,
  deleteOperatorInvitation: 404,
};

test('235: anonymous, member, owner, owner of another organization and operator each get what the contract says, and a refusal changes nothing', async () => {
  await using site = await startSite();
  const world = await site.newWorld();
  const browsers = new Map<Person, Browser>();
  for (const person of Object.keys(admitted) as Person[]) {
    browsers.set(person, await browserOf(site, person));
  }
  const before = await site.contents();
  let refused = 0;
  for (const name of operationNames) {
    const { caller } = operationOf(name);
    for (const [person, browser] of browsers) {
      if (admitted[person].includes(caller)) {
        continue;
      }
      const answer = await browser.call(name, exampleOf(name, world, site));
      assert.equal(answer.status, refusalOf(person, caller), `${name} by ${person}: ${answer.text}`);
      refused += 1;
    }
  }
  assert.deepEqual(await site.contents(), before);
  assert.ok(refused > 120, `${refused} refusals`);
});

test('235: every role that the contract admits is admitted, for each operation with objects of its own', async () => {
  await using site = await startSite();
  for (const name of operationNames) {
    const { caller, status } = operationOf(name);
    for (const person of Object.keys(admitted) as Person[]) {
      // The lowest role that is admitted; higher ones are admitted by the same line.
      if (admitted[person].at(-1) !== caller) {
        continue;
      }
      const world = await site.newWorld();
      if (name === 'removeOperator') {
        await addOperator(site.server.context, testActor, site.victim.email);
      }
      const self = { ...site, victim: await targetOf(site, name, world) };
      const browser = await browserOf(site, person);
      const example = exampleOf(name, world, self);
      const own = name === 'reauthenticate' ? { ...example, body: { password: site.stranger.password } } : example;
      const answer = await browser.call(name, own);
      assert.equal(answer.status, answersOfItsOwn[name] ?? status, `${name} by ${person}: ${answer.text}`);
    }
  }
});

/** Whom a member operation concerns: members can remove only themselves, and a reset link needs a user with no other organization. */
async function targetOf(site: Site, name: OperationName, { organizationId }: World): Promise<Somebody> {
  if (name === 'removeMember') {
    return site.member;
  }
  if (name !== 'createResetLink' && name !== 'detachAddress') {
    return site.victim;
  }
  const given = { email: `${name.toLowerCase()}@example.com`, password: 'a long password of theirs' };
  const input = { organizationId, role: 'member', ...given, hasher: site.server.hasher } as const;
  return { ...given, id: (await createUser(site.server.context, testActor, input)).id };
}

test('236: every operation with an id of another organization or an unknown id is 404 with the same message', async () => {
  await using site = await startSite();
  const browser = await site.signedIn(site.owner);
  await site.newWorld();
  const nowhere = { ...site.foreign, organizationId: '00000000-0000-4000-8000-000000000000' };
  const before = await site.contents();
  const members = scoped.filter((name) => operationOf(name).caller !== 'operator');
  assert.ok(members.length >= 20);
  for (const name of members) {
    const [foreign, none] = [
      await browser.call(name, exampleOf(name, site.foreign, site)),
      await browser.call(name, exampleOf(name, nowhere, site)),
    ];
    assert.equal(foreign.status, 404, `${name}: ${foreign.text}`);
    assert.equal(foreign.json['code'], 'not_found', name);
    assert.equal(foreign.json['detail'], none.json['detail'], name);
    assert.equal(none.status, 404, name);
  }
  assert.deepEqual(await site.contents(), before);
});

test("236: another organization's ids under one's own are 404: clients, secrets, members, invitations", async () => {
  await using site = await startSite();
  const own = await site.newWorld();
  const browser = await site.signedIn(site.owner);
  const before = await site.contents();
  const foreign: World = { ...site.foreign, organizationId: own.organizationId };
  // One with a foreign secret under an own client, the other with everything foreign.
  const mixed: World = { ...own, secretId: site.foreign.secretId };
  const asStranger = { ...site, victim: site.stranger };
  let tried = 0;
  for (const name of scoped) {
    const parameters: readonly string[] = operationOf(name).path.match(/\{\w+\}/g) ?? [];
    if (parameters.length < 2 || operationOf(name).caller === 'operator') {
      continue;
    }
    const answer = await browser.call(name, exampleOf(name, foreign, asStranger));
    assert.equal(answer.status, 404, `${name}: ${answer.text}`);
    tried += 1;
    if (parameters.includes('{secretId}')) {
      const other = await browser.call(name, exampleOf(name, mixed, site));
      assert.equal(other.status, 404, `${name} with a foreign secret: ${other.text}`);
    }
  }
  assert.ok(tried >= 12, `${tried} operations`);
  assert.deepEqual(await site.contents(), before);
});

test('236: a cursor, filter or search in one organization shows nothing of another', async () => {
  await using site = await startSite();
  const own = await site.newWorld();
  const stranger = await site.signedIn(site.stranger);
  const browser = await site.signedIn(site.owner);
  const foreignIn = { parameters: { organizationId: site.foreign.organizationId, clientId: site.foreign.clientId } };
  const ownIn = { parameters: { organizationId: own.organizationId, clientId: own.clientId } };
  const foreignTrail = await stranger.call('listAudit', foreignIn);
  const foreignItems = foreignTrail.json['items'] as readonly { readonly id: string }[];
  assert.ok(foreignItems.length > 1);
  const ids = [site.foreign.clientId, site.foreign.organizationId, site.stranger.id, site.stranger.email];
  const queries = [
    `?before=${foreignItems[0]?.id}`,
    `?target=${site.foreign.clientId}`,
    `?actor=${site.stranger.id}`,
    '?pageNumber=2&pageSize=1',
    '?search=world',
    '?search=%25',
    '?usage=never',
    "?search=' OR 1=1 --",
  ];
  const reading = scoped.filter((name) => operationOf(name).method === 'GET');
  for (const name of reading) {
    for (const query of ['', ...queries]) {
      const answer = await browser.call(name, { ...ownIn, query: encodeURI(decodeURI(query)) });
      assert.ok([200, 400].includes(answer.status), `${name}${query}: ${answer.text}`);
      for (const id of ids.filter((value) => !query.includes(value))) {
        assert.ok(!answer.text.includes(id), `${name}${query} tells ${id}`);
      }
    }
  }
});

test('240: the last owner can neither leave nor become a member, and the last operator cannot be removed', async () => {
  await using site = await startSite();
  const world = await site.newWorld();
  const browser = await site.signedIn(site.owner);
  const parameters = { organizationId: world.organizationId, userId: site.owner.id };
  assert.equal((await browser.call('removeMember', { parameters })).status, 409);
  assert.equal((await browser.call('updateMember', { parameters, body: { role: 'member' } })).status, 409);
  const operator = await site.signedIn(site.operator);
  const itself = { parameters: { userId: site.operator.id } };
  assert.equal((await operator.call('removeOperator', itself)).status, 409);
  assert.equal((await operator.call('setUserState', { ...itself, body: { state: 'disabled' } })).status, 409);
  const promote = { parameters: { ...parameters, userId: site.member.id }, body: { role: 'owner' } };
  assert.equal((await browser.call('updateMember', promote)).status, 200);
  assert.equal((await browser.call('removeMember', { parameters })).status, 204);
});

test('240: when two owners leave at the same time one stays, and when two operators remove each other one stays', async () => {
  await using site = await startSite();
  const { context } = site.server;
  const { id } = await worldOfTwoOwners(site);
  const [first, second] = [await site.signedIn(site.owner), await site.signedIn(site.member)];
  const answers = await Promise.all([
    first.call('removeMember', { parameters: { organizationId: id, userId: site.owner.id } }),
    second.call('removeMember', { parameters: { organizationId: id, userId: site.member.id } }),
  ]);
  assert.deepEqual(answers.map(({ status }) => status).toSorted(), [204, 409]);
  await addOperator(context, testActor, site.victim.email);
  const [one, other] = [await site.signedIn(site.operator), await site.signedIn(site.victim)];
  const removals = await Promise.all([
    one.call('removeOperator', { parameters: { userId: site.victim.id } }),
    other.call('removeOperator', { parameters: { userId: site.operator.id } }),
  ]);
  // The loser is no longer an operator, or is told that somebody else was faster.
  assert.equal(removals.filter(({ status }) => status === 204).length, 1);
  const left = await context.database.queries.selectFrom('users').select('id').where('is_operator', '=', 1).execute();
  assert.equal(left.length, 1);
});

async function worldOfTwoOwners(site: Site): Promise<{ readonly id: string }> {
  const made = await createOrganization(site.server.context, testActor, { name: 'Two owners' });
  for (const { email } of [site.owner, site.member]) {
    await addMember(site.server.context, testActor, { organizationId: made.id, email, role: 'owner' });
  }
  return made;
}

test('240: a removed member or former owner has lost their rights at the next request', async () => {
  await using site = await startSite();
  const world = await site.newWorld();
  const [owner, member] = [await site.signedIn(site.owner), await site.signedIn(site.member)];
  const of = (userId: string) => ({ parameters: { organizationId: world.organizationId, userId } });
  const create = { ...of(''), body: { name: 'One more' } };
  assert.equal((await owner.call('updateMember', { ...of(site.member.id), body: { role: 'owner' } })).status, 200);
  assert.equal((await member.call('createClient', create)).status, 201);
  assert.equal((await owner.call('updateMember', { ...of(site.member.id), body: { role: 'member' } })).status, 200);
  assert.equal((await member.call('createClient', create)).status, 403);
  assert.equal((await owner.call('removeMember', of(site.member.id))).status, 204);
  assert.equal((await member.call('getOrganization', of(''))).status, 404);
});

test('240: an owner cannot create a reset link for an operator or for a member of another organization', async () => {
  await using site = await startSite();
  const { context } = site.server;
  const world = await site.newWorld();
  for (const { email } of [site.operator, site.stranger]) {
    await addMember(context, testActor, { organizationId: world.organizationId, email, role: 'member' });
  }
  const owner = await site.signedIn(site.owner);
  const listed = await owner.call('listMembers', { parameters: { organizationId: world.organizationId } });
  const members = listed.json['items'] as readonly { readonly userId: string; readonly hasRightsElsewhere: boolean }[];
  const member = await site.signedIn(site.member);
  const seen = await member.call('listMembers', { parameters: { organizationId: world.organizationId } });
  assert.ok(!seen.text.includes('"hasRightsElsewhere":true'), 'a member learns where others have rights');
  for (const { id } of [site.operator, site.stranger]) {
    assert.equal(members.find(({ userId }) => userId === id)?.hasRightsElsewhere, true);
    const answer = await owner.call('createResetLink', {
      parameters: { organizationId: world.organizationId, userId: id },
    });
    assert.equal(answer.status, 403, answer.text);
    assert.equal(answer.json['link'], undefined);
  }
});

test('240: a reset link created by an owner is void once the user has rights elsewhere, or none there any more', async () => {
  await using site = await startSite();
  const { context } = site.server;
  const owner = await site.signedIn(site.owner);
  const elsewhere = await createOrganization(context, testActor, { name: 'Elsewhere' });
  const member = { organizationId: elsewhere.id, role: 'member' } as const;
  const changes = {
    operator: ({ email }: Pick<Somebody, 'email'>) => addOperator(context, testActor, email),
    member: ({ email }: Pick<Somebody, 'email'>) => addMember(context, testActor, { ...member, email }),
    removed: ({ email }: Pick<Somebody, 'email'>, organizationId: string) =>
      removeMember(context, testActor, { organizationId, email }),
    none: async () => {},
  };
  for (const [name, change] of Object.entries(changes)) {
    const world = await site.newWorld();
    const user = await createUser(context, testActor, {
      ...{ organizationId: world.organizationId, email: `${name}@reset.example`, role: 'member' },
      ...{ password: 'a long password, the first', hasher: site.server.hasher },
    });
    const made = await owner.call('createResetLink', {
      parameters: { organizationId: world.organizationId, userId: user.id },
    });
    assert.equal(made.status, 201, made.text);
    await change(user, world.organizationId);
    const token = String(made.json['link']).split('#t=')[1];
    const used = await site
      .newBrowser()
      .call('resetPassword', { body: { token, password: 'a password of the owner' } });
    assert.equal(used.status, name === 'none' ? 204 : 404, `${name}: ${used.text}`);
  }
});

test('239: every marked operation asks for the password after ten minutes, and works once it is given', async () => {
  await using site = await startSite();
  const marked = operationNames.filter((name) => operationOf(name).recent === true);
  assert.ok(marked.length >= 14);
  const world = await site.newWorld();
  const [owner, operator] = [await site.signedIn(site.owner), await site.signedIn(site.operator)];
  site.server.advance(600_000);
  const before = await site.contents();
  for (const name of marked) {
    const browser = operationOf(name).caller === 'operator' ? operator : owner;
    const answer = await browser.call(name, exampleOf(name, world, site));
    assert.equal(answer.status, 403, `${name}: ${answer.text}`);
    assert.equal(answer.json['code'], 'reauthentication_required', name);
  }
  // Only the use of the sessions is recorded.
  assert.deepEqual({ ...(await site.contents()), console_sessions: [] }, { ...before, console_sessions: [] });
  const wrong = await owner.call('reauthenticate', { body: { password: 'not the password' } });
  assert.equal(wrong.status, 400);
  assert.equal((await owner.call('createClient', exampleOf('createClient', world, site))).status, 403);
  assert.equal((await owner.call('reauthenticate', { body: { password: site.owner.password } })).status, 200);
  assert.equal((await owner.call('createClient', exampleOf('createClient', world, site))).status, 201);
});

test('239: creating and rotating secrets, deleting and changing roles require a recent password', () => {
  const demanded: readonly OperationName[] = [
    ...(['createClient', 'rotateSecret', 'deleteClient', 'deleteOrganization', 'updateMember'] as const),
    ...(['removeMember', 'createInvitation', 'createResetLink', 'inviteOperator', 'removeOperator'] as const),
    ...(['createApiCredential', 'deleteApiCredential', 'setUserState', 'createUserResetLink'] as const),
    ...(['inviteOwner', 'rotateSigningKey', 'acceptInvitationSignedIn'] as const),
  ];
  for (const name of demanded) {
    assert.equal(operationOf(name).recent, true, name);
  }
});

test('243: a change without If-Match is 428, with a stale one 412, and neither changes anything', async () => {
  await using site = await startSite();
  const world = await site.newWorld();
  const browser = await site.signedIn(site.owner);
  const before = await site.contents();
  for (const name of conditional) {
    const { version: _, ...without } = exampleOf(name, world, site);
    assert.equal((await browser.call(name, without)).status, 428, name);
    for (const header of ['"0"', '"99"', '*', '1', 'W/"1"', '"one"', '']) {
      const answer = await browser.call(name, { ...without, headers: { 'if-match': header } });
      assert.equal(answer.status, 412, `${name} with ${header}: ${answer.text}`);
    }
  }
  assert.deepEqual(await site.contents(), before);
});

test('243: of two simultaneous changes to the same version one succeeds and the other is 412', async () => {
  await using site = await startSite();
  for (const name of conditional) {
    const world = await site.newWorld();
    const browsers = [await site.signedIn(site.owner), await site.signedIn(site.owner)];
    const example = exampleOf(name, world, site);
    const answers = await Promise.all(browsers.map((browser) => browser.call(name, example)));
    const statuses = answers.map(({ status }) => status).toSorted();
    // What the first took away may already be gone when the second is handled.
    const lost = /^(delete|end)/.test(name) ? [404, 412] : [412];
    assert.equal(statuses[0], operationOf(name).status, `${name}: ${statuses}`);
    assert.ok(lost.includes(statuses[1] ?? 0), `${name}: ${statuses}`);
  }
});
