import { type InfiniteData, type UseInfiniteQueryResult, useInfiniteQuery } from '@tanstack/react-query';
import { type Answer, type CallInput, call } from './call.ts';

/** One page of a log and the cursor of the next. */
export interface LogPage<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
}

/** A log that is loaded page by page, newest first. */
export type Log<Item> = UseInfiniteQueryResult<InfiniteData<Answer<LogPage<Item>>>, Error>;

/** Loads the activity of a client, newest first. */
export function useActivity(input: CallInput<'listActivity'>) {
  return useLog(['listActivity', input], (before, signal) =>
    call('listActivity', { ...input, query: { ...input.query, ...before } }, signal),
  );
}

/** Loads the audit log of an organization, newest first. */
export function useAudit(input: CallInput<'listAudit'>) {
  return useLog(['listAudit', input], (before, signal) =>
    call('listAudit', { ...input, query: { ...input.query, ...before } }, signal),
  );
}

function useLog<Item>(
  queryKey: readonly unknown[],
  read: (before: { readonly before?: string }, signal: AbortSignal) => Promise<Answer<LogPage<Item>>>,
): Log<Item> {
  return useInfiniteQuery<
    Answer<LogPage<Item>>,
    Error,
    InfiniteData<Answer<LogPage<Item>>>,
    readonly unknown[],
    string | undefined
  >({
    queryKey,
    initialPageParam: undefined,
    queryFn: ({ pageParam, signal }) => read(pageParam === undefined ? {} : { before: pageParam }, signal),
    getNextPageParam: (last) => last.value.next ?? undefined,
  });
}
