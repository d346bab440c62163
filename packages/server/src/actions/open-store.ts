import { join } from 'node:path';
import type { Config } from '../config.ts';
import { createMasterKeyFile, readMasterKeyFile, removeMasterKeyFile } from '../data-folder/master-key-file.ts';
import { type DerivedKeys, deriveKeys } from '../domain/master-key.ts';
import { ConfigurationError } from '../errors.ts';
import type { Database, OpenMode } from '../store/database.ts';
import { openDatabase } from '../store/open.ts';
import { initializeStoredSetting, readStoredSetting } from '../store/settings.ts';
import type { ActionContext } from './context.ts';

/** Opens the store and the keys that belong to it; throws a `ConfigurationError` if they do not match. */
export async function openStore(config: Config, mode: OpenMode, now: () => number): Promise<ActionContext> {
  const database = await openDatabase(config, mode, now());
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
  if (existing !== undefined) {
    return checkedKeys(database, existing);
  }
  if (expected !== undefined || mode === 'existing') {
    const file = join(config.dataDir, 'master-key');
    throw new ConfigurationError([
      `the master key of the store at ${database.location} is missing: restore the file ${file}, or set BINDERY_MASTER_KEY`,
    ]);
  }
  const created = createMasterKeyFile(config.dataDir);
  try {
    return await checkedKeys(database, created);
  } catch (error) {
    if (error instanceof ConfigurationError) {
      // Another machine was faster to give the store its key, and this file must not look like that key.
      removeMasterKeyFile(config.dataDir, created);
    }
    throw error;
  }
}

/** The keys derived from a master key, if it is the store's; a new store belongs to the first key it is opened with. */
async function checkedKeys(database: Database, masterKey: Buffer): Promise<DerivedKeys> {
  const keys = deriveKeys(masterKey);
  await initializeStoredSetting(database.queries, checkSetting, keys.check);
  if ((await readStoredSetting(database.queries, checkSetting)) !== keys.check) {
    throw new ConfigurationError([
      `the master key does not belong to the store at ${database.location}: use the one that the store was created with`,
    ]);
  }
  return keys;
}
