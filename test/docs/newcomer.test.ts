import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeNewcomer, runNewcomer } from '../support/newcomer.ts';

test('a newcomer gets from npm start through the browser to a token in the shell', async (t) => {
  const newcomer = await runNewcomer();
  const answer: unknown = JSON.parse(newcomer.answer);
  assert.ok(typeof answer === 'object' && answer !== null && 'access_token' in answer, newcomer.answer);
  t.diagnostic(describeNewcomer(newcomer));
});
