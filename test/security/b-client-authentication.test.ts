import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { rotateSecret } from '@bindery/server/actions/client-secrets.ts';
import { deleteClient, updateClient } from '@bindery/server/actions/clients.ts';
import { openStore } from '@bindery/server/actions/open-store.ts';
import { switchOrganization } from '@bindery/server/actions/organizations.ts';
import { newClientSecret } from '@bindery/server/domain/client-secret.ts';
import { newClientId } from '@bindery/server/domain/identifier.ts';
import { testActor } from '../support/app.ts';
import { basic, type Credentials, form, startTarget, type Target } from '../support/target.ts';
import { exchange, formRequest } from '../support/wire.ts';

const grant = { grant_type: 'client_credentials' };
const hourMilliseconds = 3_600_000;

let target: Target;
let port: number;

before(async () => {
  target = await startTarget();
  await target.server.app.listen({ port: 0, host: '127.0.0.1' });
  // It listens on a port, so the address is an object.
  port = (target.server.app.server.address() as AddressInfo).port;
});
after(() => target[Symbol.asyncDispose]());

const withBasic = (authorization: string, body: Readonly<Record<string, string>> = grant) =>
  target.send(body, { headers: { authorization } });

const withBody = ({ clientId, clientSecret }: Pick<Credentials, 'clientId' | 'clientSecret'>) =>
  target.send({ ...grant, client_id: clientId, client_secret: clientSecret });

test('27: a client may authenticate by Basic or in the body, form or JSON', async () => {
  const { clientId, clientSecret } = target.client;
  target.expectToken(await withBasic(basic(clientId, clientSecret)));
  target.expectToken(await withBody(target.client));
  const json = await target.send(grant, {
    type: 'application/json',
    headers: { authorization: basic(clientId, clientSecret) },
  });
  target.expectToken(json);
});

test('28: Basic credentials are read form-encoded, even fully escaped, and plain', async () => {
  const escaped = (text: string) => [...text].map((letter) => `%${letter.charCodeAt(0).toString(16)}`).join('');
  const { clientId, clientSecret } = target.client;
  for (const [id, secret] of [
    [escaped(clientId), escaped(clientSecret)],
    [escaped(clientId).toUpperCase(), clientSecret],
    [clientId, clientSecret],
  ] as const) {
    target.expectToken(await withBasic(basic(id, secret)));
  }
  for (const secret of ['%', '%zz', 'a%ff', ':', 'a:b', '+', 'é', '%c3%a9', '%00', '%0d%0a']) {
    await target.expectRefusal(await withBasic(basic(clientId, secret)), 401, 'invalid_client', secret);
    await target.expectRefusal(await withBasic(basic(secret, clientSecret)), 401, 'invalid_client', secret);
  }
});

test('29: ids and secrets consist of letters, digits and underscores, so that no encoding changes them', async () => {
  const { clientId, clientSecret } = await target.newClient();
  for (const text of [clientId, clientSecret]) {
    assert.match(text, /^[A-Za-z0-9_]+$/);
    assert.equal(new URLSearchParams({ x: text }).toString(), `x=${text}`);
  }
});

test('30: the scheme name is accepted in any letter case', async () => {
  const credentials = basic(target.client.clientId, target.client.clientSecret).slice('Basic '.length);
  for (const scheme of ['basic', 'BASIC', 'bAsIc']) {
    target.expectToken(await withBasic(`${scheme} ${credentials}`));
  }
});

test('32: a request with more than one client authentication method is refused', async () => {
  const { clientId, clientSecret } = target.client;
  const authorization = basic(clientId, clientSecret);
  const client_assertion = 'e30.e30.e30';
  for (const [header, body] of [
    [authorization, { client_secret: clientSecret }],
    [authorization, { client_id: clientId, client_secret: clientSecret }],
    [authorization, { client_id: clientId, client_secret: 'another' }],
    [authorization, { client_assertion }],
    ['Basic !', { client_secret: clientSecret }],
    ['Bearer x', target.good],
    [undefined, { client_id: clientId, client_secret: clientSecret, client_assertion }],
  ] as const) {
    const answer = await target.send(
      { ...grant, ...body },
      { headers: header === undefined ? {} : { authorization: header } },
    );
    await target.expectRefusal(answer, 400, 'invalid_request', JSON.stringify(body));
  }
});

