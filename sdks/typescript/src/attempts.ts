import { BinderyClientError } from './client-error.ts';

const attemptsMax = 3;
const repeatable = new Set(['endpoint_unreachable', 'endpoint_unavailable', 'rate_limited']);

/** The longest `Retry-After`, in seconds, that is waited for; a longer one is an error at once. */
export const retryAfterSecondsMax = 10;

/** Tries up to three times, with pauses; only what may pass by itself is tried again. */
export async function attempt<Value>(random: () => number, once: () => Promise<Value>): Promise<Value> {
  for (let made = 1; ; made += 1) {
    try {
      return await once();
    } catch (error) {
      const pauseSeconds = made < attemptsMax ? pauseAfter(error, made, random) : undefined;
      if (pauseSeconds === undefined) throw error;
      await new Promise((resolve) => setTimeout(resolve, pauseSeconds * 1000));
    }
  }
}

function pauseAfter(error: unknown, made: number, random: () => number): number | undefined {
  if (!(error instanceof BinderyClientError) || !repeatable.has(error.code)) return undefined;
  const asked = error.retryAfterSeconds;
  if (asked !== undefined) return asked <= retryAfterSecondsMax ? asked : undefined;
  return 0.25 * 2 ** made * (0.5 + random() / 2);
}
