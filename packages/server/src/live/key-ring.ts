import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
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
import { isStoreUnavailable } from '../store/unavailable.ts';

/** A key that is ready for use. */
export interface RingKey extends Signer, KeyTimes {
  readonly publicJwk: PublicJwk;
  readonly publicKey: KeyObject;
}

/** The signing keys of this Bindery, as the store has them at this moment. */
export class KeyRing {
  readonly #context: ActionContext;
  #keys: readonly RingKey[] = [];
  #dataVersion: number | undefined;
  #begun = 0;
  #finished = 0;
  #refreshing: { readonly version: number; readonly done: Promise<void> } | undefined;

  constructor(context: ActionContext) {
    this.#context = context;
  }

  /** Makes the first key; and the next one when it is time, or when the configuration asks for another algorithm. */
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
    await this.refresh();
  }

  /** The key that signs now. */
  async signer(): Promise<RingKey> {
    await this.#refreshIfChanged();
    const key = signerAt(this.#keys, this.#context.now());
    if (key === undefined) {
      throw new Error('no signing key is valid now');
    }
    return key;
  }

  /** The keys that stand in the key set now; while the store does not answer, those that it had at last. */
  async published(): Promise<readonly RingKey[]> {
    if (this.#keys.length === 0) {
      await this.refresh();
    } else if (this.#hasChanged()) {
      const refreshed = this.#refreshIfChanged().catch(ignoreUnavailable);
      // A store that hangs is not waited for: verifying a token needs nothing else of it.
      await Promise.race([refreshed, setTimeout(refreshMilliseconds, undefined, { ref: false })]);
    }
    return this.#keys.filter((key) => isPublished(key, this.#context.now()));
  }

  async find(kid: string): Promise<RingKey | undefined> {
    return (await this.published()).find((key) => key.kid === kid);
  }

  /** Reads the keys from the store; throws when one cannot be opened. */
  async refresh(): Promise<void> {
    const { database, keys, now } = this.#context;
    const version = database.dataVersion();
    const number = ++this.#begun;
    const known = new Map(this.#keys.map((key) => [key.kid, key]));
    const stored = await listSigningKeys(database.queries, now());
    // What was asked for earlier may be answered later, and is older then.
    if (number > this.#finished) {
      this.#keys = stored.map((key) => ({ ...(known.get(key.kid) ?? open(key, keys.sealing)), ...timesOf(key) }));
      this.#dataVersion = version;
      this.#finished = number;
    }
  }

  #hasChanged(): boolean {
    return this.#context.database.dataVersion() !== this.#dataVersion;
  }

  /** Requests that see the same change wait for one reading of it. */
  async #refreshIfChanged(): Promise<void> {
    if (!this.#hasChanged()) {
      return;
    }
    const version = this.#context.database.dataVersion();
    if (this.#refreshing?.version !== version) {
      const done = this.refresh().finally(() => {
        if (this.#refreshing?.done === done) {
          this.#refreshing = undefined;
        }
      });
      this.#refreshing = { version, done };
    }
    await this.#refreshing.done;
  }
}

/** How long a look at the keys waits for the store, when there are keys already. */
const refreshMilliseconds = 500;

function ignoreUnavailable(error: unknown): void {
  if (!isStoreUnavailable(error)) {
    throw error;
  }
}

/** When another process is quicker, its key is as good. */
function ignoreConflict(error: unknown): void {
  if (!(error instanceof ApiError) || error.code !== 'conflict') {
    throw error;
  }
}

const systemActor: Actor = { type: 'system', id: null, address: null, userAgent: null, requestId: null };

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
