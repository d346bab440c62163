import type { ApiClient } from './api-client.ts';

/** When the last valid secret of a client expires; null if one never does, undefined if there is none. */
export function lastEndOf({ secrets }: Pick<ApiClient, 'secrets'>): string | null | undefined {
  const ends = secrets.map(({ expiresAt }) => expiresAt);
  return ends.includes(null) ? null : ends.toSorted().at(-1);
}
