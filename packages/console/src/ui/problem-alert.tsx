import { Button, Group, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Problem } from '../api/problem.ts';
import { refresh } from '../api/queries.ts';
import { CopyInline } from './copy.tsx';

const known = [
  'network',
  'unreadable',
  'invalid_input',
  'unauthenticated',
  'reauthentication_required',
  'forbidden',
  'not_found',
  'conflict',
  'precondition_failed',
  'precondition_required',
  'too_many_requests',
  'setup_required',
  'unavailable',
] as const;

/** Why the server refuses a new password. */
const refusedPasswords = ['password_length', 'password_common', 'password_personal', 'password_product'] as const;

/** What went wrong, what the server said, the request ID for support, and what to do next. */
export function ProblemAlert({
  problem,
  title,
  says: saysInstead,
  onRetry,
  onReload,
}: {
  readonly problem: Problem;
  readonly title?: string | undefined;
  /** The only message to show, where the page knows better than the general text and the server's detail. */
  readonly says?: string | undefined;
  readonly onRetry?: (() => void) | undefined;
  /** Called after reloading what somebody else had changed. */
  readonly onReload?: (() => void) | undefined;
}) {
  const { t } = useTranslation();
  const reason = refusedPasswords.find((candidate) => candidate === problem.reason);
  const says = saysInstead ?? (reason && t(`password.refused.${reason}`));
  const code = known.find((candidate) => candidate === problem.code) ?? 'unreadable';
  const fields = Object.entries(problem.fields);
  const changed = code === 'precondition_failed';
  return (
    <div className="note" data-tone={changed ? 'warn' : 'bad'} role="alert">
      <Text fw={600} size="sm">
        {says ?? title ?? t(`problem.${code}`)}
      </Text>
      {says === undefined && title !== undefined && <Text size="sm">{t(`problem.${code}`)}</Text>}
      {says === undefined && problem.detail !== undefined && !changed && (
        <Text size="sm" lang="en">
          {problem.detail}
        </Text>
      )}
      {reason === undefined && fields.length > 0 && (
        <ul lang="en" style={{ margin: '0.25rem 0 0', paddingLeft: '1.1rem', fontSize: '0.875rem' }}>
          {fields.map(([field, messages]) => (
            <li key={field}>
              <code className="mono">{field}</code> {messages.join(', ')}
            </li>
          ))}
        </ul>
      )}
      {problem.requestId !== undefined && (
        <Text size="xs" mt={6} component="div">
          {t('problem.requestId')} <CopyInline value={problem.requestId} label={t('problem.requestId')} />
        </Text>
      )}
      {(onRetry !== undefined || changed) && (
        <Group mt="xs">
          <Button size="xs" variant="default" onClick={() => (changed ? void refresh().then(onReload) : onRetry?.())}>
            {changed ? t('problem.reload') : t('problem.retry')}
          </Button>
        </Group>
      )}
    </div>
  );
}
