import type { ResponseOf } from '@bindery/server/admin/contract/index.ts';
import { Button, Group, NativeSelect, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { addressOf } from '../../api/call.ts';
import { useActivity } from '../../api/use-log.ts';
import { useActionName } from '../../audit/action-name.ts';
import { useReason } from '../../audit/reason.ts';
import type { ApiClient } from '../../clients/api-client.ts';
import { CopyInline } from '../../ui/copy.tsx';
import { DataTable } from '../../ui/data-table.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Icon } from '../../ui/icon.tsx';
import { LoadedLog } from '../../ui/loaded-log.tsx';
import { Section } from '../../ui/page.tsx';
import { State } from '../../ui/state.tsx';
import { oneOf, useUrlFilters } from '../../ui/url-filters.ts';
import { When } from '../../ui/when.tsx';

type Activity = ResponseOf<'listActivity'>['items'][number];
const outcomes = ['issued', 'done', 'refused'] as const;

/** The decisions about a client, with the actual reasons. */
export function ClientActivity({ client }: { readonly client: ApiClient }) {
  const { t } = useTranslation();
  const filters = useUrlFilters();
  const outcome = oneOf(filters.get('outcome'), outcomes);
  const path = { organizationId: client.organizationId, clientId: client.id };
  const query = outcome === undefined ? {} : { outcome };
  const log = useActivity({ path, query });
  return (
    <Section
      title={t('client.activity')}
      intro={t('activity.intro')}
      flush
      actions={
        <Button
          component="a"
          href={addressOf('exportActivity', { path, query })}
          download
          variant="default"
          size="xs"
          leftSection={<Icon name="download" size={14} />}
        >
          {t('export')}
        </Button>
      }
    >
      <Group px="lg" pb="sm">
        <NativeSelect
          size="sm"
          label={t('activity.outcome')}
          value={outcome ?? ''}
          onChange={(event) => filters.set({ outcome: event.currentTarget.value })}
          data={[
            { value: '', label: t('filters.all') },
            ...outcomes.map((value) => ({ value, label: t(`outcome.${value}`) })),
          ]}
        />
      </Group>
      <LoadedLog
        log={log}
        title={t('activity.failed')}
        empty={
          outcome === undefined ? (
            <Empty title={t('activity.emptyTitle')}>{t('activity.emptyText')}</Empty>
          ) : (
            <Empty
              title={t('activity.nothing')}
              action={
                <Button variant="default" onClick={filters.clear}>
                  {t('filters.clear')}
                </Button>
              }
            />
          )
        }
      >
        {(items) => (
          <DataTable
            label={t('client.activity')}
            rows={items}
            keyOf={({ id }) => id}
            columns={[
              { id: 'at', title: t('activity.time'), cell: ({ at }) => <When at={at} /> },
              { id: 'what', title: t('activity.what'), cell: (entry) => <What entry={entry} /> },
              {
                id: 'secret',
                title: t('activity.secret'),
                cell: ({ secretLastFour }) =>
                  secretLastFour === null ? '–' : <code className="mono">…{secretLastFour}</code>,
              },
              {
                id: 'from',
                title: t('activity.from'),
                cell: ({ address, userAgent }) => (
                  <>
                    <code className="mono break">{address ?? '–'}</code>
                    {userAgent !== null && (
                      <Text size="xs" c="dimmed" className="break" lineClamp={2} title={userAgent}>
                        {userAgent}
                      </Text>
                    )}
                  </>
                ),
              },
              {
                id: 'request',
                title: t('problem.requestId'),
                cell: ({ requestId }) =>
                  requestId === null ? (
                    '–'
                  ) : (
                    <CopyInline
                      value={requestId}
                      shown={requestId.length > 12 ? `…${requestId.slice(-8)}` : requestId}
                      label={t('problem.requestId')}
                    />
                  ),
              },
            ]}
          />
        )}
      </LoadedLog>
    </Section>
  );
}

function What({ entry }: { readonly entry: Activity }) {
  const { t } = useTranslation();
  const reasonIn = useReason();
  const nameOf = useActionName();
  const tone = entry.outcome === 'refused' ? 'bad' : entry.outcome === 'issued' ? 'good' : 'neutral';
  return (
    <>
      <State tone={tone}>{entry.outcome === 'done' ? nameOf(entry.action) : t(`outcome.${entry.outcome}`)}</State>
      {entry.reason !== null && (
        <Text size="sm" c="dimmed">
          {reasonIn(entry.reason)}
        </Text>
      )}
      {entry.outcome !== 'done' && entry.grantType !== null && entry.grantType !== 'client_credentials' && (
        <Text size="xs" c="dimmed">
          {entry.grantType}
        </Text>
      )}
    </>
  );
}
