import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hashCutoff } from '@bindery/guard/issuer';
import type { StoredCutoff } from '../store/cutoffs.ts';
import { CutoffMemory } from './cutoff-memory.ts';

const issuer = 'https://id.example.com';
const until = 1_000_000;

function entry(seq: number, more: Partial<StoredCutoff> = {}): StoredCutoff {
  const owner = { clientId: 'client_1', organizationId: 'organization_1' };
  return { kind: 'token', subject: `token_${seq}`, cutAt: seq * 1000, until, seq, ...owner, ...more };
}

const subjectsOf = (entries: readonly StoredCutoff[]) => entries.map(({ subject }) => subject);

describe('9.1 the revocation list in memory', () => {
  test('takes what is new, in any order of the readings', () => {
    const memory = new CutoffMemory(issuer, 2);
    memory.apply({ seq: 2, entries: [entry(1), entry(2)] }, 0);
    // A slower reading of the same, and one that began before.
    memory.apply({ seq: 3, entries: [entry(2), entry(3)] }, 0);
    memory.apply({ seq: 1, entries: [entry(1)] }, 0);
    assert.equal(memory.seq, 3);
    assert.equal(memory.size, 3);
    assert.equal(memory.cutoffs.token.get(hashCutoff(issuer, 'token', 'token_3')), 5, 'its second and two more');
    assert.equal(memory.find('token', 'token_3')?.seq, 3);
    assert.deepEqual(subjectsOf(memory.entriesAfter(1)), ['token_2', 'token_3']);
    assert.deepEqual(memory.entriesAfter(3), []);
    assert.equal(memory.entriesAfter(0).length, 3);
  });

  test('an entry of a client or an organization drops those that it covers, and no others', () => {
    const memory = new CutoffMemory(issuer, 0);
    const ofOther = { clientId: 'client_2', organizationId: 'organization_1' };
    const later = { cutAt: 9000 };
    memory.apply({ seq: 4, entries: [entry(1), entry(2), entry(3, ofOther), entry(4, later)] }, 0);
    const client = { kind: 'client', subject: 'client_1', clientId: null, organizationId: 'organization_1' } as const;
    memory.apply({ seq: 5, entries: [entry(5, client)] }, 0);
    assert.deepEqual(subjectsOf(memory.entriesAfter(0)), ['token_3', 'token_4', 'client_1']);
    const organization = { kind: 'organization', subject: 'organization_1' } as const;
    memory.apply({ seq: 10, entries: [entry(10, { ...organization, clientId: null, organizationId: null })] }, 0);
    assert.deepEqual(subjectsOf(memory.entriesAfter(0)), ['organization_1']);
    assert.equal(memory.size, 1);
  });

  test('a subject that is cut off again has one entry, under its new number', () => {
    const memory = new CutoffMemory(issuer, 0);
    const user = { kind: 'user', subject: 'user_1', clientId: null, organizationId: null } as const;
    memory.apply({ seq: 1, entries: [entry(1, user)] }, 0);
    memory.apply({ seq: 2, entries: [entry(2, user)] }, 0);
    assert.equal(memory.size, 1);
    assert.deepEqual(subjectsOf(memory.entriesAfter(1)), ['user_1']);
    assert.equal(memory.find('user', 'user_1')?.lastSecond, 2);
  });

  test('what has expired is dropped, and the number stays', () => {
    const memory = new CutoffMemory(issuer, 0);
    memory.apply({ seq: 2, entries: [entry(1), entry(2, { until: until + 60_000 })] }, 0);
    memory.dropExpired(until);
    assert.equal(memory.size, 2);
    memory.dropExpired(until + 6000);
    assert.deepEqual(subjectsOf(memory.entriesAfter(0)), ['token_2']);
    assert.equal(memory.seq, 2);
    memory.apply({ seq: 3, entries: [entry(3)] }, until + 1);
    assert.equal(memory.size, 1, 'it had expired when it was read');
  });
});
