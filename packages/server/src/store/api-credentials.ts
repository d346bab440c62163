import type { ApiCredential } from '../domain/api-credential.ts';
import type { Page } from '../domain/page.ts';
import type { Queries } from './database.ts';
import type { ApiCredentialsTable } from './schema.ts';

export async function insertApiCredential(queries: Queries, credential: ApiCredential): Promise<void> {
  await queries
    .insertInto('api_credentials')
    .values({
      id: credential.id,
      name: credential.name,
      audience: credential.audience,
      secret_hash: credential.secretHash.toString('base64url'),
      last_four: credential.lastFour,
      created_at: credential.createdAt,
    })
    .execute();
}

export async function findApiCredential(queries: Queries, id: string): Promise<ApiCredential | undefined> {
  const row = await queries.selectFrom('api_credentials').selectAll().where('id', '=', id).executeTakeFirst();
  return row && toCredential(row);
}

export async function listApiCredentials(queries: Queries, page: Page): Promise<readonly ApiCredential[]> {
  const rows = await queries
    .selectFrom('api_credentials')
    .selectAll()
    .orderBy('created_at')
    .orderBy('id')
    .limit(page.size)
    .offset(page.size * (page.number - 1))
    .execute();
  return rows.map(toCredential);
}

export async function countApiCredentials(queries: Queries): Promise<number> {
  const row = await queries
    .selectFrom('api_credentials')
    .select((expression) => expression.fn.countAll().as('count'))
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

export async function removeApiCredential(queries: Queries, id: string): Promise<ApiCredential | undefined> {
  const row = await queries.deleteFrom('api_credentials').where('id', '=', id).returningAll().executeTakeFirst();
  return row && toCredential(row);
}

function toCredential(row: ApiCredentialsTable): ApiCredential {
  return {
    id: row.id,
    name: row.name,
    audience: row.audience,
    secretHash: Buffer.from(row.secret_hash, 'base64url'),
    lastFour: row.last_four,
    createdAt: Number(row.created_at),
  };
}
