import { useCallback, useRef, useState } from 'react';
import { type Problem, toProblem } from './problem.ts';
import { refresh } from './queries.ts';

/** A change that a person asks for: whether it is pending, and why it failed. */
export interface Action<Input extends readonly unknown[]> {
  readonly run: (...input: Input) => Promise<boolean>;
  readonly isPending: boolean;
  readonly problem: Problem | undefined;
  readonly clear: () => void;
}

/** Makes an action of `work`. A second run while one is pending does nothing; afterwards all queries are refreshed. */
export function useAction<Input extends readonly unknown[]>(
  work: (...input: Input) => Promise<unknown>,
): Action<Input> {
  const [isPending, setPending] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const busy = useRef(false);
  const latest = useRef(work);
  latest.current = work;
  const run = useCallback(async (...input: Input) => {
    if (busy.current) return false;
    busy.current = true;
    setPending(true);
    setProblem(undefined);
    try {
      await latest.current(...input);
      void refresh();
      return true;
    } catch (error) {
      const found = toProblem(error);
      if (found.code !== 'cancelled') setProblem(found);
      return false;
    } finally {
      busy.current = false;
      setPending(false);
    }
  }, []);
  const clear = useCallback(() => setProblem(undefined), []);
  return { run, isPending, problem, clear };
}
