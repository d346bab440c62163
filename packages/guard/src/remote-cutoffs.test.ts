import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { type TestContext, test } from 'node:test';
import { hashCutoff } from './cutoff-list.ts';
import { createGuard } from './guard.ts';
import { createRemoteCutoffs, type RemoteCutoffsOptions } from './remote-cutoffs.ts';
import {
  answerOf,
  audience,
  createKeySource,
  createToken,
  headersWith,
  issuer,
  nowSeconds,
  organizationId,
  outcomeOf,
  rsa,
  type Signer,
  signEs256,
  signHs256,
  signRs256,
  signToken,
} from './test-tokens.ts';

const goodHeader = { typ: 'bindery-cutoffs+jwt', alg: 'ES256', kid: 'ec' };

/** A signed list; `undefined` removes a claim or header parameter. */
function createDocument(claims: object = {}, header: object = {}, signer: Signer = signEs256): string {
  const good = { iss: issuer, iat: nowSeconds, seq: 5, cutoffs: {} };
  return signToken({ ...goodHeader, ...header }, { ...good, ...claims }, signer);
}

const cutClient = { client: { [hashCutoff(issuer, 'client', 'client_1')]: nowSeconds } };
const cutOther = { client: { [hashCutoff(issuer, 'client', 'client_2')]: nowSeconds } };

interface Answer {
  readonly status?: number;
  readonly body?: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  /** Never responds. */
  readonly hangs?: true;
}

