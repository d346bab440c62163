import type { ApiClient, ClientSecret } from '../domain/api-client.ts';
import type { Actor } from '../domain/audit-entry.ts';
import { newSecretOf } from '../domain/client-secret.ts';
import { liveSecretsMax } from '../domain/limits.ts';
import { ApiError } from '../errors.ts';
import { actionOn, type ClientTarget, changeClient, clientChanged, type NewSecret, readListed } from './clients.ts';
import type { ActionContext } from './context.ts';
import { cutOff } from './cut-off.ts';
import { recordAction } from './record-action.ts';

/** How a rotation treats the old secret: it works `overlapMilliseconds` longer, 0 ends every old one at once. */
export interface Rotation {
  readonly overlapMilliseconds: number;
  readonly secretExpiresAt: number | null;
}

/** Makes a second secret and gives the first an end; refuses a third while two live. */
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
        `two secrets of this client are live already; rotate again once the older has ended (${endsOf(live)}), or end both at once with: bindery client rotate ${before.id} --overlap now`,
      );
    }
    const client = await clients.update(before.id, before.version, {}, now);
    if (client === undefined) {
      throw clientChanged(target);
    }
    const endsAt = now + rotation.overlapMilliseconds;
    // A secret that ends sooner by itself is not given more time; with none live the last has ended already.
    const previousSecretExpiresAt = Math.max(
      ...live.map(({ expiresAt }) => Math.min(expiresAt ?? endsAt, endsAt)),
      now,
    );
    const secret = newSecretOf(client.id, {
      pepper: context.keys.pepper,
      expiresAt: rotation.secretExpiresAt,
      now,
    });
    await clients.endSecrets(client.id, endsAt);
    await clients.insertSecret(secret.stored);
    if (rotation.overlapMilliseconds === 0) {
      // It leaked: what somebody else got with it ends too.
      await cutOff(context, queries, { kind: 'client', id: client.id });
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

/** Moves the end of one live secret, to a moment (epoch milliseconds) or to this one. */
export async function setSecretEnd(
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
      throw new ApiError('not_found', 'there is no such live secret');
    }
    if (expiresAt < now) {
      throw new ApiError('invalid_input', 'the end lies in the past', { fields: { expiresAt: ['lies in the past'] } });
    }
    const client = await clients.update(before.id, before.version, {}, now);
    if (client === undefined) {
      throw clientChanged(target);
    }
    await clients.setSecretEnd(client.id, secret.id, expiresAt);
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

function endsOf(secrets: readonly ClientSecret[]): string {
  const first = Math.min(...secrets.map(({ expiresAt }) => expiresAt ?? Number.POSITIVE_INFINITY));
  return Number.isFinite(first) ? new Date(first).toISOString() : 'it has no end';
}
