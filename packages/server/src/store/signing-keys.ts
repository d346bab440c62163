import type { PublicJwk, SigningAlgorithm, StoredSigningKey } from '../domain/signing-key.ts';
import type { Queries } from './database.ts';
import { readStoredSetting } from './settings.ts';

/** All keys that are not retired at `now`, in the order in which they start to sign. */
export async function listSigningKeys(queries: Queries, now: number): Promise<readonly StoredSigningKey[]> {
  const rows = await queries
    .selectFrom('signing_keys')
    .selectAll()
    .where((expression) => expression.or([expression('retires_at', 'is', null), expression('retires_at', '>', now)]))
    .orderBy('signs_from')
    .orderBy('kid')
    .execute();
  return rows.map((row) => ({
    kid: row.kid,
    // Written by `insertSigningKey` from the same types.
    algorithm: row.algorithm as SigningAlgorithm,
    publicJwk: JSON.parse(row.public_jwk) as PublicJwk,
    sealedPrivateKey: row.sealed_private_key,
    publishedAt: Number(row.published_at),
    signsFrom: Number(row.signs_from),
    retiresAt: row.retires_at === null ? null : Number(row.retires_at),
  }));
}

export async function insertSigningKey(queries: Queries, key: StoredSigningKey): Promise<void> {
  await queries
    .insertInto('signing_keys')
    .values({
      kid: key.kid,
      algorithm: key.algorithm,
      public_jwk: JSON.stringify(key.publicJwk),
      sealed_private_key: key.sealedPrivateKey,
      published_at: key.publishedAt,
      signs_from: key.signsFrom,
      retires_at: key.retiresAt,
    })
    .execute();
}

/** Lets every key but one retire at a moment (epoch milliseconds), unless it already has an end. */
export async function retireOtherKeys(queries: Queries, kid: string, retiresAt: number): Promise<void> {
  await queries
    .updateTable('signing_keys')
    .set({ retires_at: retiresAt })
    .where('kid', '!=', kid)
    .where('retires_at', 'is', null)
    .execute();
}

const newestKeySetting = 'newest_signing_key';

/** The id of the newest key, which may have been retired since; undefined before the first. */
export function readNewestKeyName(queries: Queries): Promise<string | undefined> {
  return readStoredSetting(queries, newestKeySetting);
}

/** Replaces the id of the newest key: of two processes that rotate at once, one succeeds. */
export async function replaceNewestKey(queries: Queries, before: string | undefined, kid: string): Promise<boolean> {
  const replaced =
    before === undefined
      ? await queries
          .insertInto('settings')
          .values({ name: newestKeySetting, value: kid })
          .onConflict((conflict) => conflict.column('name').doNothing())
          .returning('name')
          .executeTakeFirst()
      : await queries
          .updateTable('settings')
          .set({ value: kid })
          .where('name', '=', newestKeySetting)
          .where('value', '=', before)
          .returning('name')
          .executeTakeFirst();
  return replaced !== undefined;
}
