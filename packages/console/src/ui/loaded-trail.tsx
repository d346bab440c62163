import { Button, Group } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { toProblem } from '../api/problem.ts';
import type { Trail } from '../api/use-trail.ts';
import { Loading } from './loaded.tsx';
import { ProblemAlert } from './problem-alert.tsx';

/** Shows what was read of a trail, and the way to what is older. */
export function LoadedTrail<Item>({
  trail,
  title,
  empty,
  children,
}: {
  readonly trail: Trail<Item>;
  readonly title: string;
  readonly empty: ReactNode;
  readonly children: (items: readonly Item[]) => ReactNode;
}) {
  const { t } = useTranslation();
  const problem =
    trail.error === null ? undefined : (
      <div style={{ padding: '1rem' }}>
        <ProblemAlert problem={toProblem(trail.error)} title={title} onRetry={() => void trail.refetch()} />
      </div>
    );
  if (trail.data === undefined) return problem ?? <Loading lines={7} />;
  const items = trail.data.pages.flatMap(({ value }) => value.items);
  if (items.length === 0) return empty;
  return (
    <>
      {children(items)}
      {problem}
      {trail.hasNextPage && (
        <Group justify="center" p="md" style={{ borderTop: '1px solid var(--line)' }}>
          <Button
            variant="default"
            size="xs"
            loading={trail.isFetchingNextPage}
            onClick={() => void trail.fetchNextPage()}
          >
            {t('older')}
          </Button>
        </Group>
      )}
    </>
  );
}
