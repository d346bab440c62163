import type { OperationName, ResponseOf } from '@bindery/server/admin/contract/index.ts';
import { QueryClient, type UseQueryResult, useQuery } from '@tanstack/react-query';
import { type Answer, type CallInput, call } from './call.ts';
import { Problem } from './problem.ts';

/** Caches what was read, never what was created: a response with a secret goes only from `call` to the screen. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      retry: (failures, error) => failures < 1 && error instanceof Problem && error.code === 'network',
      retryDelay: 500,
    },
  },
});

/** Reads an operation and keeps the result up to date while the screen is shown. */
export function useAnswer<Name extends OperationName>(
  name: Name,
  input: CallInput<Name>,
  options: {
    readonly enabled?: boolean;
    readonly refreshMilliseconds?: (answer: Answer<ResponseOf<Name>> | undefined) => number | false;
  } = {},
): UseQueryResult<Answer<ResponseOf<Name>>, Error> {
  return useQuery<Answer<ResponseOf<Name>>, Error>({
    queryKey: [name, input],
    queryFn: ({ signal }) => call(name, input, signal),
    // The previous page stays while the next one loads, unless it belongs to another object.
    placeholderData: (previous, query) =>
      JSON.stringify(query?.queryKey[1], pathOnly) === JSON.stringify(input, pathOnly) ? previous : undefined,
    enabled: options.enabled ?? true,
    refetchInterval: (query) => options.refreshMilliseconds?.(query.state.data) ?? false,
  });
}

function pathOnly(key: string, value: unknown): unknown {
  return key === 'query' ? undefined : value;
}

/** Reloads what the open screens show, after a change. */
export function refresh(): Promise<void> {
  return queryClient.invalidateQueries();
}
