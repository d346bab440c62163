import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createGuard } from '@bindery/guard';
import { type CutoffList, createCutoffList } from '@bindery/guard/issuer';
import { createTestIssuer } from '@bindery/guard/testing';

test('a cached token does not keep the revocation list alive that it last passed', async () => {
  setFlagsFromString('--expose-gc');
  // The flag adds `gc` to contexts that are made from now on.
  const collectGarbage: () => void = runInNewContext('gc');
  const issuer = createTestIssuer();
  let list: CutoffList = createCutoffList(1);
  const guard = createGuard({ ...issuer.guardOptions, cutoffs: { source: { current: () => list } } });
  const request = (headers = issuer.headers()) => new Request('https://api.test/', { headers });
  const passed: WeakRef<CutoffList>[] = [];
  for (let seq = 2; seq < 12; seq += 1) {
    // A token that is used once and stays in the cache, and a list that is replaced at once.
    await guard.verify(request());
    passed.push(new WeakRef(list));
    list = createCutoffList(seq, { client: [[`${seq}`.padStart(22, 'A'), seq]] });
  }
  await guard.verify(request());
  // A WeakRef holds its target until the turn ends.
  await new Promise((resolve) => setImmediate(resolve));
  collectGarbage();
  assert.deepEqual(
    passed.filter((each) => each.deref() !== undefined),
    [],
  );
});
