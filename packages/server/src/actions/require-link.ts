import type { OneTimeLink } from '../domain/one-time-link.ts';
import { ApiError, type Refusal } from '../errors.ts';
import { findLink } from '../store/one-time-links.ts';
import type { ActionContext } from './context.ts';

/** A link that works; throws `not_found` with the true reason for the audit log. Using it up decides races. */
export async function requireLink(
  context: ActionContext,
  kinds: readonly OneTimeLink['kind'][],
  tokenHash: string,
): Promise<OneTimeLink> {
  const found = await findLink(context.database.queries, kinds, tokenHash);
  if (found === undefined) {
    throw invalidLink({ reason: 'unknown_link' });
  }
  const { link, makerMay } = found;
  if (link.expiresAt <= context.now() || !makerMay) {
    throw invalidLink({
      reason: makerMay ? 'expired_link' : 'maker_without_right',
      userId: link.userId ?? undefined,
      organizationId: link.organizationId,
    });
  }
  return link;
}

/** Thrown for a one-time link that does not work, or not any more; every cause reads the same. */
export function invalidLink(refusal: Refusal): ApiError {
  return new ApiError('not_found', 'the link is invalid, already used or expired; ask for a new one', { refusal });
}
