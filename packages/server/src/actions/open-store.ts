import type { Config } from '../config.ts';
import { type DerivedKeys, deriveKeys } from '../domain/master-key.ts';
import { ConfigurationError } from '../errors.ts';
import { type Database, type OpenMode, openDatabase } from '../store/database.ts';
import { makeMasterKeyFile, readMasterKeyFile } from '../store/master-key-file.ts';
import { initializeStoredSetting, readStoredSetting } from '../store/settings.ts';
import type { ActionContext } from './context.ts';

/** Opens the store and the keys that belong to it; throws a `ConfigurationError` when they do not fit. */
export async function openStore(config: Config, mode: OpenMode, now: () => number): Promise<ActionContext> {
  const database = await openDatabase(config.dataDir, mode, now());
  try {
    const keys = await openKeys(config, database, mode);
    return { config, database, keys, now };
  } catch (error) {
    await database.close();
    throw error;
  }
}

const checkSetting = 'master_key_check';

async function openKeys(config: Config, database: Database, mode: OpenMode): Promise<DerivedKeys> {
  const expected = await readStoredSetting(database.queries, checkSetting);
  const existing = config.masterKey ?? readMasterKeyFile(config.dataDir);
  if (existing === undefined && (expected !== undefined || mode === 'existing')) {
    throw new ConfigurationError([
      `the master key of the store at ${database.location} is missing: restore the file master-key beside it, or set BINDERY_MASTER_KEY`,
    ]);
  }
  const keys = deriveKeys(existing ?? makeMasterKeyFile(config.dataDir));
  await initializeStoredSetting(database.queries, checkSetting, keys.check);
  if ((await readStoredSetting(database.queries, checkSetting)) !== keys.check) {
    throw new ConfigurationError([
      `the master key does not belong to the store at ${database.location}: give the one that the store was made with`,
    ]);
  }
  return keys;
}
