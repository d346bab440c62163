import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import type { ActionContext } from '../actions/context.ts';
import type { Signer } from '../domain/access-token.ts';
import { seal, unseal } from '../domain/master-key.ts';
import { isPublished, type KeyTimes, newSigningKey, type PublicJwk, signerAt } from '../domain/signing-key.ts';
import { insertAuditEntry } from '../store/audit.ts';
import type { Queries } from '../store/database.ts';
import { insertSigningKey, listSigningKeys, retireOtherKeys, type StoredSigningKey } from '../store/signing-keys.ts';

/** How long callers may keep the key set; a new key is published for longer than that before it signs. */
export const keySetMaxAgeSeconds = 300;

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

  constructor(context: ActionContext) {
    this.#context = context;
  }

  /** Makes the first key, or the next one when the configuration asks for another algorithm. */
  async ensureKey(): Promise<void> {
    const { config, now } = this.#context;
    await this.refresh();
    if (this.#keys.some((key) => key.algorithm === config.signingAlgorithm && key.retiresAt === null)) {
      return;
    }
    const { publicJwk, privateKey } = await newSigningKey(config.signingAlgorithm, config.rsaBits);
    const sealedPrivateKey = seal(
      privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      this.#context.keys.sealing,
      sealContext(publicJwk.kid),
    );
    await this.#context.database.transaction(async (queries) => {
      const others = await listSigningKeys(queries, now());
      if (!others.some((key) => key.algorithm === config.signingAlgorithm && key.retiresAt === null)) {
        await addKey(queries, this.#context, { publicJwk, sealedPrivateKey }, others);
      }
    });
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

  /** The keys that stand in the key set now. */
  async published(): Promise<readonly RingKey[]> {
    await this.#refreshIfChanged();
    return this.#keys.filter((key) => isPublished(key, this.#context.now()));
  }

  async find(kid: string): Promise<RingKey | undefined> {
    return (await this.published()).find((key) => key.kid === kid);
  }

  /** Reads the keys from the store; throws when one cannot be opened. */
  async refresh(): Promise<void> {
    const { database, keys, now } = this.#context;
    const version = database.dataVersion();
    const known = new Map(this.#keys.map((key) => [key.kid, key]));
    const stored = await listSigningKeys(database.queries, now());
    this.#keys = stored.map((key) => ({ ...(known.get(key.kid) ?? open(key, keys.sealing)), ...timesOf(key) }));
    this.#dataVersion = version;
  }

  async #refreshIfChanged(): Promise<void> {
    if (this.#context.database.dataVersion() !== this.#dataVersion) {
      await this.refresh();
    }
  }
}

async function addKey(
  queries: Queries,
  context: ActionContext,
  made: Pick<StoredSigningKey, 'publicJwk' | 'sealedPrivateKey'>,
  others: readonly StoredSigningKey[],
): Promise<void> {
  const now = context.now();
  const { kid, alg } = made.publicJwk;
  // The very first key signs at once: nobody can have an older key set. Any other waits until all caches have it.
  const signsFrom = others.length === 0 ? now : now + (keySetMaxAgeSeconds + 60) * 1000;
  await insertSigningKey(queries, { kid, algorithm: alg, ...made, publishedAt: now, signsFrom, retiresAt: null });
  await retireOtherKeys(queries, kid, signsFrom + (context.config.accessTokenLifetimeSeconds + 60) * 1000);
  await insertAuditEntry(queries, {
    at: now,
    actor: { type: 'system', id: null, address: null, userAgent: null, requestId: null },
    organizationId: null,
    action: 'signing_key.create',
    target: { type: 'signing_key', id: kid },
    outcome: 'done',
    details: { algorithm: alg, signs_from: signsFrom },
  });
}

function open(stored: StoredSigningKey, sealingKey: Buffer): RingKey {
  const privateKey = createPrivateKey(unseal(stored.sealedPrivateKey, sealingKey, sealContext(stored.kid)));
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

function sealContext(kid: string): string {
  return `signing key ${kid}`;
}
