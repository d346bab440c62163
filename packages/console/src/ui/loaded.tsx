import { Skeleton, Stack, VisuallyHidden } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Answer } from '../api/call.ts';
import { toProblem } from '../api/problem.ts';
import { ProblemAlert } from './problem-alert.tsx';

/** Placeholder lines while content is loading. */
export function Loading({ lines = 5 }: { readonly lines?: number }) {
  const { t } = useTranslation();
  return (
    <Stack gap="sm" p="md" role="status">
      <VisuallyHidden>{t('loading')}</VisuallyHidden>
      {Array.from({ length: lines }, (_, line) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines are alike and never change places
        <Skeleton key={line} height={18} width={`${95 - ((line * 17) % 40)}%`} />
      ))}
    </Stack>
  );
}

/** Shows a response once it is there; until then that it is loading, or why it failed. */
export function Loaded<Value>({
  query,
  title,
  lines,
  children,
}: {
  readonly query: UseQueryResult<Answer<Value>, Error>;
  /** What to say when loading fails. */
  readonly title: string;
  readonly lines?: number;
  readonly children: (value: Value, etag: string) => ReactNode;
}) {
  if (query.data !== undefined) return children(query.data.value, query.data.etag);
  if (query.error !== null) {
    return (
      <div style={{ padding: '1rem' }}>
        <ProblemAlert problem={toProblem(query.error)} title={title} onRetry={() => void query.refetch()} />
      </div>
    );
  }
  return <Loading {...(lines === undefined ? {} : { lines })} />;
}