test('33: an equal client_id beside Basic is fine, a different one is refused', async () => {
  const other = await target.newClient();
  const authorization = basic(target.client.clientId, target.client.clientSecret);
  target.expectToken(await withBasic(authorization, { ...grant, client_id: target.client.clientId }));
  for (const client_id of [other.clientId, target.client.clientId.toUpperCase(), 'x']) {
    const answer = await withBasic(authorization, { ...grant, client_id });
    await target.expectRefusal(answer, 401, 'invalid_client', client_id);
  }
  await target.expectRefusal(
    await withBody({ clientId: other.clientId, clientSecret: target.client.clientSecret }),
    401,
    'invalid_client',
  );
});

test('34: a wrong secret is 401, with a Basic challenge if and only if the header was used', async () => {
  const { clientId } = target.client;
  for (const authorization of [basic(clientId, newClientSecret()), 'Bearer x', '', 'Digest username="x"']) {
    const answer = await withBasic(authorization);
    await target.expectRefusal(answer, 401, 'invalid_client', authorization);
    assert.equal(answer.headers['www-authenticate'], 'Basic realm="bindery", charset="UTF-8"');
  }
  const inBody = await withBody({ clientId, clientSecret: newClientSecret() });
  await target.expectRefusal(inBody, 401, 'invalid_client');
  assert.equal(inBody.headers['www-authenticate'], undefined);
});

test('34: a Basic header that cannot be decoded is 401', async () => {
  const base64 = (text: string | Buffer) => Buffer.from(text).toString('base64');
  const { clientId, clientSecret } = target.client;
  const good = base64(`${clientId}:${clientSecret}`);
  // Of a length with spare bits, so that another last letter would decode to the same bytes.
  const padded = base64(`${clientId}:${clientSecret}`.padEnd(100, 'x'));
  assert.match(padded, /[^=]==?$/);
  for (const value of [
    'Basic',
    'Basic ',
    'Basic =',
    'Basic :',
    `Basic ${base64(':')}`,
    `Basic ${base64('')}`,
    `Basic ${base64(clientId)}`,
    `Basic ${base64(`${clientId}${clientSecret}`)}`,
    `Basic ${base64(`:${clientSecret}`)}`,
    `Basic ${base64(`${clientId}:`)}`,
    `Basic ${good}=`,
    `Basic ${good}====`,
    `Basic ${good.slice(0, -1)}`,
    `Basic ${good} `.trimEnd().concat(' x'),
    `Basic ${good},${good}`,
    `Basic ${good.slice(0, 8)} ${good.slice(8)}`,
    `Basic ${good.slice(0, 8)}-_${good.slice(8)}`,
    `Basic ${padded.replace(/=+$/, '')}`,
    `Basic ${Buffer.from(`${clientId}:\u00ff\u00fe?>`).toString('base64url')}`,
    `Basic ${base64(Buffer.from([0xff, 0x3a, 0xfe]))}`,
    `Basic ${base64(Buffer.concat([Buffer.from(`${clientId}:${clientSecret}`), Buffer.from([0xc3, 0x28])]))}`,
    `Basic ${base64(Buffer.from(`${clientId}:${clientSecret}`, 'utf16le'))}`,
    `Basic\t${good}`,
    `Basic${good}`,
    `${good}`,
    `Basic realm="x", ${good}`,
  ]) {
    const answer = await withBasic(value);
    await target.expectRefusal(answer, 401, 'invalid_client', value);
    assert.equal(answer.headers['www-authenticate'], 'Basic realm="bindery", charset="UTF-8"', value);
  }
});

