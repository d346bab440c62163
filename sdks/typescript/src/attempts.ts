import { BinderyClientError } from './client-error.ts';

const attemptsMax = 3;
const retryable = new Set(['endpoint_unreachable', 'endpoint_unavailable', 'rate_limited']);

/** The longest `Retry-After`, in seconds, that is waited for; a longer one is an error at once. */
export const retryAfterSecondsMax = 10;

/** Makes up to three attempts, with pauses between them; only failures that may be temporary are retried. */
export async function attempt<Value>(random: () => number, once: () => Promise<Value>): Promise<Value> {
  for (let attempts = 1; ; attempts += 1) {
    try {
      return await once();
    } catch (error) {
      const pauseSeconds = attempts < attemptsMax ? pauseAfter(error, attempts, random) : undefined;
      if (pauseSeconds === undefined) throw error;
      await new Promise((resolve) => setTimeout(resolve, pauseSeconds * 1000));
    }
  }
}

function pauseAfter(error: unknown, attempts: number, random: () => number): number | undefined {
  if (!(error instanceof BinderyClientError) || !retryable.has(error.code)) return undefined;
  const { retryAfterSeconds } = error;
  if (retryAfterSeconds !== undefined) {
    return retryAfterSeconds <= retryAfterSecondsMax ? retryAfterSeconds : undefined;
  }
  return 0.25 * 2 ** attempts * (0.5 + random() / 2);
}
