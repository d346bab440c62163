import type { CutoffList, CutoffSource, GuardKey, KeySource } from '@bindery/guard';

/** Where a guard in this process has keys and cut-offs from. */
export interface GuardSources {
  readonly keys: KeySource;
  readonly cutoffs: CutoffSource;
}

/** Keys and cut-offs begin and end at their times too, whether the store changes or not. */
const askedAgainMilliseconds = 1000;

/**
 * Looks once for all requests that arrived together, that is once in a turn of the event loop, whether the store has
 * changed: that takes longer than all the rest of a decision. What a turn works off had begun to arrive before it
 * looked, so that nothing is missed that was acknowledged before a request was sent.
 */
export function oncePerTurn(
  { keys, cutoffs }: GuardSources,
  store: { readonly dataVersion: () => number; readonly now: () => number },
): GuardSources {
  let isFresh = false;
  let version = Number.NaN;
  let askedAt = 0;
  let found = new Map<string, GuardKey>();
  let list: CutoffList | undefined;

  function refresh(): void {
    if (isFresh) {
      return;
    }
    isFresh = true;
    setImmediate(() => {
      isFresh = false;
    });
    const seen = store.dataVersion();
    const now = store.now();
    const age = now - askedAt;
    if (seen !== version || age < 0 || age >= askedAgainMilliseconds) {
      version = seen;
      askedAt = now;
      found = new Map();
      list = undefined;
    }
  }

  async function ask(kid: string): Promise<GuardKey | undefined> {
    // Where it has to be waited for, the store may have changed meanwhile: then it is kept where nobody looks.
    const keptIn = found;
    const key = await keys.find(kid);
    if (key !== undefined) {
      keptIn.set(kid, key);
    }
    return key;
  }

  return {
    keys: {
      find(kid) {
        refresh();
        return found.get(kid) ?? ask(kid);
      },
    },
    cutoffs: {
      current() {
        refresh();
        if (list !== undefined) {
          return list;
        }
        const current = cutoffs.current();
        if (!(current instanceof Promise)) {
          list = current;
        }
        return current;
      },
    },
  };
}