test('34: base64 has one spelling for each pair of credentials', async () => {
  // Letters after the id until two bits are spare; the client is unknown either way, and the audit log says why.
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  const { clientId, clientSecret } = await target.newClient();
  const spelt = `${clientId.replace('client_', '%63lient_')}:${clientSecret}`;
  const texts = [`${clientId}:${clientSecret}`, spelt, spelt.replace('_secret_', '%5fsecret_')];
  let tried = 0;
  for (const text of texts) {
    const good = Buffer.from(text).toString('base64');
    target.expectToken(await withBasic(`Basic ${good}`));
    const padding = /=+$/.exec(good)?.[0] ?? '';
    if (padding === '') {
      continue;
    }
    const body = good.slice(0, -padding.length);
    for (const letter of alphabet) {
      const other = body.slice(0, -1) + letter + padding;
      if (other !== good && Buffer.from(other, 'base64').equals(Buffer.from(good, 'base64'))) {
        tried += 1;
        await target.expectRefusal(await withBasic(`Basic ${other}`), 401, 'invalid_client', other);
      }
    }
    await target.expectRefusal(await withBasic(`Basic ${body}`), 401, 'invalid_client', body);
  }
  assert.ok(tried > 0);
});

test('35: whatever is wrong with a client or its secret, the response is the same byte for byte', async () => {
  const { context } = target.server;
  const off = await target.server.newClient();
  await switchOrganization(context, testActor, off.organizationId, { apiClientsEnabled: false });
  const suspended = await target.server.newClient();
  await switchOrganization(context, testActor, suspended.organizationId, { state: 'disabled' });
  const disabled = await target.newClient();
  await updateClient(context, testActor, disabled, { state: 'disabled' });
  const deleted = await target.newClient();
  await deleteClient(context, testActor, deleted);
  const rotated = await target.newClient();
  await rotateSecret(context, testActor, rotated, { overlapMilliseconds: 0, secretExpiresAt: null });
  const { clientId, clientSecret } = target.client;

  const cases: Readonly<Record<string, Pick<Credentials, 'clientId' | 'clientSecret'>>> = {
    'unknown client': { clientId: newClientId(), clientSecret },
    'unknown client, mistyped secret': { clientId: newClientId(), clientSecret: 'x' },
    'wrong secret': { clientId, clientSecret: newClientSecret() },
    'mistyped secret': { clientId, clientSecret: `${clientSecret.slice(0, -1)}!` },
    'expired secret': rotated,
    'disabled client': disabled,
    'disabled client, wrong secret': { clientId: disabled.clientId, clientSecret: newClientSecret() },
    'disabled organization': suspended,
    'API clients off': off,
    'deleted client': deleted,
  };
  const bare = (raw: string) => raw.replace(/^(?:date|x-request-id): .*\r\n/gim, '');
  const seen = new Map<string, string[]>([
    ['body', []],
    ['Basic', []],
  ]);
  for (const [name, credentials] of Object.entries(cases)) {
    const { clientId: client_id, clientSecret: client_secret } = credentials;
    const inBody = formRequest('/connect/token', form(...Object.entries({ ...grant, client_id, client_secret })));
    const inHeader = formRequest('/connect/token', form(...Object.entries(grant)), [
      `Authorization: ${basic(client_id, client_secret)}`,
    ]);
    for (const [way, request] of [
      ['body', inBody],
      ['Basic', inHeader],
    ] as const) {
      const answer = await exchange(port, request);
      await target.expectRefusal(answer, 401, 'invalid_client', `${name}, ${way}`);
      assert.match(answer.raw, /^x-request-id: /im);
      seen.get(way)?.push(bare(answer.raw));
    }
  }
  for (const [way, answers] of seen) {
    assert.equal(answers.length, Object.keys(cases).length);
    assert.deepEqual([...new Set(answers)], answers.slice(0, 1), way);
  }
});

test('36: without credentials, or with half of them, a request is refused', async () => {
  const { client_id, client_secret } = target.good;
  for (const body of [
    grant,
    { ...grant, client_id },
    { ...grant, client_secret },
    { ...grant, client_id, client_secret: '' },
    { ...grant, client_id: '', client_secret },
    { ...grant, client_id: '', client_secret: '' },
    { ...grant, client_id, client_assertion: 'x', client_assertion_type: 'y' },
    { ...grant, client_assertion: 'x' },
  ]) {
    await target.expectRefusal(await target.send(body), 401, 'invalid_client', JSON.stringify(body));
    const json = await target.send(body, { type: 'application/json' });
    await target.expectRefusal(json, 401, 'invalid_client', JSON.stringify(body));
  }
});

