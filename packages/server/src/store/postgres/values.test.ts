import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfig } from '../../config.ts';
import { locationOf } from './open.ts';
import { postgresDecisionStatements } from './token-decisions.ts';
import { toPostgresValue } from './values.ts';

test('a text that PostgreSQL cannot store is replaced by one that it can, and nothing else is changed', () => {
  assert.equal(toPostgresValue('a\0b\ud800'), 'a\ufffdb\ufffd');
  for (const value of ['Å😀', '', 7, null, 10n]) {
    assert.equal(toPostgresValue(value), value);
  }
});

test('a batch of decisions is one statement, and its JSON contains no text that the database refuses', () => {
  const row = { secret_id: 'a\0\udc00', last_used_at: 1, last_used_address: null };
  const [statement, ...others] = postgresDecisionStatements({
    entries: [],
    counters: [],
    lastUses: [row],
    unknown: [],
  });
  assert.deepEqual(others, []);
  assert.equal(statement?.parameters[2], '[{"secret_id":"a\ufffd\ufffd","last_used_at":1,"last_used_address":null}]');
});

test('the location of the store is shown without user, password and parameters', () => {
  const url = 'postgres://bindery:very-secret@db.example.com:6432/bindery?sslmode=verify-full';
  assert.equal(locationOf(url), 'postgresql://db.example.com:6432/bindery');
});

test('DATABASE_URL must be the URL of a PostgreSQL database, and the error does not show it', () => {
  for (const url of [
    'postgres://a:b%40c@localhost/x',
    'postgresql:///x?host=/run/postgresql',
    'postgres://[::1]:5432/x',
  ]) {
    assert.equal(loadConfig({ DATABASE_URL: url }).databaseUrl, url);
  }
  assert.equal(loadConfig({ DATABASE_URL: '' }).databaseUrl, undefined);
  for (const url of [
    'mysql://a:very-secret@b/c',
    'postgres://a:very-secret@b',
    'postgres://a:very-secret%@b/c',
    'very-secret',
  ]) {
    assert.throws(
      () => loadConfig({ DATABASE_URL: url }),
      (error: Error) => /^DATABASE_URL must be /.test(error.message) && !error.message.includes('very-secret'),
      url,
    );
  }
});
