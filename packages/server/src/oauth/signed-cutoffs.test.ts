import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { cutoffsPath, hashCutoff } from '@bindery/guard/issuer';
import { decodeJwt } from 'jose';
import { startTestApp, type TestApp, testActor } from '../../../../test/support/app.ts';
import { updateClient } from '../actions/clients.ts';
import { cutOff } from '../actions/cut-off.ts';

interface Document {
  readonly seq: number;
  readonly from?: number;
  readonly count?: number;
  readonly cutoffs: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

async function read(server: TestApp, since?: number | string, etag?: string) {
  const url = since === undefined ? cutoffsPath : `${cutoffsPath}?since=${since}`;
  const headers = etag === undefined ? {} : { 'if-none-match': etag };
  const answer = await server.app.inject({ url, headers });
  const document = answer.statusCode === 200 ? decodeJwt<Document>(answer.body) : undefined;
  return { status: answer.statusCode, etag: String(answer.headers.etag), document, answer };
}

async function revokeTokens(server: TestApp, count: number, prefix = 'token'): Promise<void> {
  const { context } = server;
  await context.database.transaction(async (queries) => {
    for (let index = 0; index < count; index += 1) {
      const owner = { clientId: null, organizationId: null };
      await cutOff(context, queries, { kind: 'token', id: `${prefix}_${index}`, ...owner });
    }
  });
}

describe('9.1 the list is served in full, or what is new in it', () => {
  test('a part names the number it starts from and how many entries the full list has', async () => {
    await using server = await startTestApp();
    const client = await server.newClient();
    await revokeTokens(server, 3);
    const full = await read(server);
    assert.ok(full.document);
    assert.deepEqual([full.document.from, full.document.count], [undefined, undefined]);
    assert.equal(Object.keys(full.document.cutoffs['token'] ?? {}).length, 3);
    await updateClient(server.context, testActor, client, { access: 'read' });
    const part = (await read(server, full.document.seq)).document;
    const hash = hashCutoff(server.context.config.publicUrl, 'client', client.clientId);
    assert.deepEqual(part, {
      ...{ iss: server.context.config.publicUrl, iat: server.context.now() / 1000 },
      ...{ seq: full.document.seq + 1, from: full.document.seq, count: 4 },
      cutoffs: {
        ...{ organization: {}, client: { [hash]: server.context.now() / 1000 } },
        ...{ user: {}, member: {}, session: {}, token: {} },
      },
    });
    assert.deepEqual((await read(server, part?.seq)).document?.cutoffs['client'], {}, 'nothing is new');
  });

  test('the ETag of either answers 304 to either, until something changes or a minute is over', async () => {
    await using server = await startTestApp();
    const { etag, document } = await read(server);
    const seq = document?.seq ?? 0;
    assert.equal((await read(server, seq, etag)).status, 304);
    assert.equal((await read(server, undefined, (await read(server, seq)).etag)).status, 304);
    await revokeTokens(server, 1);
    assert.equal((await read(server, seq, etag)).status, 200);
    const latest = await read(server, seq);
    server.advance(60_000);
    assert.equal((await read(server, seq + 1, latest.etag)).status, 200, 'it is signed again');
  });

  test('who is far behind, or has a number that the list never had, gets the full list', async () => {
    await using server = await startTestApp();
    const first = (await read(server)).document?.seq ?? 0;
    await revokeTokens(server, 1500);
    const behind = (await read(server, first)).document;
    assert.equal(behind?.from, undefined);
    assert.equal(Object.keys(behind?.cutoffs['token'] ?? {}).length, 1500);
    assert.equal((await read(server, first + 1_000_000)).document?.from, undefined);
  });

  test('a part is still right after the entries that it is added to were collapsed and pruned', async () => {
    await using server = await startTestApp();
    const client = await server.newClient();
    const { context } = server;
    const { clientId, organizationId } = client;
    await context.database.transaction((queries) =>
      cutOff(context, queries, { kind: 'token', id: 'token_1', clientId, organizationId }),
    );
    const before = (await read(server)).document?.seq ?? 0;
    await updateClient(context, testActor, client, { access: 'read' });
    const part = (await read(server, before)).document;
    assert.deepEqual([part?.from, part?.count], [before, 1], 'the entry of the client covers that of the token');
    assert.deepEqual(Object.keys(part?.cutoffs['token'] ?? {}), []);
    assert.equal(Object.keys(part?.cutoffs['client'] ?? {}).length, 1);
  });

  test('at most 64 parts are signed for one state of the list', async () => {
    await using server = await startTestApp();
    await revokeTokens(server, 100);
    const { seq } = (await read(server)).document ?? { seq: 0 };
    const parts = await Promise.all(Array.from({ length: 70 }, (_, index) => read(server, seq - index)));
    assert.equal(parts.filter(({ document }) => document?.from !== undefined).length, 64);
    assert.equal((await read(server, seq)).document?.from, seq, 'those that were signed still serve');
  });

  test('a number that is none is refused', async () => {
    await using server = await startTestApp();
    for (const since of ['', '-1', '1.5', 'x', '9'.repeat(17), '1&since=2']) {
      const { status, answer } = await read(server, since);
      assert.equal(status, 400, since);
      assert.equal(answer.json().detail, 'since must be the number of a revocation list');
    }
  });

  test('many callers share one writing of the full list, and no turn of it is long', async () => {
    await using server = await startTestApp();
    await revokeTokens(server, 3000);
    const answers = await Promise.all(Array.from({ length: 20 }, () => server.app.inject(cutoffsPath)));
    assert.equal(new Set(answers.map(({ body }) => body)).size, 1);
    await revokeTokens(server, 1, 'next');
    const next = (await read(server)).document;
    assert.equal(Object.keys(next?.cutoffs['token'] ?? {}).length, 3001, 'no older list is served after a revocation');
  });
});