test('37: a client without a stored secret is refused whatever secret is sent', async () => {
  const { clientId } = await target.newClient();
  await target.server.context.database.queries.deleteFrom('client_secrets').where('client_id', '=', clientId).execute();
  for (const clientSecret of ['', 'undefined', 'null', '0', 'false', '\u0020', 'AAAA', newClientSecret()]) {
    await target.expectRefusal(await withBody({ clientId, clientSecret }), 401, 'invalid_client', clientSecret);
    const header = await withBasic(basic(clientId, clientSecret));
    await target.expectRefusal(header, 401, 'invalid_client', clientSecret);
  }
});

test('38: a secret must match to the last character, with nothing added or missing', async () => {
  const { clientId, clientSecret } = target.client;
  const swapped = clientSecret.replace(/[a-z](?=[^a-z]*$)/, (letter) => letter.toUpperCase());
  for (const wrong of [
    clientSecret.slice(0, -1),
    clientSecret.slice(1),
    `${clientSecret}x`,
    `${clientSecret} `,
    ` ${clientSecret}`,
    clientSecret + clientSecret,
    clientSecret.toUpperCase(),
    clientSecret.toLowerCase(),
    swapped,
    clientSecret.slice('bindery_secret_'.length),
    clientSecret.slice(0, 40),
    clientSecret + 'x'.repeat(100),
    `${clientSecret}\u200b`,
  ]) {
    if (wrong === clientSecret) {
      continue;
    }
    const header = await withBasic(basic(clientId, wrong));
    assert.equal(header.status, 401, wrong.length.toString());
    const inBody = await withBody({ clientId, clientSecret: wrong });
    assert.ok([400, 401].includes(inBody.status));
    assert.ok(!inBody.body.includes(wrong));
    target.expectToken(await target.send(target.good));
  }
  const newline = await withBody({ clientId, clientSecret: `${clientSecret}\n` });
  assert.equal(newline.status, 400);
});

test('39: a rotated secret works until the last millisecond of its overlap, the new one immediately', async () => {
  const { context } = target.server;
  const old = await target.newClient();
  const made = await rotateSecret(context, testActor, old, {
    overlapMilliseconds: hourMilliseconds,
    secretExpiresAt: null,
  });
  target.secrets.add(made.clientSecret);
  assert.notEqual(made.clientSecret, old.clientSecret);
  const fresh = { clientId: old.clientId, clientSecret: made.clientSecret };
  await assert.rejects(
    rotateSecret(context, testActor, old, { overlapMilliseconds: hourMilliseconds, secretExpiresAt: null }),
    { code: 'conflict' },
  );
  target.expectToken(await withBody(old));
  target.expectToken(await withBody(fresh));
  target.server.advance(hourMilliseconds - 1);
  target.expectToken(await withBody(old));
  target.server.advance(1);
  await target.expectRefusal(await withBody(old), 401, 'invalid_client');
  target.expectToken(await withBody(fresh));
});

test('39: a secret works until it expires however many others come and go, and an expired one never works again', async () => {
  const { context } = target.server;
  const old = await target.newClient();
  const rotate = async (overlapMilliseconds: number, lifetimeMilliseconds: number) => {
    const secretExpiresAt = context.now() + lifetimeMilliseconds;
    const made = await rotateSecret(context, testActor, old, { overlapMilliseconds, secretExpiresAt });
    target.secrets.add(made.clientSecret);
    return { clientId: old.clientId, clientSecret: made.clientSecret };
  };
  const ended: Pick<Credentials, 'clientId' | 'clientSecret'>[] = [];
  // The first secret outlives several others.
  for (let round = 0; round < 6; round += 1) {
    const second = await rotate(30 * 24 * hourMilliseconds, hourMilliseconds);
    target.expectToken(await withBody(second));
    target.server.advance(hourMilliseconds);
    ended.push(second);
    target.expectToken(await withBody(old), `round ${round}`);
  }
  const last = await rotate(0, 24 * hourMilliseconds);
  target.expectToken(await withBody(last));
  for (const credentials of [...ended, old]) {
    await target.expectRefusal(await withBody(credentials), 401, 'invalid_client');
  }
});

