import { Center, Loader } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Problem } from '../api/problem.ts';
import { ProblemAlert } from './problem-alert.tsx';

/** The whole page while it is loading. */
export function FullPageLoading() {
  const { t } = useTranslation();
  return (
    <Center mih="100dvh" role="status" aria-label={t('loading')}>
      <Loader size="sm" />
    </Center>
  );
}

/** The whole page when it could not be loaded. */
export function FullPageProblem({
  problem,
  title,
  onRetry,
}: {
  readonly problem: Problem;
  readonly title: string;
  readonly onRetry: () => void;
}) {
  return (
    <main className="entry">
      <div className="entry-box">
        <ProblemAlert problem={problem} title={title} onRetry={onRetry} />
      </div>
    </main>
  );
}
