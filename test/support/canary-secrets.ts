import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import type { Bindery } from './bindery.ts';
import { openStoreForTest } from './stores.ts';

/** The secrets of a scenario, by what they are; none may be found again. */
export class Canaries {
  readonly #secrets = new Map<string, string>();

  get size(): number {
    return this.#secrets.size;
  }

  /** Remembers a secret, and returns it. */
  add(what: string, secret: string): string {
    if (secret.length < 12) {
      throw new Error(`${what} is too short to be looked for`);
    }
    this.#secrets.set(secret, what);
    return secret;
  }

  /** Those that a text contains, in any encoding. */
  foundIn(text: string): readonly string[] {
    return [...this.#secrets]
      .filter(([secret]) => disguises(secret).some((disguise) => text.includes(disguise)))
      .map(([, what]) => what);
  }
}

/** The encodings in which a secret may hide in a text. */
function disguises(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  return [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('base64url'),
    bytes.toString('hex'),
  ];
}

/** Every value of every table as text, and on SQLite also the bytes of its files, which keep what was deleted. */
export async function readWholeStore(bindery: Pick<Bindery, 'storeEnvironment'>): Promise<string> {
  await using store = await openStoreForTest(bindery);
  const texts: string[] = [];
  for (const { name } of await store.database.queries.introspection.getTables()) {
    const { rows } = await sql<Record<string, unknown>>`select * from ${sql.table(name)}`.execute(
      store.database.queries,
    );
    texts.push(`${name} ${rows.map((row) => Object.values(row).join(' ')).join('\n')}`);
  }
  if (store.database.kind === 'sqlite') {
    const folder = bindery.storeEnvironment.BINDERY_DATA_DIR;
    for (const name of readdirSync(folder).filter((file) => file.startsWith('bindery.db'))) {
      texts.push(readFileSync(join(folder, name), 'latin1'));
    }
  }
  return texts.join('\n');
}