test('40: whatever an operator switches off is refused at the very next request, also when another process did it', async () => {
  const own = target.server.context;
  // A second connection to the same store, like the command line's.
  const other = await openStore(own.config, 'existing', own.now);
  try {
    for (const context of [own, other]) {
      const client = await target.server.newClient();
      target.secrets.add(client.clientSecret);
      const switches = [
        () => updateClient(context, testActor, client, { state: 'disabled' }),
        () => updateClient(context, testActor, client, { state: 'active' }),
        () => switchOrganization(context, testActor, client.organizationId, { state: 'disabled' }),
        () => switchOrganization(context, testActor, client.organizationId, { state: 'active' }),
        () => switchOrganization(context, testActor, client.organizationId, { apiClientsEnabled: false }),
        () => switchOrganization(context, testActor, client.organizationId, { apiClientsEnabled: true }),
        () => deleteClient(context, testActor, client),
      ];
      target.expectToken(await withBody(client));
      for (const [index, change] of switches.entries()) {
        await change();
        const answer = await withBody(client);
        if (index % 2 === 0) {
          await target.expectRefusal(answer, 401, 'invalid_client', `${index}`);
        } else {
          target.expectToken(answer, `${index}`);
        }
      }
    }
  } finally {
    await other.database.close();
  }
});

const strangeIds = [
  '0',
  'null',
  'true',
  'undefined',
  'NaN',
  'constructor',
  '__proto__',
  'hasOwnProperty',
  'toString',
  'client_',
  'x'.repeat(10_000),
];

test('41: malformed client ids are just unknown clients', async () => {
  for (const clientId of strangeIds) {
    const inBody = await withBody({ clientId, clientSecret: target.client.clientSecret });
    await target.expectRefusal(inBody, 401, 'invalid_client', clientId.slice(0, 40));
    if (clientId.length < 1000) {
      const header = await withBasic(basic(clientId, target.client.clientSecret));
      await target.expectRefusal(header, 401, 'invalid_client', clientId);
    }
  }
});

test('43: SQL, NoSQL and LDAP metacharacters select nothing and change no row', async () => {
  const { clientId, clientSecret } = target.client;
  const before = await target.rowCounts();
  for (const text of [
    "' OR '1'='1",
    "'; DROP TABLE api_clients; --",
    `${clientId}' --`,
    `${clientId}" --`,
    "' UNION SELECT hash FROM client_secrets --",
    '%',
    '_'.repeat(29),
    'client_%',
    '*)(uid=*))(|(uid=*',
    '{"$gt":""}',
    '$where',
    '../../../etc/passwd',
    '`id`',
  ]) {
    await target.expectRefusal(await withBody({ clientId: text, clientSecret }), 401, 'invalid_client', text);
    await target.expectRefusal(await withBody({ clientId, clientSecret: text }), 401, 'invalid_client', text);
    await target.expectRefusal(await withBasic(basic(text, text)), 401, 'invalid_client', text);
    const scoped = await target.send({ ...target.good, scope: text });
    await target.expectRefusal(scoped, 400, 'invalid_scope', text);
  }
  const after = await target.rowCounts();
  for (const table of ['organizations', 'api_clients', 'client_secrets']) {
    assert.equal(after[table], before[table]);
  }
});

test('45: with a wrong secret, nothing else that is wrong with the request is mentioned', async () => {
  const client = await target.newClient({ grants: ['password'] });
  const answers = new Set<string>();
  for (const more of [
    { grant_type: 'client_credentials' },
    { grant_type: 'password', username: 'x', password: 'y' },
    { grant_type: 'refresh_token', refresh_token: 'x' },
    { grant_type: 'nonsense' },
    { grant_type: '' },
    { ...grant, scope: 'admin' },
    { ...grant, scope: '"' },
    { ...grant, resource: 'https://evil.example' },
  ]) {
    for (const clientId of [client.clientId, target.client.clientId, newClientId()]) {
      const answer = await target.send({ ...more, client_id: clientId, client_secret: newClientSecret() });
      await target.expectRefusal(answer, 401, 'invalid_client', JSON.stringify(more));
      answers.add(answer.body);
    }
  }
  assert.equal(answers.size, 1);
});
