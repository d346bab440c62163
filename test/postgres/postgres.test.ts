// What is specific to PostgreSQL. Everything else about stores is tested with both: see `stores.ts`.

import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { loadConfig } from '@bindery/server/config.ts';
import type { Queries } from '@bindery/server/store/database.ts';
import { openDatabase } from '@bindery/server/store/open.ts';
import { sql } from 'kysely';
import { assertStoreIsWhole, issuedTokenIds } from '../crash/store.ts';
import { createClient, createUser, passwordGrants, rotateSecret, type TestClient } from '../support/arrange.ts';
import { type Bindery, binderyCommand, startBindery, startSecond } from '../support/bindery.ts';
import { serverConnectionsMax, startBouncer } from '../support/pgbouncer.ts';
import { type PostgresCluster, queryAsAdmin, startPostgresCluster } from '../support/postgres-cluster.ts';
import { createDatabaseIn, testStore } from '../support/postgres-databases.ts';
import { cleanEnvironment, type Finished, runProgram } from '../support/programs.ts';
import { expectAuthenticated, getToken, noticedSecondsMax, postForm } from '../support/token-requests.ts';
import { waitFor } from '../support/wait-for.ts';

// In a run with PostgreSQL stores everywhere, these would only run a second time.
if (testStore === 'sqlite') {
  registerTests();
}

