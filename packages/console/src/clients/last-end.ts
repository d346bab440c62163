import type { ApiClient } from './api-client.ts';

/** When the last live secret of a client ends; null when one has no end, undefined when none is live. */
export function lastEndOf({ secrets }: Pick<ApiClient, 'secrets'>): string | null | undefined {
  const ends = secrets.map(({ expiresAt }) => expiresAt);
  return ends.includes(null) ? null : ends.toSorted().at(-1);
}
