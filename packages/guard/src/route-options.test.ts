import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expressGuard } from './express.ts';
import { fastifyGuard } from './fastify.ts';
import type { CheckOptions, Guard } from './guard.ts';
import { honoGuard } from './hono.ts';
import { guardListener } from './node-http.ts';
import { createTestGuard, createToken, headersWith } from './test-tokens.ts';

const entries: Readonly<Record<string, (guard: Guard, options?: CheckOptions) => unknown>> = {
  Express: expressGuard,
  Hono: honoGuard,
  'node:http': (guard, options) => guardListener(guard, () => undefined, options),
};

test('132: options of a route that would leave its access to the method stop the start', () => {
  const wrong = [
    { acces: 'read_write' },
    { access: 'write' },
    { access: undefined },
    { access: '' },
    'read_write',
    null,
  ];
  for (const [name, entry] of Object.entries(entries)) {
    for (const options of wrong) {
      // Plain JavaScript gives what the types forbid.
      const given = options as unknown as CheckOptions;
      assert.throws(() => entry(createTestGuard(), given), TypeError, `${name}: ${JSON.stringify(options)}`);
    }
    assert.doesNotThrow(() => entry(createTestGuard(), { access: 'read' }), name);
    assert.doesNotThrow(() => entry(createTestGuard()), name);
  }
});

test('132: an entry without a guard stops the start', () => {
  for (const [name, entry] of Object.entries({ ...entries, Fastify: fastifyGuard })) {
    for (const guard of [undefined, null, {}, 'guard', { check: true }]) {
      assert.throws(() => entry(guard as unknown as Guard), TypeError, `${name}: ${JSON.stringify(guard)}`);
    }
  }
});

test('219: an access that is none lets nobody in, whatever the token has', async () => {
  const guard = createTestGuard();
  for (const access of ['admin', '', 'READ', 7]) {
    const options = { access } as unknown as CheckOptions;
    const checked = guard.check({ method: 'GET', headers: headersWith(createToken()) }, options);
    await assert.rejects(checked, { code: 'guard_failed', status: 503 }, String(access));
  }
});
