import type { Actor } from '../domain/audit-entry.ts';
import { clockToleranceSeconds } from '../domain/limits.ts';
import { seal } from '../domain/master-key.ts';
import {
  newestOf,
  newSigningKey,
  type SigningAlgorithm,
  type StoredSigningKey,
  sealContextOf,
} from '../domain/signing-key.ts';
import { ApiError } from '../errors.ts';
import {
  insertSigningKey,
  listSigningKeys,
  readNewestKeyName,
  replaceNewestKey,
  retireOtherKeys,
} from '../store/signing-keys.ts';
import type { ActionContext } from './context.ts';
import { recordAction } from './record-action.ts';

/** All keys that are not retired, in the order in which they start to sign. */
export function readSigningKeys(context: ActionContext): Promise<readonly StoredSigningKey[]> {
  return listSigningKeys(context.database.queries, context.now());
}

/** Creates the next key; throws `conflict` while one is waiting to sign, and for the slower of two at once. */
export async function rotateSigningKey(context: ActionContext, actor: Actor): Promise<StoredSigningKey> {
  const { algorithm } = await readNewest(context);
  const created = await addSigningKey(context, actor, { algorithm });
  if (created === undefined) {
    throw new ApiError('conflict', 'another process rotated the key at the same time');
  }
  return created;
}

/** The algorithm of a new key, and whether it is wanted given the keys there are. */
export interface KeyRequest {
  readonly algorithm: SigningAlgorithm;
  readonly isWanted?: (keys: readonly StoredSigningKey[]) => boolean;
}

/**
 * Adds a key after the newest one; undefined if none is wanted or another process was faster. The very first key signs
 * at once, because nobody can have an older key set; any other is published first until all caches have it.
 */
export async function addSigningKey(
  context: ActionContext,
  actor: Actor,
  { algorithm, isWanted }: KeyRequest,
): Promise<StoredSigningKey | undefined> {
  const { config, database, keys } = context;
  // The name before the keys: a key that another process adds after this is noticed when the name is replaced.
  const newestName = await readNewestKeyName(database.queries);
  const before = await listSigningKeys(database.queries, context.now());
  if (isWanted?.(before) === false) {
    return undefined;
  }
  refuseWhileOneWaits(before, context.now());
  const { publicJwk, privateKey } = await newSigningKey(algorithm, config.rsaBits);
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const now = context.now();
  const key: StoredSigningKey = {
    kid: publicJwk.kid,
    algorithm,
    publicJwk,
    sealedPrivateKey: seal(pem, keys.sealing, sealContextOf(publicJwk.kid)),
    publishedAt: now,
    signsFrom: before.length === 0 ? now : now + publishAheadSeconds(config.keySetMaxAgeSeconds) * 1000,
    retiresAt: null,
  };
  return database.transaction(async (queries) => {
    if (!(await replaceNewestKey(queries, newestName, key.kid))) {
      return undefined;
    }
    await insertSigningKey(queries, key);
    await retireOtherKeys(
      queries,
      key.kid,
      key.signsFrom + (config.accessTokenLifetimeSeconds + clockToleranceSeconds) * 1000,
    );
    await recordAction(context, queries, {
      actor,
      organizationId: null,
      action: 'signing_key.create',
      target: { type: 'signing_key', id: key.kid },
      details: { algorithm, signs_from: key.signsFrom },
    });
    return key;
  });
}

/** Longer than anyone may cache the key set, by a fifth and at least a second. */
function publishAheadSeconds(keySetMaxAgeSeconds: number): number {
  return Math.ceil(keySetMaxAgeSeconds * 1.2) + 1;
}

function refuseWhileOneWaits(keys: readonly StoredSigningKey[], now: number): void {
  const waiting = keys.find((key) => key.signsFrom > now);
  if (waiting !== undefined) {
    throw new ApiError(
      'conflict',
      `a new key is already published and signs from ${new Date(waiting.signsFrom).toISOString()}; rotate again after that`,
    );
  }
}

async function readNewest(context: ActionContext): Promise<StoredSigningKey> {
  const newest = newestOf(await readSigningKeys(context));
  if (newest === undefined) {
    throw new ApiError('not_found', 'the store has no signing key yet; start the server once');
  }
  return newest;
}
