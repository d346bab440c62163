import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { BinderyClientError, type ClientOptions, createClient } from './index.ts';
import { refuseBrowser } from './refuse-browser.ts';

const secret = 'bindery_secret_of_the_tests';
const organizationId = '0b6f2d1c-55aa-4c0e-9d7e-2f3f8f1f6a10';
const options: ClientOptions = {
  issuer: 'https://id.example.com',
  tokenUrl: 'https://id.example.com/connect/token',
  clientId: 'client_1',
  clientSecret: secret,
  organizationId,
};

interface Issuer {
  readonly fetch: typeof globalThis.fetch;
  requests: number;
  open(): void;
}

/** A token endpoint that responds when its gate is open; any other URL is an API that returns the token it was sent. */
function createIssuer(isOpen = true): Issuer {
  let open = () => {};
  const gate = isOpen ? Promise.resolve() : new Promise<void>((resolve) => (open = resolve));
  const issuer: Issuer = {
    requests: 0,
    open: () => open(),
    async fetch(input, init) {
      const url = input instanceof Request ? input.url : String(input);
      if (url !== options.tokenUrl) return new Response(new Headers(init?.headers).get('authorization'));
      issuer.requests += 1;
      const answer = { access_token: `token-${issuer.requests}`, token_type: 'Bearer', expires_in: 1000 };
      await gate;
      return Response.json(answer);
    },
  };
  return issuer;
}

function isConfigurationError(error: unknown): boolean {
  return (
    error instanceof BinderyClientError &&
    error.code === 'configuration_wrong' &&
    !inspect(error).includes(secret) &&
    /^[a-z]/.test(error.message)
  );
}

const wrongOptions: readonly Readonly<Record<string, unknown>>[] = [
  { issuer: undefined },
  { issuer: 'id.example.com' },
  { issuer: 'http://id.example.com' },
  { issuer: 'https://id.example.com?x=1' },
  { issuer: 'https://user@id.example.com' },
  { clientId: '' },
  { clientSecret: undefined },
  { clientSecret: `${secret}\n` },
  { clientSecret: `${secret}é` },
  { nextClientSecret: '' },
  { organizationId: organizationId.toUpperCase() },
  { tenantHeader: 'x tenant' },
  { tenantHeader: 'Authorization' },
  { tokenUrl: 'http://127.0.0.1/connect/token' },
  { tokenUrl: 'https://id.example.com/#x' },
  { scope: 'a  b' },
  { timeoutSeconds: 0 },
  { timeoutSeconds: Number.NaN },
  { timeoutSeconds: '10' },
  { fetch: 'fetch' },
  { tokenURL: 'https://id.example.com/connect/token' },
];

for (const wrong of wrongOptions) {
  test(`the option ${inspect(wrong).replaceAll(secret, '...')} is refused at once, without repeating a value`, () => {
    // What plain JavaScript can pass.
    const given = { ...options, ...wrong } as unknown as ClientOptions;
    assert.throws(() => createClient(given), isConfigurationError);
  });
}

test('a page, a web worker and an app are refused, because of the secret', () => {
  for (const scope of [
    { window: { document: {} } },
    { importScripts: () => undefined },
    { navigator: { product: 'ReactNative' } },
  ]) {
    assert.throws(() => refuseBrowser(scope), /secret must never be in a browser/);
  }
  refuseBrowser({ window: {}, navigator: { userAgent: 'Node.js/26' } });
});

test('createClient itself refuses a browser', () => {
  Object.defineProperty(globalThis, 'window', { value: { document: {} }, configurable: true });
  try {
    assert.throws(() => createClient(options), isConfigurationError);
  } finally {
    Reflect.deleteProperty(globalThis, 'window');
  }
});

for (const [random, lastSecond] of [
  [0, 599],
  [0.5, 749],
  [0.999999, 899],
] as const) {
  test(`with the random number ${random} a token of 1000 s is renewed after ${lastSecond} s`, async () => {
    let seconds = 0;
    const issuer = createIssuer();
    const client = createClient({ ...options, fetch: issuer.fetch, now: () => seconds * 1000, random: () => random });
    await client.token();
    seconds = lastSecond;
    await client.token();
    assert.equal(issuer.requests, 1);
    seconds += 1;
    assert.equal(await client.token(), 'token-1', 'the old token is used until the new one is there');
    assert.equal(issuer.requests, 2);
  });
}

