import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { type PostgresCluster, queryAsAdmin, startPostgresCluster } from './postgres-cluster.ts';

/** Which database the tests of this run keep their stores in: `BINDERY_TEST_STORE=postgres` or nothing. */
export const testStore: 'sqlite' | 'postgres' =
  process.env['BINDERY_TEST_STORE'] === 'postgres' ? 'postgres' : 'sqlite';

/** An empty database; `url` is what `DATABASE_URL` is set to. */
export interface TestDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

/** Creates an empty database in the cluster of this run. */
export async function createTestDatabase(): Promise<TestDatabase> {
  return createDatabaseIn(await sharedAdminUrl());
}

/**
 * Creates a database in the cluster of this run, as a copy of one that `prepare` has filled. The first to ask for a
 * `template` of this name, in any process, has it prepared; the others wait and copy.
 */
export async function copyTestDatabase(
  template: string,
  prepare: (url: string) => Promise<void>,
): Promise<TestDatabase> {
  const adminUrl = await sharedAdminUrl();
  const isPrepared = prepared.get(template) ?? prepareTemplate(adminUrl, template, prepare);
  prepared.set(template, isPrepared);
  await isPrepared;
  return createDatabaseIn(adminUrl, template);
}

const prepared = new Map<string, Promise<void>>();

async function prepareTemplate(adminUrl: string, name: string, prepare: (url: string) => Promise<void>): Promise<void> {
  const admin = new pg.Client({ connectionString: adminUrl });
  await admin.connect();
  try {
    // Held until the connection ends.
    await admin.query('select pg_advisory_lock(1)');
    const { rowCount } = await admin.query('select 1 from pg_database where datname = $1', [name]);
    if (rowCount !== 0) return;
    // It gets its name once it is whole.
    const unfinished = await createDatabaseIn(adminUrl);
    await prepare(unfinished.url);
    await admin.query(`alter database ${new URL(unfinished.url).pathname.slice(1)} rename to ${name}`);
  } finally {
    await admin.end();
  }
}

/** Creates a database in a cluster, empty or as a copy of another one. */
export async function createDatabaseIn(adminUrl: string, template = 'template1'): Promise<TestDatabase> {
  const name = `bindery_test_${randomBytes(8).toString('hex')}`;
  await queryAsAdmin(adminUrl, `create database ${name} template ${template}`);
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    drop: async () => {
      await queryAsAdmin(adminUrl, `drop database if exists ${name} with (force)`);
    },
  };
}

let own: Promise<PostgresCluster> | undefined;

/** The cluster that the whole run shares; for a file that runs alone, one of its own that ends with it. */
async function sharedAdminUrl(): Promise<string> {
  const shared = process.env['BINDERY_TEST_POSTGRES_URL'];
  if (shared !== undefined) {
    return shared;
  }
  own ??= startPostgresCluster({ isDurable: false });
  return (await own).adminUrl;
}