function registerTests(): void {
  let cluster: PostgresCluster;
  const folders: string[] = [];

  before(async () => {
    // A cluster of its own because it is stopped and started.
    cluster = await startPostgresCluster();
  });
  after(async () => {
    await cluster[Symbol.asyncDispose]();
    for (const folder of folders) {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  const newFolder = (): string => {
    const folder = mkdtempSync(join(tmpdir(), 'bindery-test-'));
    folders.push(folder);
    return folder;
  };
  const newDatabase = async (): Promise<string> => (await createDatabaseIn(cluster.adminUrl)).url;
  const start = async (env: Readonly<Record<string, string>> = {}): Promise<Bindery> =>
    startBindery({ env: { DATABASE_URL: await newDatabase(), ...env } });

  test('a change made through one server applies on another within a second, and so does a new key', async () => {
    await using first = await start();
    await using second = await startSecond(first);
    const client = await createClient(first);
    const token = await getToken(second, client);
    assert.equal((await readBinders(first, client, token)).status, 200);
    await first.cliJson(['client', 'disable', client.client_id]);
    await expectAuthenticated(second, client, false);
    await first.cliJson(['client', 'enable', client.client_id]);
    await expectAuthenticated(second, client, true);

    const made = await first.cliJson<{ kid: string }>(['keys', 'rotate']);
    const known = async (bindery: Bindery) =>
      (await keySetOf(bindery)).some((key) => key.kid === made.kid) || undefined;
    await Promise.all([first, second].map((bindery) => waitFor(() => known(bindery), noticedSecondsMax)));
  });

  test('of 60 refreshes of one token over two servers, one creates the successor and all others get the same one', async () => {
    await using first = await start();
    await using second = await startSecond(first);
    const client = await createClient(first, { grants: passwordGrants });
    const password = 'correct horse battery';
    await createUser(first, { org: client.organization_id, email: 'ada@example.com', password });
    const credentials = { client_id: client.client_id, client_secret: client.client_secret };
    const signIn = await postForm(first, '/connect/token', {
      ...credentials,
      grant_type: 'password',
      username: 'ada@example.com',
      password,
    });
    const { refresh_token } = (await signIn.json()) as { refresh_token: string };
    const refreshes = Array.from({ length: 60 }, async (_, index) => {
      const answer = await postForm(index % 2 === 0 ? first : second, '/connect/token', {
        ...credentials,
        grant_type: 'refresh_token',
        refresh_token,
      });
      assert.equal(answer.status, 200);
      return ((await answer.json()) as { refresh_token: string }).refresh_token;
    });
    const successors = new Set(await Promise.all(refreshes));
    assert.equal(successors.size, 1);

    // What one revokes is inactive at the other immediately.
    const [successor = ''] = successors;
    const revoked = await postForm(first, '/oauth/revoke', { ...credentials, token: successor });
    assert.equal(revoked.status, 200);
    const asked = await postForm(second, '/oauth/introspect', { ...credentials, token: successor });
    assert.deepEqual(await asked.json(), { active: false });
  });

  test('three processes that migrate one empty database at the same time take turns', async () => {
    const env = { DATABASE_URL: await newDatabase(), BINDERY_MASTER_KEY: masterKey };
    const finished = await Promise.all(
      [1, 2, 3].map(() => run(['migrate'], { ...env, BINDERY_DATA_DIR: newFolder() })),
    );
    for (const { code, stderr } of finished) {
      assert.equal(code, 0, stderr);
    }
    const rows = await queryAsAdmin(env.DATABASE_URL, 'select id from bindery_migrations');
    assert.ok(rows.length > 0);
    assert.equal(new Set(rows.map((row) => row['id'])).size, rows.length);
  });

  test('a store of a newer version is refused in one sentence, and nothing in it changes', async () => {
    const env = { DATABASE_URL: await newDatabase(), BINDERY_DATA_DIR: newFolder(), BINDERY_MASTER_KEY: masterKey };
    assert.equal((await run(['migrate'], env)).code, 0);
    await queryAsAdmin(env.DATABASE_URL, "insert into bindery_migrations values ('9999-the-future', 0)");
    for (const command of [['serve'], ['migrate'], ['org', 'list']]) {
      const { code, stderr } = await run(command, env);
      assert.equal(code, 78, stderr);
      assert.match(stderr.trim(), /^bindery: the store is newer than this program \(it has 9999-the-future\)[^\n]*$/);
    }
    const rows = await queryAsAdmin(env.DATABASE_URL, 'select 1 from signing_keys');
    assert.deepEqual(rows, []);
  });

  test('of two machines that start at the same time without a master key, one creates it and the other asks for it', async () => {
    const url = await newDatabase();
    const started = [newFolder(), newFolder()].map(async (folder) => ({
      folder,
      ...(await run(['migrate'], { DATABASE_URL: url, BINDERY_DATA_DIR: folder })),
    }));
    const [winner, loser] = (await Promise.all(started)).toSorted(
      (one, other) => Number(one.code) - Number(other.code),
    );
    assert.equal(winner?.code, 0);
    assert.ok(existsSync(join(winner.folder, 'master-key')));
    assert.equal(loser?.code, 78);
    assert.match(loser.stderr, /^bindery: the master key (?:of|does not belong to) the store at postgresql:/);
    // A key that opens nothing must not be left behind.
    assert.equal(existsSync(join(loser.folder, 'master-key')), false);
    const key = readFileSync(join(winner.folder, 'master-key'), 'utf8').trim();
    const again = await run(['org', 'list'], {
      DATABASE_URL: url,
      BINDERY_DATA_DIR: loser.folder,
      BINDERY_MASTER_KEY: key,
    });
    assert.equal(again.code, 0, again.stderr);
  });

  test('everything works through PgBouncer in transaction mode, with more clients than connections', async () => {
    await using bouncer = await startBouncer(cluster.adminUrl);
    const url = bouncer.urlOf(await newDatabase());
    const env = {
      DATABASE_URL: url,
      BINDERY_DATABASE_POOL: '20',
      BINDERY_MASTER_KEY: masterKey,
      BINDERY_PUBLIC_URL: 'https://id.example.com',
    };
    // At the same time, so that their migrations meet as well.
    const [first, second] = await Promise.all([startBindery({ env }), startBindery({ env })]);
    try {
      const client = await createClient(first);
      const asked = Array.from({ length: 100 }, (_, index) => getToken(index % 2 === 0 ? first : second, client));
      const [token = ''] = await Promise.all(asked);
      const made = await Promise.all(
        Array.from({ length: 40 }, (_, index) => makeBinder(index % 2 === 0 ? first : second, client, token)),
      );
      assert.deepEqual(new Set(made.map((answer) => answer.status)), new Set([201]));
      const list = (await (await readBinders(second, client, token)).json()) as { totalCount: number };
      assert.equal(list.totalCount, 40);
      await rotateSecret(first, client);
      await expectAuthenticated(second, client, false);
      const connections = await queryAsAdmin(
        cluster.adminUrl,
        `select count(*)::int as count from pg_stat_activity where datname = '${databaseOf(url)}'`,
      );
      assert.ok(Number(connections[0]?.['count']) <= serverConnectionsMax);
      await assertStoreIsWhole(first);
    } finally {
      await Promise.all([first[Symbol.asyncDispose](), second[Symbol.asyncDispose]()]);
    }
  });

  test('a server opens no more connections than configured, and answers all requests', async () => {
    await using bindery = await start({ BINDERY_DATABASE_POOL: '2' });
    const client = await createClient(bindery);
    const { client_id, client_secret } = client;
    const token = await getToken(bindery, client);
    const database = databaseOf(bindery.storeEnvironment['DATABASE_URL'] ?? '');
    let most = 0;
    let isOver = false;
    const watch = (async () => {
      while (!isOver) {
        const rows = await queryAsAdmin(
          cluster.adminUrl,
          `select count(*)::int as count from pg_stat_activity where datname = '${database}'`,
        );
        most = Math.max(most, Number(rows[0]?.['count']));
      }
    })();
    // Each introspection reads the store; token requests of one client share a reading and a write.
    const ask = () => postForm(bindery, '/oauth/introspect', { client_id, client_secret, token });
    const answers = await Promise.all(Array.from({ length: 200 }, ask));
    const bodies = await Promise.all(answers.map((answer) => answer.json()));
    assert.ok(bodies.every((body) => typeof body === 'object' && body !== null && 'active' in body && body.active));
    isOver = true;
    await watch;
    assert.equal(most, 2);
  });

  test('while the database is down, requests are 503 with Retry-After; the server recovers by itself, and nothing is half done', async () => {
    await using bindery = await start();
    const client = await createClient(bindery);
    const token = await getToken(bindery, client);
    assert.equal((await makeBinder(bindery, client, token)).status, 201);
    const load = startLoad(bindery, client, token);
    await waitFor(() => load.tokens.size > 20 || undefined);
    await cluster.stop();
    try {
      await assertUnavailable(bindery, client, token);
      const { code, stderr } = await bindery.cli(['org', 'list']);
      assert.equal(code, 1);
      assert.match(stderr.trim(), /^bindery: the store at postgresql:\/\/127\.0\.0\.1:\d+\/\w+ does not answer[^\n]*$/);
    } finally {
      await cluster.start();
    }
    const back = load.tokens.size;
    await waitFor(() => load.tokens.size > back + 20 || undefined);
    assert.equal((await fetch(`${bindery.url}/readyz`)).status, 200);
    const { binders } = await load.stop();

    await assertStoreIsWhole(bindery);
    const kept = await issuedTokenIds(bindery);
    assert.deepEqual(
      [...load.tokens].filter((id) => !kept.has(id)),
      [],
      'tokens without an audit entry',
    );
    const list = (await (await readBinders(bindery, client, await getToken(bindery, client))).json()) as {
      totalCount: number;
    };
    assert.ok(list.totalCount >= binders + 1, 'binders that were acknowledged are missing');
    assert.doesNotMatch(bindery.log(), new RegExp(new URL(cluster.adminUrl).password));
  });

  test('a database that hangs is 503 as well, and is used again once it answers', async () => {
    await using bindery = await start();
    const client = await createClient(bindery);
    const token = await getToken(bindery, client);
    cluster.freeze();
    try {
      await assertUnavailable(bindery, client, token);
    } finally {
      cluster.thaw();
    }
    await waitFor(async () => (await fetch(`${bindery.url}/readyz`)).ok || undefined);
    await getToken(bindery, client);
    await assertStoreIsWhole(bindery);
  });

  test('a connection terminated by PostgreSQL is replaced, and the process does not crash', async () => {
    await using bindery = await start();
    const client = await createClient(bindery);
    await Promise.all(Array.from({ length: 20 }, () => getToken(bindery, client)));
    const database = databaseOf(bindery.storeEnvironment['DATABASE_URL'] ?? '');
    const ended = await queryAsAdmin(
      cluster.adminUrl,
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${database}'`,
    );
    assert.ok(ended.length > 0);
    await waitFor(() => getToken(bindery, client).catch(() => undefined));
    assert.equal((await fetch(`${bindery.url}/healthz`)).status, 200);
  });

  test('of two deadlocked transactions one is retried, and both succeed', async () => {
    const config = loadConfig({ DATABASE_URL: await newDatabase() });
    const database = await openDatabase(config, 'create', 0);
    try {
      for (const name of ['a', 'b']) {
        await database.queries.insertInto('settings').values({ name, value: '' }).execute();
      }
      let waiting = 0;
      let runs = 0;
      const bothHoldOne = Promise.withResolvers<void>();
      const append = (queries: Queries, name: string, value: string) =>
        queries
          .updateTable('settings')
          .set((expression) => ({ value: expression(expression.ref('value'), '||', value) }))
          .where('name', '=', name)
          .execute();
      const change = (first: string, second: string, value: string) =>
        database.transaction(async (queries) => {
          runs += 1;
          await append(queries, first, value);
          waiting += 1;
          if (waiting === 2) {
            bothHoldOne.resolve();
          }
          await bothHoldOne.promise;
          await append(queries, second, value);
        });
      await Promise.all([change('a', 'b', 'x'), change('b', 'a', 'y')]);
      assert.equal(runs, 3);
      const rows = await database.queries
        .selectFrom('settings')
        .select('value')
        .where('name', 'in', ['a', 'b'])
        .execute();
      assert.deepEqual(
        rows.map(({ value }) => [...value].toSorted().join('')),
        ['xy', 'xy'],
      );
    } finally {
      await database.close();
    }
  });

  test('numbers are read as numbers, and text is sorted by its bytes, not by a language', async () => {
    const config = loadConfig({ DATABASE_URL: await newDatabase() });
    const { queries, close } = await openDatabase(config, 'create', 0);
    try {
      const names = ['b', 'B', 'a', '_', 'Å', 'A'];
      const at = Date.UTC(9999, 11, 31);
      for (const name of names) {
        await queries
          .insertInto('organizations')
          .values({
            id: name,
            name,
            state: 'active',
            api_clients_enabled: 1,
            created_at: at,
            updated_at: at,
            version: 1,
          })
          .execute();
      }
      const rows = await queries.selectFrom('organizations').select(['id', 'created_at']).orderBy('id').execute();
      assert.deepEqual(
        rows.map((row) => row.id),
        names.toSorted(),
      );
      assert.deepEqual(new Set(rows.map((row) => row.created_at)), new Set([at]));
      const totals = await queries
        .selectFrom('organizations')
        .select((expression) => [expression.fn.countAll().as('count'), expression.fn.sum('version').as('sum')])
        .executeTakeFirst();
      assert.deepEqual(totals, { count: 6, sum: 6 });
      // Every text column of every table, so that none is forgotten.
      const others = await sql`
        select table_name, column_name from information_schema.columns
        where table_schema = 'public' and data_type = 'text' and collation_name is distinct from 'C'`.execute(queries);
      assert.deepEqual(others.rows, []);
      // A text that PostgreSQL cannot store is not found, instead of failing.
      assert.deepEqual(await queries.selectFrom('users').selectAll().where('email', '=', 'a\0b').execute(), []);
    } finally {
      await close();
    }
  });

  test('a wrong user, password or database is reported in one sentence without the password', async () => {
    const right = new URL(await newDatabase());
    const wrong = [
      { change: { password: 'wrong-and-secret' }, says: /password authentication failed/ },
      { change: { pathname: '/nowhere' }, says: /database "nowhere" does not exist/ },
    ];
    for (const { change, says } of wrong) {
      const url = new URL(right.href);
      Object.assign(url, change);
      const { code, stderr } = await run(['serve'], { DATABASE_URL: url.href, BINDERY_DATA_DIR: newFolder() });
      assert.equal(code, 78);
      assert.match(stderr, says);
      assert.equal(stderr.trim().split('\n').length, 1, stderr);
      assert.ok(!stderr.includes(url.password));
    }
  });
}

const masterKey = Buffer.alloc(32, 3).toString('base64');

function run(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Finished> {
  return runProgram(process.execPath, [binderyCommand, ...args], { env: { ...cleanEnvironment(), PORT: '0', ...env } });
}

function databaseOf(url: string): string {
  return new URL(url).pathname.slice(1);
}

async function keySetOf(bindery: Bindery): Promise<readonly { readonly kid: string }[]> {
  const answer = await fetch(`${bindery.url}/.well-known/jwks.json`);
  return ((await answer.json()) as { keys: { kid: string }[] }).keys;
}

function headersOf(client: TestClient, token: string): Record<string, string> {
  return { authorization: `Bearer ${token}`, 'x-tenant-id': client.organization_id };
}

// The server's timeout plus that of a busy machine: a response must come before the database is back.
const answerMillisecondsMax = 15_000;

function readBinders(bindery: Bindery, client: TestClient, token: string): Promise<Response> {
  return fetch(`${bindery.url}/api/binders`, {
    headers: headersOf(client, token),
    signal: AbortSignal.timeout(answerMillisecondsMax),
  });
}

function makeBinder(bindery: Bindery, client: TestClient, token: string): Promise<Response> {
  return fetch(`${bindery.url}/api/binders`, {
    method: 'POST',
    headers: { ...headersOf(client, token), 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'Harbour', type: 'project' }),
    signal: AbortSignal.timeout(answerMillisecondsMax),
  });
}

/** Every kind of endpoint at the same time: those that need the store say so, the others keep working. */
async function assertUnavailable(bindery: Bindery, client: TestClient, token: string): Promise<void> {
  const { client_id, client_secret } = client;
  const post = (path: string, fields: Readonly<Record<string, string>>): Promise<Response> =>
    fetch(bindery.url + path, {
      method: 'POST',
      body: new URLSearchParams({ client_id, client_secret, ...fields }),
      signal: AbortSignal.timeout(answerMillisecondsMax),
    });
  const [oauth, api, ready] = await Promise.all([
    Promise.all([
      post('/connect/token', { grant_type: 'client_credentials' }),
      post('/connect/token', { grant_type: 'client_credentials', client_secret: 'wrong' }),
      post('/connect/token', { grant_type: 'refresh_token', refresh_token: 'unknown' }),
      post('/oauth/introspect', { token }),
      post('/oauth/revoke', { token }),
    ]),
    Promise.all([readBinders(bindery, client, token), makeBinder(bindery, client, token)]),
    fetch(`${bindery.url}/readyz`, { signal: AbortSignal.timeout(answerMillisecondsMax) }),
  ]);
  for (const answer of oauth) {
    assert.equal(answer.status, 503);
    assert.equal(answer.headers.get('retry-after'), '5');
    assert.equal(((await answer.json()) as { error: string }).error, 'temporarily_unavailable');
  }
  for (const answer of api) {
    assert.equal(answer.status, 503);
    assert.equal(answer.headers.get('retry-after'), '5');
    assert.match(answer.headers.get('content-type') ?? '', /^application\/problem\+json/);
    assert.equal(((await answer.json()) as { status: number }).status, 503);
  }
  assert.equal(ready.status, 503);
  // Tokens already issued can still be verified.
  assert.equal((await keySetOf(bindery)).length, 1);
  assert.equal((await fetch(`${bindery.url}/healthz`)).status, 200);
}

/** Requests tokens and creates binders until it is stopped; only what was acknowledged is remembered. */
function startLoad(bindery: Bindery, client: TestClient, token: string) {
  const tokens = new Set<string>();
  let binders = 0;
  let isOver = false;
  const loop = async (step: () => Promise<void>): Promise<void> => {
    while (!isOver) {
      await step().catch(() => undefined);
    }
  };
  const askForToken = async (): Promise<void> => {
    const [, payload = ''] = (await getToken(bindery, client)).split('.');
    const { jti } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { jti: string };
    tokens.add(jti);
  };
  const addBinder = async (): Promise<void> => {
    binders += Number((await makeBinder(bindery, client, token)).status === 201);
  };
  const loops = [...Array.from({ length: 6 }, () => loop(askForToken)), loop(addBinder), loop(addBinder)];
  return {
    tokens,
    async stop() {
      isOver = true;
      await Promise.all(loops);
      return { binders };
    },
  };
}