test('a clock that was set back does not keep a token alive', async () => {
  let seconds = 5000;
  const issuer = createIssuer();
  const client = createClient({ ...options, fetch: issuer.fetch, now: () => seconds * 1000 });
  await client.token();
  seconds = 100;
  assert.equal(await client.token(), 'token-2');
});

test('an aborted caller gets its reason, and the others get the token of the same request', async () => {
  const issuer = createIssuer(false);
  const client = createClient({ ...options, fetch: issuer.fetch });
  const impatient = new AbortController();
  const waiting = [client.token({ signal: impatient.signal }), client.fetch('https://api.example.com/', impatient)];
  const patient = client.token();
  const reason = new Error('no time');
  impatient.abort(reason);
  for (const one of waiting) await assert.rejects(one, reason);
  issuer.open();
  assert.equal(await patient, 'token-1');
  assert.equal(issuer.requests, 1);
});

test('when every caller is aborted, the request ends without an unhandled rejection', async () => {
  const unhandled: unknown[] = [];
  const listen = (error: unknown): void => void unhandled.push(error);
  process.on('unhandledRejection', listen);
  let fail = (_: Error): void => {};
  const fetch = (): Promise<Response> => new Promise((_, reject) => (fail = reject));
  const client = createClient({ ...options, fetch });
  const impatient = new AbortController();
  const waiting = client.token({ signal: impatient.signal });
  impatient.abort();
  await assert.rejects(waiting, { name: 'AbortError' });
  fail(new Error(`a fetch that tells ${secret}`));
  await new Promise((resolve) => setImmediate(resolve));
  process.off('unhandledRejection', listen);
  assert.deepEqual(unhandled, []);
});

test('the error of a custom fetch is not passed on', async () => {
  const fetch = (): Promise<Response> => Promise.reject(new Error(`Basic ${secret}`));
  const client = createClient({ ...options, fetch, random: () => 0 });
  await assert.rejects(client.token(), (error) => {
    assert.ok(error instanceof BinderyClientError);
    assert.equal(error.code, 'endpoint_unreachable');
    assert.ok(!inspect(error, { depth: 9, showHidden: true }).includes(secret));
    return true;
  });
});

test('the headers of a call are kept, except those the client sets', async () => {
  const seen: Headers[] = [];
  const issuer = createIssuer();
  const client = createClient({
    ...options,
    async fetch(input, init) {
      if (input !== 'https://api.example.com/' && !(input instanceof Request)) return issuer.fetch(input, init);
      seen.push(new Headers(init?.headers));
      return new Response();
    },
  });
  const headers = { authorization: 'Bearer other', 'x-tenant-id': 'other', 'x-mine': '1' };
  await client.fetch('https://api.example.com/', { headers });
  await client.fetch(new Request('https://api.example.com/', { headers }));
  assert.equal(seen.length, 2);
  for (const sent of seen) {
    assert.equal(sent.get('authorization'), 'Bearer token-1');
    assert.equal(sent.get('x-tenant-id'), organizationId);
    assert.equal(sent.get('x-mine'), '1');
  }
});

test('a date in Retry-After counts as the seconds until then', async () => {
  const headers = { 'retry-after': 'Thu, 01 Jan 1970 00:01:40 GMT' };
  const fetch = () => Promise.resolve(new Response(null, { status: 429, headers }));
  const client = createClient({ ...options, fetch, now: () => 70_000 });
  await assert.rejects(client.token(), { code: 'rate_limited', retryAfterSeconds: 30 });
});

test('a relative or unsafe URL is refused before a token is requested', async () => {
  const issuer = createIssuer();
  const client = createClient({ ...options, fetch: issuer.fetch });
  for (const url of ['/api/binders', 'http://api.example.com/', 'https://user@api.example.com/', 'ftp://127.0.0.1/']) {
    await assert.rejects(client.fetch(url), { code: 'url_refused' });
  }
  assert.equal(issuer.requests, 0);
});

test('the client exposes nothing but its two functions', () => {
  const client = createClient(options);
  assert.ok(Object.isFrozen(client));
  assert.equal(JSON.stringify(client), '{}');
  assert.ok(!inspect(client, { showHidden: true, depth: 9 }).includes(secret));
});