/** An endpoint with a given response; `requests` are the If-None-Match headers that it received. */
async function startEndpoint(t: TestContext, answer: Answer) {
  const endpoint = { url: '', answer, requests: [] as (string | undefined)[] };
  const server = createServer((request, response) => {
    endpoint.requests.push(request.headers['if-none-match']);
    const { status = 200, body, headers, hangs } = endpoint.answer;
    if (!hangs) response.writeHead(status, headers).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  endpoint.url = `http://127.0.0.1:${address.port}/.well-known/bindery-cutoffs`;
  return endpoint;
}

/** A guard for the endpoint whose clock is moved by hand; it polls when the clock has advanced by 120 s. */
function createRemote(t: TestContext, url: string, options: Partial<RemoteCutoffsOptions> = {}) {
  const clock = { seconds: nowSeconds };
  const now = () => clock.seconds * 1000;
  const keys = createKeySource();
  const source = createRemoteCutoffs({
    ...{ url, issuer, keys, algorithms: new Set(['ES256', 'RS256', 'EdDSA']), fetch: globalThis.fetch, now },
    ...{ pollSeconds: 60, maxStaleSeconds: 300, whenStale: 'closed', clockToleranceSeconds: 5, timeoutSeconds: 20 },
    ...options,
  });
  const guard = createGuard({
    issuer,
    audience,
    jwks: { source: keys },
    now,
    cutoffs: { source },
    clockToleranceSeconds: 5,
  });
  t.after(() => guard.close());
  // It lives longer than the tests move the clock.
  const headers = headersWith(createToken({ exp: nowSeconds + 100_000, client_id: 'client_1', sub: 'client_1' }));
  return { clock, source, guard, outcome: () => outcomeOf(guard, headers), headers };
}

test('what the list names is refused from the first request on', async (t) => {
  const endpoint = await startEndpoint(t, { body: createDocument({ cutoffs: cutClient }) });
  const remote = createRemote(t, endpoint.url);
  assert.equal(await remote.outcome(), 'token_cut_off');
});

test('168: a cut-off is learned in the background, without a request', async (t) => {
  const endpoint = await startEndpoint(t, { body: createDocument() });
  const remote = createRemote(t, endpoint.url, { pollSeconds: 0.02 });
  assert.equal(await remote.outcome(), 'accepted');
  endpoint.answer = { body: createDocument({ seq: 6, cutoffs: cutClient }) };
  const end = Date.now() + 10_000;
  // Asked directly, so that no request starts a fetch.
  while ((await remote.source.current()).seq !== 6) {
    assert.ok(Date.now() < end, 'the list was not fetched again');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.equal(await remote.outcome(), 'token_cut_off');
});

test('any number of requests cause one fetch, and none while the list is fresh', async (t) => {
  const endpoint = await startEndpoint(t, { body: createDocument() });
  const remote = createRemote(t, endpoint.url);
  const outcomes = await Promise.all(Array.from({ length: 50 }, () => remote.outcome()));
  assert.deepEqual([...new Set(outcomes)], ['accepted']);
  remote.clock.seconds += 119;
  assert.equal(await remote.outcome(), 'accepted');
  assert.equal(endpoint.requests.length, 1);
});

test('after polling stood still, the next request waits for a new list', async (t) => {
  const endpoint = await startEndpoint(t, { body: createDocument() });
  const remote = createRemote(t, endpoint.url);
  assert.equal(await remote.outcome(), 'accepted');
  endpoint.answer = { body: createDocument({ seq: 6, iat: nowSeconds + 120, cutoffs: cutClient }) };
  remote.clock.seconds += 120;
  assert.equal(await remote.outcome(), 'token_cut_off');
});

test('an unchanged list costs a 304, and the same object stays in use', async (t) => {
  const endpoint = await startEndpoint(t, { body: createDocument(), headers: { etag: 'W/"five"' } });
  const remote = createRemote(t, endpoint.url);
  const before = await remote.source.current();
  endpoint.answer = { status: 304 };
  remote.clock.seconds += 120;
  assert.equal(await remote.source.current(), before);
  endpoint.answer = { body: createDocument({ iat: nowSeconds + 240 }), headers: { etag: 'W/"six"' } };
  remote.clock.seconds += 120;
  assert.equal(await remote.source.current(), before, 'signed again, with the same number');
  assert.deepEqual(endpoint.requests, [undefined, 'W/"five"', 'W/"five"']);
});

test('an unconditional 304 is not a list', async (t) => {
  const endpoint = await startEndpoint(t, { status: 304 });
  assert.equal(await createRemote(t, endpoint.url).outcome(), 'cutoffs_unavailable');
});

const badDocuments: Readonly<Record<string, string | Uint8Array>> = {
  'no body': '',
  'no JWS': '<html></html>',
  'unsigned JSON': JSON.stringify({ iss: issuer, iat: nowSeconds, seq: 9, cutoffs: {} }),
  'alg none': `${createDocument({}, { alg: 'none' }).split('.').slice(0, 2).join('.')}.`,
  'HS256 with the public key': createDocument(
    {},
    { alg: 'HS256' },
    signHs256(rsa.publicKey.export({ type: 'spki', format: 'pem' }) as string),
  ),
  'an unknown key': createDocument({}, { kid: 'stranger' }),
  'the algorithm of another key': createDocument({}, { alg: 'RS256' }, signRs256),
  'a wrong signature': `${createDocument().slice(0, -4)}AAAA`,
  'another type': createDocument({}, { typ: 'JWT' }),
  'an access token': createToken({ seq: 9, cutoffs: {} }),
  'a critical extension': createDocument({}, { crit: ['b64'] }),
  'another issuer': createDocument({ iss: `${issuer}/` }),
  'no issuer': createDocument({ iss: undefined }),
  'no seq': createDocument({ seq: undefined }),
  'a seq that is not a number': createDocument({ seq: '9' }),
  'a negative seq': createDocument({ seq: -1 }),
  'no iat': createDocument({ iat: undefined }),
  'a broken iat': createDocument({ iat: 1.5 }),
  'an iat from the future': createDocument({ iat: nowSeconds + 61 }),
  'an iat of long ago': createDocument({ iat: nowSeconds - 366 }),
  'no cutoffs': createDocument({ cutoffs: undefined }),
  'a list of cutoffs': createDocument({ cutoffs: [] }),
  'a kind that is a list': createDocument({ cutoffs: { client: [] } }),
  'a hash of another length': createDocument({ cutoffs: { client: { abc: nowSeconds } } }),
  'seconds that are a string': createDocument({ cutoffs: { client: { ['A'.repeat(22)]: '1' } } }),
  'more than 4 MiB': randomBytes(4 * 1024 * 1024 + 1),
};

test('144: whatever is wrong with the list, nobody gets in on a cold start', async (t) => {
  const endpoint = await startEndpoint(t, {});
  for (const [name, body] of Object.entries(badDocuments)) {
    endpoint.answer = { body };
    assert.equal(await createRemote(t, endpoint.url).outcome(), 'cutoffs_unavailable', name);
  }
  for (const status of [204, 301, 401, 404, 500]) {
    endpoint.answer = { status, headers: { location: '/elsewhere' } };
    assert.equal(await createRemote(t, endpoint.url).outcome(), 'cutoffs_unavailable', String(status));
  }
  endpoint.answer = { hangs: true };
  assert.equal(
    await createRemote(t, endpoint.url, { timeoutSeconds: 0.1 }).outcome(),
    'cutoffs_unavailable',
    'no answer',
  );
});

test('144: whatever is wrong with the list, the last valid one serves for 300 s, and then nobody gets in', async (t) => {
  const endpoint = await startEndpoint(t, {});
  // A list from the future becomes valid later.
  const { 'an iat from the future': _later, ...documents } = badDocuments;
  const broken: readonly Answer[] = [...Object.values(documents).map((body) => ({ body })), { status: 500 }];
  for (const answer of broken) {
    endpoint.answer = { body: createDocument({ cutoffs: cutOther }) };
    const remote = createRemote(t, endpoint.url);
    assert.equal(await remote.outcome(), 'accepted');
    endpoint.answer = answer;
    remote.clock.seconds += 299;
    assert.equal(await remote.outcome(), 'accepted');
    remote.clock.seconds += 2;
    assert.equal(await remote.outcome(), 'cutoffs_unavailable');
    endpoint.answer = { body: createDocument({ iat: remote.clock.seconds + 120, seq: 6, cutoffs: cutClient }) };
    remote.clock.seconds += 120;
    assert.equal(await remote.outcome(), 'token_cut_off', 'repaired');
    remote.guard.close();
  }
});

test('a list with a smaller number is refused, because it would bring back what was cut off', async (t) => {
  const endpoint = await startEndpoint(t, { body: createDocument({ cutoffs: cutClient }) });
  const remote = createRemote(t, endpoint.url);
  assert.equal(await remote.outcome(), 'token_cut_off');
  endpoint.answer = { body: createDocument({ seq: 4, iat: nowSeconds + 120, cutoffs: {} }) };
  remote.clock.seconds += 120;
  assert.equal(await remote.outcome(), 'token_cut_off');
  remote.clock.seconds += 181;
  assert.equal(await remote.outcome(), 'cutoffs_unavailable', 'and counts as none');
});

test('an old list that is confirmed again and again does not serve for ever', async (t) => {
  const endpoint = await startEndpoint(t, { body: createDocument(), headers: { etag: '"frozen"' } });
  const remote = createRemote(t, endpoint.url);
  assert.equal(await remote.outcome(), 'accepted');
  endpoint.answer = { status: 304 };
  remote.clock.seconds += 365;
  assert.equal(await remote.outcome(), 'accepted');
  remote.clock.seconds += 121;
  assert.equal(await remote.outcome(), 'cutoffs_unavailable');
});

test('with whenStale open, requests pass without a list, except what is known to be cut off', async (t) => {
  const endpoint = await startEndpoint(t, { status: 500 });
  const cold = createRemote(t, endpoint.url, { whenStale: 'open' });
  assert.equal(await cold.outcome(), 'accepted');
  endpoint.answer = { body: createDocument({ cutoffs: cutClient }) };
  const warm = createRemote(t, endpoint.url, { whenStale: 'open' });
  assert.equal(await warm.outcome(), 'token_cut_off');
  endpoint.answer = { status: 500 };
  warm.clock.seconds += 5000;
  assert.equal(await warm.outcome(), 'token_cut_off');
});

test('a kind that only a later issuer knows is ignored, and the others apply', async (t) => {
  const cutoffs = { ...cutClient, galaxy: { milky: 'way' } };
  const endpoint = await startEndpoint(t, { body: createDocument({ cutoffs }) });
  assert.equal(await createRemote(t, endpoint.url).outcome(), 'token_cut_off');
});

test('a broken endpoint is asked again at the next poll, not by every request', async (t) => {
  const endpoint = await startEndpoint(t, { status: 500 });
  const remote = createRemote(t, endpoint.url);
  for (let call = 0; call < 20; call += 1) assert.equal(await remote.outcome(), 'cutoffs_unavailable');
  assert.equal(endpoint.requests.length, 1);
});

test('a closed guard stops polling', async (t) => {
  const endpoint = await startEndpoint(t, { body: createDocument() });
  const remote = createRemote(t, endpoint.url, { pollSeconds: 0.01 });
  assert.equal(await remote.outcome(), 'accepted');
  remote.guard.close();
  const asked = endpoint.requests.length;
  remote.clock.seconds += 120;
  assert.equal(await remote.outcome(), 'accepted', 'the last list keeps serving');
  await new Promise((resolve) => setTimeout(resolve, 60));
  assert.ok(endpoint.requests.length <= asked + 1, 'at most the fetch in flight');
});

test('by default the list is fetched below the issuer', async () => {
  const asked: string[] = [];
  const fetch = async (url: string | URL | Request) => {
    asked.push(String(url));
    return new Response('', { status: 503 });
  };
  const guard = createGuard({
    issuer,
    audience,
    jwks: { source: createKeySource() },
    fetch,
    now: () => nowSeconds * 1000,
  });
  const answer = await answerOf(guard, headersWith(createToken(), organizationId));
  guard.close();
  assert.equal(answer.status, 503);
  assert.equal(answer.headers['retry-after'], '5');
  assert.deepEqual(asked, [`${issuer}/.well-known/bindery-cutoffs`]);
});
