import { randomUUID } from 'node:crypto';

/** The `X-Request-Id` of a request if it is plain, so that a proxy's log and ours share it; otherwise a new one. */
export function requestIdOr(received: string | undefined): string {
  return received !== undefined && /^[A-Za-z0-9_-]{8,64}$/.test(received) ? received : randomUUID();
}
