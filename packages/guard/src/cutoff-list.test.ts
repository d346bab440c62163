import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { type CutoffList, createCutoffList, hashCutoff } from './cutoff-list.ts';
import { type CutoffKind, cutoffMemberId } from './cutoff-wire.ts';
import {
  answerOf,
  createTestGuard,
  createToken,
  headersWith,
  issuer,
  nowSeconds,
  organizationId,
  otherOrganizationId,
  outcomeOf,
} from './test-tokens.ts';

/** A source whose list can be replaced; `asked` counts how often it was read. */
function createSource(list: CutoffList = createCutoffList(1)) {
  const source = {
    list,
    asked: 0,
    current() {
      source.asked += 1;
      return source.list;
    },
  };
  return source;
}

function listWith(kind: CutoffKind, id: string, seconds: number, seq = 2): CutoffList {
  return createCutoffList(seq, { [kind]: [[hashCutoff(issuer, kind, id), seconds]] });
}

const member = { sub: 'user_1', client_id: 'client_1', sid: 'family_1', jti: 'token_1' };

/** The ids in a member's token, by kind. */
const subjects: Readonly<Record<CutoffKind, string>> = {
  organization: organizationId,
  client: 'client_1',
  user: 'user_1',
  member: cutoffMemberId('user_1', organizationId),
  session: 'family_1',
  token: 'token_1',
};

test('a hash is base64url of 16 bytes of SHA-256 over issuer, kind and id, so that the list reveals no id', () => {
  const digest = createHash('sha256').update(`${issuer}\nclient\nclient_1`).digest();
  assert.equal(hashCutoff(issuer, 'client', 'client_1'), digest.subarray(0, 16).toString('base64url'));
  assert.equal(hashCutoff(issuer, 'client', 'client_1').length, 22);
  assert.notEqual(hashCutoff(issuer, 'client', 'client_1'), hashCutoff(issuer, 'user', 'client_1'));
  assert.notEqual(hashCutoff(issuer, 'client', 'client_1'), hashCutoff(`${issuer}/`, 'client', 'client_1'));
});

for (const [kind, id] of Object.entries(subjects)) {
  test(`a token is refused if its ${kind} was cut off in its second or later, warm and cold, and others live`, async () => {
    // The keys of the table above.
    const cut = (seconds: number) => listWith(kind as CutoffKind, id, seconds);
    for (const [seconds, expected] of [
      [nowSeconds - 1, 'accepted'],
      [nowSeconds, 'token_cut_off'],
      [nowSeconds + 1, 'token_cut_off'],
    ] as const) {
      const source = createSource();
      const guard = createTestGuard({ cutoffs: { source } });
      const headers = headersWith(createToken(member));
      assert.equal(await outcomeOf(guard, headers), 'accepted');
      source.list = cut(seconds);
      assert.equal(await outcomeOf(guard, headers), expected, `warm, ${seconds - nowSeconds}`);
      assert.equal(await outcomeOf(guard, headers), expected, `again, ${seconds - nowSeconds}`);
      const cold = createTestGuard({ cutoffs: { source } });
      assert.equal(await outcomeOf(cold, headers), expected, `cold, ${seconds - nowSeconds}`);
    }
    const guard = createTestGuard({ cutoffs: { source: createSource(cut(nowSeconds)) } });
    const stranger = { sub: 'user_2', client_id: 'client_2', sid: 'family_2', organization_id: otherOrganizationId };
    const headers = headersWith(createToken({ ...stranger, jti: 'token_2' }), otherOrganizationId);
    assert.equal(await outcomeOf(guard, headers), 'accepted');
  });
}

test('a member cut off in one organization keeps access in another', async () => {
  const source = createSource(listWith('member', `user_1 ${otherOrganizationId}`, nowSeconds));
  const guard = createTestGuard({ cutoffs: { source } });
  assert.equal(await outcomeOf(guard, headersWith(createToken(member))), 'accepted');
});

test('an id of one kind does not cut off the same id of another', async () => {
  const source = createSource(listWith('user', 'client_1', nowSeconds));
  const guard = createTestGuard({ cutoffs: { source } });
  assert.equal(await outcomeOf(guard, headersWith(createToken())), 'accepted');
});

test('a revoked token gets 401 invalid_token, which does not say what was cut off', async () => {
  const source = createSource(listWith('organization', organizationId, nowSeconds));
  const answer = await answerOf(createTestGuard({ cutoffs: { source } }), headersWith(createToken()));
  assert.equal(answer.status, 401);
  assert.match(answer.challenge ?? '', /error="invalid_token"/);
  assert.doesNotMatch(JSON.stringify(answer.problem), /organization/);
});

test('a cached token is looked up again only when the list changes', async () => {
  let reads = 0;
  const counting = (seq: number): CutoffList => {
    const list = createCutoffList(seq);
    return Object.freeze({
      seq,
      get cutoffs() {
        reads += 1;
        return list.cutoffs;
      },
    });
  };
  const source = createSource(counting(1));
  const guard = createTestGuard({ cutoffs: { source } });
  const headers = headersWith(createToken());
  await outcomeOf(guard, headers);
  const once = reads;
  for (let call = 0; call < 5; call += 1) assert.equal(await outcomeOf(guard, headers), 'accepted');
  assert.equal(reads, once);
  assert.equal(source.asked, 6, 'the source is asked for each request');
  source.list = counting(2);
  assert.equal(await outcomeOf(guard, headers), 'accepted');
  assert.equal(reads, 2 * once);
});

test('a different list with the same number is a change', async () => {
  const source = createSource(createCutoffList(1));
  const guard = createTestGuard({ cutoffs: { source } });
  const headers = headersWith(createToken(member));
  assert.equal(await outcomeOf(guard, headers), 'accepted');
  source.list = listWith('client', 'client_1', nowSeconds, 1);
  assert.equal(await outcomeOf(guard, headers), 'token_cut_off');
});

test('219: a source that fails or is slow is never taken for an empty list', async () => {
  const failing = createTestGuard({ cutoffs: { source: { current: () => Promise.reject(new Error('secret')) } } });
  const answer = await answerOf(failing, headersWith(createToken()));
  assert.equal(answer.status, 503);
  assert.doesNotMatch(JSON.stringify(answer.problem), /secret/);
  const late = listWith('client', 'client_1', nowSeconds);
  const waiting = createTestGuard({ cutoffs: { source: { current: async () => late } } });
  assert.equal(await outcomeOf(waiting, headersWith(createToken())), 'token_cut_off');
});

test('a sid that is not a string is refused, because it could not be cut off', async () => {
  for (const sid of [7, '', null, ['family_1'], 'x'.repeat(257)]) {
    assert.equal(await outcomeOf(createTestGuard(), headersWith(createToken({ sid }))), 'token_claim_wrong');
  }
});
