import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  newClientId,
  newOrganizationId,
  newRowId,
  newTimeOrderedId,
  parseUuid,
  timeOrderedPrefix,
  toBase62,
} from './identifier.ts';

test('an organization id is a lower-case UUID', () => {
  assert.match(newOrganizationId(), /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
});

test('base62 is the number that the bytes represent, padded to the length', () => {
  assert.equal(toBase62(Buffer.from([0]), 3), '000');
  assert.equal(toBase62(Buffer.from([61]), 1), 'z');
  assert.equal(toBase62(Buffer.from([62]), 2), '10');
  assert.equal(toBase62(Buffer.from([0x0f, 0x04]), 1), '100');
  assert.equal(toBase62(Buffer.alloc(32, 0xff), 43).length, 43);
});

test('different numbers never have the same digits', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 16, maxLength: 16 }),
      fc.uint8Array({ minLength: 16, maxLength: 16 }),
      (a, b) => {
        assert.equal(toBase62(a, 22) === toBase62(b, 22), Buffer.from(a).equals(Buffer.from(b)));
      },
    ),
  );
});

test('time-ordered ids sort by their times, after the prefix of their moment', () => {
  fc.assert(
    fc.property(fc.nat(2 ** 31 - 1), fc.nat(2 ** 31 - 1), (one, other) => {
      const [early, late] = [one * 1000, other * 1000 + 1].toSorted((a, b) => a - b) as [number, number];
      if (early < late) {
        assert.ok(newTimeOrderedId(early) < newTimeOrderedId(late));
        assert.ok(newTimeOrderedId(early) < timeOrderedPrefix(late));
      }
      assert.ok(timeOrderedPrefix(early) < newTimeOrderedId(early));
    }),
  );
});

test('a UUID is accepted in any letter case, and no other text is', () => {
  const id = newOrganizationId();
  assert.equal(parseUuid(id), id);
  assert.equal(parseUuid(id.toUpperCase()), id);
  for (const other of [
    '',
    id.slice(1),
    `${id}0`,
    ` ${id}`,
    `${id}\n`,
    `{${id}}`,
    id.replaceAll('-', ''),
    `urn:uuid:${id}`,
  ]) {
    assert.equal(parseUuid(other), undefined, other);
  }
});

test('ids for rows carry their prefix', () => {
  assert.match(newRowId('secret'), /^secret_[0-9A-Za-z]{22}$/);
  assert.match(newClientId(), /^client_[0-9A-Za-z]{22}$/);
});
