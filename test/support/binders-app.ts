import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { createGuard, type Guard } from '@bindery/guard';
import SQLite from 'better-sqlite3';
import Fastify, { type FastifyInstance } from 'fastify';
import { SignJWT } from 'jose';
import { Kysely, PostgresDialect, SqliteDialect } from 'kysely';
import pg from 'pg';
import { createBinders } from '../../packages/binders/src/binders.ts';
import { type BindersTables, bindersMigrations } from '../../packages/binders/src/table.ts';
import { createTestDatabase, testStore } from './postgres-databases.ts';

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const issuer = 'https://id.example.test';
const audience = 'https://api.example.test/api';

/** Two organizations that must never see each other's data. */
export const organizations = { first: randomUUID(), second: randomUUID() };

/** Creates an empty database for a test, dropped when the test ends. */
export async function openDatabase(test: TestContext): Promise<Kysely<BindersTables>> {
  const db = await (testStore === 'postgres' ? openPostgres(test) : openSqlite(test));
  for (const migration of bindersMigrations) await migration.up(db);
  return db;
}

async function openSqlite(test: TestContext): Promise<Kysely<BindersTables>> {
  const folder = await mkdtemp(join(tmpdir(), 'binders-'));
  const database = new SQLite(join(folder, 'binders.db'));
  const db = new Kysely<BindersTables>({ dialect: new SqliteDialect({ database }) });
  test.after(async () => {
    await db.destroy();
    await rm(folder, { recursive: true });
  });
  return db;
}

/** A plain connection: the store handles numbers itself, and does not depend on the order of text. */
async function openPostgres(test: TestContext): Promise<Kysely<BindersTables>> {
  const database = await createTestDatabase();
  const pool = new pg.Pool({ connectionString: database.url });
  // The database may be dropped before PostgreSQL has noticed that a connection was closed: it then says so to the
  // client, or to the pool if that has not let go of the client yet.
  pool.on('connect', (client) => client.on('error', () => undefined));
  pool.on('error', () => undefined);
  const db = new Kysely<BindersTables>({ dialect: new PostgresDialect({ pool }) });
  test.after(async () => {
    await db.destroy();
    await database.drop();
  });
  return db;
}

/** The guard that accepts the tokens of `headersOf`. */
export function createTestGuard(): Guard {
  const key = { kid: 'test', alg: 'ES256', key: publicKey };
  return createGuard({
    issuer,
    audience,
    tenantHeader: ['x-tenant-id', 'x-ibinder-tenantid'],
    errorsUrl: '/docs/errors',
    jwks: { source: { find: (kid) => (kid === 'test' ? key : undefined) } },
    cutoffs: false,
  });
}

/** A server with the Binders API under /api, not listening. */
export async function startApp(
  test: TestContext,
  options: { readonly now?: () => number; readonly randomBytes?: (size: number) => Uint8Array } = {},
): Promise<{ app: FastifyInstance; db: Kysely<BindersTables>; routes: { method: string; url: string }[] }> {
  const db = await openDatabase(test);
  const guard = createTestGuard();
  const app = Fastify();
  const routes: { method: string; url: string }[] = [];
  app.addHook('onRoute', ({ method, url }) => {
    for (const each of [method].flat()) routes.push({ method: each, url });
  });
  await app.register(createBinders({ db, guard, ...options }), { prefix: '/api' });
  await app.ready();
  test.after(() => app.close());
  return { app, db, routes };
}

/** The headers of a caller with a valid token. */
export async function headersOf(
  organizationId: string,
  access: 'read' | 'read_write' = 'read_write',
): Promise<Record<string, string>> {
  const token = await new SignJWT({ client_id: 'client', organization_id: organizationId, access, scope: 'public' })
    .setProtectedHeader({ typ: 'at+jwt', alg: 'ES256', kid: 'test' })
    .setIssuer(issuer)
    .setAudience(audience)
    .setSubject('client')
    .setJti(randomUUID())
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(privateKey);
  return { authorization: `Bearer ${token}`, 'x-tenant-id': organizationId };
}
