import { Button, Group } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { toProblem } from '../api/problem.ts';
import type { Log } from '../api/use-log.ts';
import { Loading } from './loaded.tsx';
import { ProblemAlert } from './problem-alert.tsx';

/** Shows the entries loaded so far and a button for older ones. */
export function LoadedLog<Item>({
  log,
  title,
  empty,
  children,
}: {
  readonly log: Log<Item>;
  readonly title: string;
  readonly empty: ReactNode;
  readonly children: (items: readonly Item[]) => ReactNode;
}) {
  const { t } = useTranslation();
  const problem =
    log.error === null ? undefined : (
      <div style={{ padding: '1rem' }}>
        <ProblemAlert problem={toProblem(log.error)} title={title} onRetry={() => void log.refetch()} />
      </div>
    );
  if (log.data === undefined) return problem ?? <Loading lines={7} />;
  const items = log.data.pages.flatMap(({ value }) => value.items);
  if (items.length === 0) return empty;
  return (
    <>
      {children(items)}
      {problem}
      {log.hasNextPage && (
        <Group justify="center" p="md" style={{ borderTop: '1px solid var(--line)' }}>
          <Button variant="default" size="xs" loading={log.isFetchingNextPage} onClick={() => void log.fetchNextPage()}>
            {t('older')}
          </Button>
        </Group>
      )}
    </>
  );
}
