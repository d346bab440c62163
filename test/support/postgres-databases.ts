import { randomBytes } from 'node:crypto';
import { type PostgresCluster, queryAsAdmin, startPostgresCluster } from './postgres-cluster.ts';

/** Which database the tests of this run keep their stores in: `BINDERY_TEST_STORE=postgres` or nothing. */
export const testStore: 'sqlite' | 'postgres' =
  process.env['BINDERY_TEST_STORE'] === 'postgres' ? 'postgres' : 'sqlite';

/** An empty database; `url` is what `DATABASE_URL` is set to. */
export interface TestDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

/** Makes an empty database in the cluster of this run. */
export async function createTestDatabase(): Promise<TestDatabase> {
  return createDatabaseIn(await sharedAdminUrl());
}

/** Makes an empty database in a cluster. */
export async function createDatabaseIn(adminUrl: string): Promise<TestDatabase> {
  const name = `bindery_test_${randomBytes(8).toString('hex')}`;
  await queryAsAdmin(adminUrl, `create database ${name}`);
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
  own ??= startPostgresCluster();
  return (await own).adminUrl;
}
