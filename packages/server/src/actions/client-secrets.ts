import type { ApiClient, ClientSecret } from '../domain/api-client.ts';
import type { Actor } from '../domain/audit-entry.ts';
import { newSecretOf } from '../domain/client-secret.ts';
import { expiredSecretsMax, liveSecretsMax } from '../domain/limits.ts';
import { ApiError } from '../errors.ts';
import { actionOn, type ClientTarget, changeClient, clientChanged, type NewSecret, readListed } from './clients.ts';
import type { ActionContext } from './context.ts';
import { cutOff } from './cut-off.ts';
import { recordAction } from './record-action.ts';

/** How a rotation treats old secrets: they work for `overlapMilliseconds` more; with 0 they expire at once. */
export interface Rotation {
  readonly overlapMilliseconds: number;
  readonly secretExpiresAt: number | null;
}

/** Creates a second secret and sets an expiry for the first; throws `conflict` while two are valid. */
export async function rotateSecret(
  context: ActionContext,
  actor: Actor,
  target: ClientTarget,
  rotation: Rotation,
): Promise<NewSecret & { readonly previousSecretExpiresAt: number }> {
  return changeClient(context, target, async (queries, clients, before) => {
    const now = context.now();
    const live = await clients.liveSecrets(before.id, now);
    if (live.length >= liveSecretsMax && rotation.overlapMilliseconds > 0) {
      throw new ApiError(
        'conflict',
        `this client already has two valid secrets; rotate again once the older one has expired (${firstExpiryOf(live)}), or expire both at once with: bindery client rotate ${before.id} --overlap now`,
      );
    }
    const client = await clients.update(before.id, before.version, {}, now);
    if (client === undefined) {
      throw clientChanged(target);
    }
    const endsAt = now + rotation.overlapMilliseconds;
    // A secret that expires sooner anyway gets no more time; without a valid one, the last has expired already.
    const previousSecretExpiresAt = Math.max(
      ...live.map(({ expiresAt }) => Math.min(expiresAt ?? endsAt, endsAt)),
      now,
    );
    const secret = newSecretOf(client.id, {
      pepper: context.keys.pepper,
      expiresAt: rotation.secretExpiresAt,
      now,
    });
    await clients.expireSecrets(client.id, endsAt);
    await clients.insertSecret(secret.stored);
    await clients.removeOldSecrets(client.id, now, expiredSecretsMax);
    if (rotation.overlapMilliseconds === 0) {
      // It leaked: tokens that somebody else got with it are revoked too.
      await cutOff(context, queries, { kind: 'client', id: client.id, organizationId: client.organizationId });
    }
    await recordAction(context, queries, {
      ...actionOn(client, actor, 'client.rotate_secret'),
      details: {
        secret_last_four: secret.stored.lastFour,
        secret_expires_at: secret.stored.expiresAt,
        previous_secret_expires_at: previousSecretExpiresAt,
      },
    });
    const listed = await readListed(queries, client, now);
    return { client, listed, clientSecret: secret.clientSecret, previousSecretExpiresAt };
  });
}

/** Sets the expiry of one valid secret, to a moment (epoch milliseconds) or to now. */
export async function setSecretExpiry(
  context: ActionContext,
  actor: Actor,
  target: ClientTarget & { readonly secretId: string },
  end: number | 'now',
): Promise<ApiClient> {
  return changeClient(context, target, async (queries, clients, before) => {
    const now = context.now();
    const expiresAt = end === 'now' ? now : end;
    const secret = (await clients.liveSecrets(before.id, now)).find(({ id }) => id === target.secretId);
    if (secret === undefined) {
      throw new ApiError('not_found', 'secret not found, or no longer valid');
    }
    if (expiresAt < now) {
      throw new ApiError('invalid_input', 'the expiry date is in the past', {
        fields: { expiresAt: ['is in the past'] },
      });
    }
    const client = await clients.update(before.id, before.version, {}, now);
    if (client === undefined) {
      throw clientChanged(target);
    }
    await clients.setSecretExpiry(client.id, secret.id, expiresAt);
    await recordAction(context, queries, {
      ...actionOn(client, actor, expiresAt === now ? 'client.end_secret' : 'client.move_secret_end'),
      details: {
        secret_last_four: secret.lastFour,
        before: { expires_at: secret.expiresAt },
        after: { expires_at: expiresAt },
      },
    });
    return client;
  });
}

function firstExpiryOf(secrets: readonly ClientSecret[]): string {
  const first = Math.min(...secrets.map(({ expiresAt }) => expiresAt ?? Number.POSITIVE_INFINITY));
  return Number.isFinite(first) ? new Date(first).toISOString() : 'it never expires';
}
