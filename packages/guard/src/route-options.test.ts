import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expressGuard } from './express.ts';
import { fastifyGuard } from './fastify.ts';
import type { Guard } from './guard.ts';
import { honoGuard } from './hono.ts';
import { guardListener } from './node-http.ts';
import type { RouteOptions } from './route-options.ts';
import { createTestGuard, createToken, headersWith } from './test-tokens.ts';

const entries: Readonly<Record<string, (guard: Guard, options?: RouteOptions) => unknown>> = {
  Express: expressGuard,
  Hono: honoGuard,
  'node:http': (guard, options) => guardListener(guard, () => undefined, options),
};

const wrongOptions = [
  { acces: 'read_write' },
  { access: 'write' },
  { access: undefined },
  { access: '' },
  { access: 'read', scope: 'public' },
  'read_write',
  ['read'],
  null,
];

test('132: route options that would leave the access to the method stop the start', () => {
  for (const [name, entry] of Object.entries(entries)) {
    for (const options of wrongOptions) {
      // Plain JavaScript gives what the types forbid.
      const given = options as unknown as RouteOptions;
      assert.throws(() => entry(createTestGuard(), given), TypeError, `${name}: ${JSON.stringify(options)}`);
    }
    assert.throws(
      () => entry(createTestGuard(), { acces: 'read' } as RouteOptions),
      { message: 'unknown option acces in the options of a route; known options: access' },
      name,
    );
    assert.doesNotThrow(() => entry(createTestGuard(), { access: 'read' }), name);
    assert.doesNotThrow(() => entry(createTestGuard()), name);
  }
});

/** Registers the plugin on what it uses of Fastify, and then a route with this `config`. */
function registerRoute(config: object): void {
  let onRoute: (route: { method: string; url: string; config: object }) => void = () => assert.fail('no hook');
  const app = {
    decorateRequest: () => undefined,
    addHook(name: string, hook: typeof onRoute) {
      if (name === 'onRoute') onRoute = hook;
    },
  };
  // As much of Fastify as the plugin uses while starting.
  const fastify = app as unknown as Parameters<ReturnType<typeof fastifyGuard>>[0];
  fastifyGuard(createTestGuard())(fastify, {}, () => undefined);
  onRoute({ method: 'GET', url: '/export', config });
}

test('132: a wrong or misspelt Fastify route config stops the start', () => {
  for (const options of wrongOptions) {
    assert.throws(() => registerRoute({ bindery: options }), TypeError, JSON.stringify(options));
  }
  assert.throws(() => registerRoute({ bindery: { acces: 'read_write' } }), {
    message: 'unknown option acces in config.bindery of GET /export; known options: access',
  });
  for (const name of ['bindry', 'binderry', 'bindary', 'bidnery', 'Bindery', 'indery', 'binder']) {
    assert.throws(
      () => registerRoute({ [name]: { access: 'read_write' } }),
      { message: `GET /export: config.${name} looks like a misspelling of config.bindery` },
      name,
    );
  }
  for (const config of [{}, { bindery: {} }, { bindery: { access: 'read' } }, { rateLimit: { max: 5 }, binding: {} }]) {
    assert.doesNotThrow(() => registerRoute(config), JSON.stringify(config));
  }
});

test('132: an entry without a guard stops the start', () => {
  for (const [name, entry] of Object.entries({ ...entries, Fastify: fastifyGuard })) {
    for (const guard of [undefined, null, {}, 'guard', { verify: true }]) {
      // Plain JavaScript gives what the types forbid.
      const given = guard as unknown as Guard;
      assert.throws(() => entry(given), /expected a guard created by createGuard/, `${name}: ${JSON.stringify(guard)}`);
    }
  }
});

test('219: a wrong access in verify refuses everyone, whatever the token allows', async () => {
  const guard = createTestGuard();
  for (const access of ['admin', '', 'READ', 7]) {
    const options = { access } as unknown as RouteOptions;
    const verified = guard.verify({ method: 'GET', headers: headersWith(createToken()) }, options);
    await assert.rejects(verified, { code: 'guard_failed', status: 503 }, String(access));
  }
});
