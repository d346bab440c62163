import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import type { ActionContext } from '../actions/context.ts';
import { addSigningKey } from '../actions/signing-keys.ts';
import type { Signer } from '../domain/access-token.ts';
import type { Actor } from '../domain/audit-entry.ts';
import { dayMilliseconds } from '../domain/duration.ts';
import { unseal } from '../domain/master-key.ts';
import {
  isPublished,
  type KeyTimes,
  newestOf,
  type PublicJwk,
  type StoredSigningKey,
  sealContextOf,
  signerAt,
} from '../domain/signing-key.ts';
import { ApiError } from '../errors.ts';
import { listSigningKeys } from '../store/signing-keys.ts';
import { VersionedCache } from './versioned-cache.ts';

/** A key that is ready for use. */
export interface RingKey extends Signer, KeyTimes {
  readonly publicJwk: PublicJwk;
  readonly publicKey: KeyObject;
}

const systemActor: Actor = { type: 'system', id: null, address: null, userAgent: null, requestId: null };

/** While the store does not answer, verifying a token needs nothing else of it: a key serves until it retires. */
const staleOptions = { staleMilliseconds: Number.POSITIVE_INFINITY };

/** The signing keys, as the store has them now. */
export class KeyRing {
  readonly #context: ActionContext;
  readonly #cache: VersionedCache<'keys', readonly RingKey[]>;

  constructor(context: ActionContext) {
    this.#context = context;
    this.#cache = new VersionedCache({
      version: () => context.database.dataVersion(),
      now: context.now,
      read: (_key, known) => this.#readKeys(known ?? []),
      entriesMax: 1,
    });
  }

  /** Creates the first key, and the next one when it is due or the configuration asks for another algorithm. */
  async rotateWhenDue(): Promise<void> {
    const { config, now } = this.#context;
    const isWanted = (keys: readonly StoredSigningKey[]): boolean => {
      const newest = newestOf(keys);
      return (
        newest === undefined ||
        (newest.signsFrom <= now() &&
          (newest.algorithm !== config.signingAlgorithm ||
            newest.signsFrom + config.keyRotationDays * dayMilliseconds <= now()))
      );
    };
    const request = { algorithm: config.signingAlgorithm, isWanted };
    await addSigningKey(this.#context, systemActor, request).catch(ignoreConflict);
    // Another process may have been faster, in a store that does not say when it changes.
    await this.refresh();
  }

  /** The key that signs now. */
  signer(): RingKey | Promise<RingKey> {
    const keys = this.#cache.get('keys');
    return keys instanceof Promise ? keys.then((read) => this.#signerOf(read)) : this.#signerOf(keys);
  }

  /** The keys in the key set now; while the store does not answer, those that were known last. */
  async published(): Promise<readonly RingKey[]> {
    const keys = (await this.#cache.getOrStale('keys', staleOptions)) ?? [];
    return keys.filter((key) => isPublished(key, this.#context.now()));
  }

  async find(kid: string): Promise<RingKey | undefined> {
    return (await this.published()).find((key) => key.kid === kid);
  }

  /** Reads the keys from the store; throws if one cannot be opened. */
  async refresh(): Promise<void> {
    await this.#cache.refresh('keys');
  }

  async #readKeys(known: readonly RingKey[]): Promise<readonly RingKey[]> {
    const { database, keys, now } = this.#context;
    const opened = new Map(known.map((key) => [key.kid, key]));
    const stored = await listSigningKeys(database.queries, now());
    return stored.map((key) => ({ ...(opened.get(key.kid) ?? open(key, keys.sealing)), ...timesOf(key) }));
  }

  #signerOf(keys: readonly RingKey[]): RingKey {
    const key = signerAt(keys, this.#context.now());
    if (key === undefined) {
      throw new Error('no signing key is valid now');
    }
    return key;
  }
}

/** If another process was faster, its key is as good. */
function ignoreConflict(error: unknown): void {
  if (!(error instanceof ApiError) || error.code !== 'conflict') {
    throw error;
  }
}

function open(stored: StoredSigningKey, sealingKey: Buffer): RingKey {
  const privateKey = createPrivateKey(unseal(stored.sealedPrivateKey, sealingKey, sealContextOf(stored.kid)));
  return {
    ...timesOf(stored),
    kid: stored.kid,
    algorithm: stored.algorithm,
    publicJwk: stored.publicJwk,
    privateKey,
    publicKey: createPublicKey(privateKey),
  };
}

function timesOf({ publishedAt, signsFrom, retiresAt }: KeyTimes): KeyTimes {
  return { publishedAt, signsFrom, retiresAt };
}
