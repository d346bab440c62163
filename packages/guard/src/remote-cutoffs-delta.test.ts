import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hashCutoff } from './cutoff-list.ts';
import type { CutoffKind } from './cutoff-wire.ts';
import { createRemoteCutoffs } from './remote-cutoffs.ts';
import { createKeySource, issuer, nowSeconds, signRs256, signToken } from './test-tokens.ts';

const hash = (id: string | number) => hashCutoff(issuer, 'token', String(id));
const tokens = (...ids: (string | number)[]) => ({
  token: Object.fromEntries(ids.map((id) => [hash(id), nowSeconds])),
});
const many = (count: number) => tokens(...Array.from({ length: count }, (_, index) => `many_${index}`));

type Claims = { readonly seq: number; readonly cutoffs: Partial<Record<CutoffKind, object>> } & Record<string, unknown>;

/** An issuer that answers with the next of some lists; `asked` are the values of `since`. */
function createRemote(answers: readonly Claims[]) {
  const asked: (string | null)[] = [];
  const left = [...answers];
  const clock = { now: nowSeconds * 1000 };
  const source = createRemoteCutoffs({
    ...{ url: `${issuer}/list?a=b`, issuer, keys: createKeySource(), algorithms: new Set(['ES256', 'RS256']) },
    ...{ pollSeconds: 60, timeoutSeconds: 20, maxStaleSeconds: 300, whenStale: 'closed', clockToleranceSeconds: 5 },
    now: () => clock.now,
    fetch: async (url) => {
      const { searchParams } = new URL(String(url));
      assert.equal(searchParams.get('a'), 'b');
      asked.push(searchParams.get('since'));
      const answer = left.shift();
      assert.ok(answer, 'one request too many');
      const claims = { iss: issuer, iat: Math.floor(clock.now / 1000), ...answer };
      return new Response(signToken({ typ: 'bindery-cutoffs+jwt', alg: 'RS256', kid: 'rsa' }, claims, signRs256));
    },
  });
  return {
    asked,
    /** The list after another poll. */
    async poll() {
      clock.now += 120_000;
      const list = await source.current();
      const { token } = list.cutoffs;
      return { seq: list.seq, size: token.size, list, has: (id: string | number) => token.has(hash(id)) };
    },
  };
}

describe('9.1 a guard fetches only what is new', () => {
  test('it names the number that it has, and adds what it gets', async () => {
    const remote = createRemote([
      { seq: 7, cutoffs: tokens(1, 2) },
      { seq: 9, from: 7, count: 3, cutoffs: tokens(3) },
      { seq: 9, from: 9, count: 3, cutoffs: {} },
    ]);
    await remote.poll();
    const second = await remote.poll();
    assert.deepEqual([second.seq, second.size, second.has(1), second.has(3)], [9, 3, true, true]);
    const third = await remote.poll();
    assert.equal(third.list, second.list, 'the same number is the same list');
    assert.deepEqual(remote.asked, [null, '7', '9']);
  });

  test('an issuer that knows only the full list still can answer', async () => {
    const remote = createRemote([
      { seq: 7, cutoffs: tokens(1, 2) },
      { seq: 8, cutoffs: tokens(2, 3) },
    ]);
    await remote.poll();
    const second = await remote.poll();
    assert.deepEqual([second.seq, second.has(1), second.has(2), second.has(3)], [8, false, true, true]);
  });

  test('it reads the full list if the part starts from another number', async () => {
    for (const from of [6, 8]) {
      const remote = createRemote([
        { seq: 7, cutoffs: tokens(1) },
        { seq: 9, from, count: 2, cutoffs: tokens(3) },
        { seq: 9, cutoffs: tokens(1, 2, 3) },
      ]);
      await remote.poll();
      const second = await remote.poll();
      assert.deepEqual([second.seq, second.size], [9, 3]);
      assert.deepEqual(remote.asked, [null, '7', null]);
    }
  });

  test('it reads the full list if it would have fewer entries than there are', async () => {
    const remote = createRemote([
      { seq: 7, cutoffs: tokens(1) },
      { seq: 9, from: 7, count: 4, cutoffs: tokens(3) },
      { seq: 9, cutoffs: tokens(1, 2, 3, 4) },
    ]);
    await remote.poll();
    assert.equal((await remote.poll()).size, 4);
    assert.deepEqual(remote.asked, [null, '7', null]);
  });

  test('it reads the full list once it holds far more than there are, as after a prune', async () => {
    const remote = createRemote([
      { seq: 7, cutoffs: many(1200) },
      { seq: 8, from: 7, count: 101, cutoffs: tokens('new') },
      { seq: 9, from: 8, count: 100, cutoffs: tokens('newer') },
      { seq: 9, cutoffs: tokens('new', 'newer') },
    ]);
    await remote.poll();
    assert.equal((await remote.poll()).size, 1201);
    const third = await remote.poll();
    assert.deepEqual([third.size, third.has('newer')], [2, true]);
    assert.deepEqual(remote.asked, [null, '7', '8', null]);
  });

  test('an older part is refused, and the last list keeps serving', async () => {
    const remote = createRemote([
      { seq: 7, cutoffs: tokens(1) },
      { seq: 6, from: 5, count: 1, cutoffs: {} },
      { seq: 8, from: 7, count: 'many', cutoffs: {} },
      { seq: 8, from: 9, count: 1, cutoffs: {} },
    ]);
    await remote.poll();
    for (let poll = 0; poll < 2; poll += 1) assert.deepEqual((await remote.poll()).seq, 7);
    await assert.rejects(remote.poll(), { code: 'cutoffs_unavailable' });
  });
});
