import { ConfigurationError } from '../errors.ts';
import type { Backend, Database, OpenMode, StoreAddress } from './database.ts';
import { migrate, migrations, pendingMigrations } from './migrate.ts';
import { openPostgres } from './postgres/open.ts';
import { openSqlite } from './sqlite/open.ts';

/** Opens the store; with `create`, creates or upgrades it if needed. */
export async function openDatabase(address: StoreAddress, mode: OpenMode, now: number): Promise<Database> {
  const backend =
    address.databaseUrl === undefined
      ? openSqlite(address.dataDir, mode)
      : await openPostgres({ url: address.databaseUrl, poolSize: address.databasePoolSize });
  try {
    await bringUpToDate(backend, mode, now);
  } catch (error) {
    await backend.close();
    throw error;
  }
  return countingOwnChanges(backend);
}

/** A database only shows what other connections change, so our own transactions are counted here. */
function countingOwnChanges(backend: Backend): Database {
  let own = 0;
  return {
    ...backend,
    transaction: (action, { invalidatesCaches = true } = {}) =>
      backend.transaction(action).finally(() => {
        own += invalidatesCaches ? 1 : 0;
      }),
    // Both only ever grow, so the sum stays the same only if neither did.
    dataVersion: () => backend.dataVersion() + own,
  };
}

async function bringUpToDate(backend: Backend, mode: OpenMode, now: number): Promise<void> {
  const pending = await pendingMigrations(backend, backend.queries);
  if (pending.length === 0) {
    return;
  }
  if (mode === 'existing') {
    throw new ConfigurationError([
      pending.length === migrations.length
        ? `there is no store at ${backend.location}: start the server once, or create it with: bindery migrate`
        : 'the store is older than this program: start the server once, or run: bindery migrate',
    ]);
  }
  await migrate(backend, now);
}
