import { type InfiniteData, type UseInfiniteQueryResult, useInfiniteQuery } from '@tanstack/react-query';
import { type Answer, type CallInput, call } from './call.ts';

/** A part of a trail, and where it goes on. */
export interface TrailPart<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
}

/** A trail that is read part after part, newest first. */
export type Trail<Item> = UseInfiniteQueryResult<InfiniteData<Answer<TrailPart<Item>>>, Error>;

/** Reads a client's activity from its newest entry on. */
export function useActivity(input: CallInput<'listActivity'>) {
  return useTrail(['listActivity', input], (before, signal) =>
    call('listActivity', { ...input, query: { ...input.query, ...before } }, signal),
  );
}

/** Reads an organization's audit trail from its newest entry on. */
export function useAudit(input: CallInput<'listAudit'>) {
  return useTrail(['listAudit', input], (before, signal) =>
    call('listAudit', { ...input, query: { ...input.query, ...before } }, signal),
  );
}

function useTrail<Item>(
  queryKey: readonly unknown[],
  read: (before: { readonly before?: string }, signal: AbortSignal) => Promise<Answer<TrailPart<Item>>>,
): Trail<Item> {
  return useInfiniteQuery<
    Answer<TrailPart<Item>>,
    Error,
    InfiniteData<Answer<TrailPart<Item>>>,
    readonly unknown[],
    string | undefined
  >({
    queryKey,
    initialPageParam: undefined,
    queryFn: ({ pageParam, signal }) => read(pageParam === undefined ? {} : { before: pageParam }, signal),
    getNextPageParam: (last) => last.value.next ?? undefined,
  });
}
