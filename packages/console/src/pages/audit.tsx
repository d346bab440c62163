import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { addressOf } from '../api/call.ts';
import { useAnswer } from '../api/queries.ts';
import { useAudit } from '../api/use-log.ts';
import { useActionName } from '../audit/action-name.ts';
import { actions } from '../audit/actions.ts';
import { AuditEntryView } from '../audit/entry.tsx';
import { useInstance } from '../session/instance.tsx';
import { useOrganization } from '../session/organization.tsx';
import { Empty } from '../ui/empty.tsx';
import { Icon } from '../ui/icon.tsx';
import { LoadedLog } from '../ui/loaded-log.tsx';
import { Page } from '../ui/page.tsx';
import { useUrlFilters } from '../ui/url-filters.ts';

/** The audit log of an organization. */
export function Audit() {
  const { t } = useTranslation();
  const organization = useOrganization();
  const nameOf = useActionName();
  const filters = useUrlFilters();
  const { pageSizeMax } = useInstance().limits;
  const path = { organizationId: organization.id };
  const members = useAnswer('listMembers', { path, query: { pageSize: pageSizeMax } });
  const from = startOf(filters.get('from'));
  const to = endOf(filters.get('to'));
  const query = {
    ...(filters.get('action') === '' ? {} : { action: filters.get('action') }),
    ...(filters.get('actor') === '' ? {} : { actor: filters.get('actor') }),
    ...(filters.get('target') === '' ? {} : { target: filters.get('target') }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  };
  const log = useAudit({ path, query });
  const isFiltered = Object.keys(query).length > 0;
  return (
    <Page
      title={t('audit.title')}
      of={organization.name}
      intro={t('audit.intro')}
      actions={
        <Button
          component="a"
          href={addressOf('exportAudit', { path, query })}
          download
          variant="default"
          leftSection={<Icon name="download" size={16} />}
        >
          {t('export')}
        </Button>
      }
    >
      <div className="card">
        <search>
          <div className="filters">
            <NativeSelect
              label={t('audit.action')}
              value={filters.get('action')}
              onChange={(event) => filters.set({ action: event.currentTarget.value })}
              data={[
                { value: '', label: t('filters.all') },
                ...actions.map((value) => ({ value, label: nameOf(value) })),
              ]}
            />
            <NativeSelect
              label={t('audit.actor')}
              value={filters.get('actor')}
              onChange={(event) => filters.set({ actor: event.currentTarget.value })}
              data={[
                { value: '', label: t('filters.everybody') },
                ...(members.data?.value.items ?? []).map(({ userId, name, email }) => ({
                  value: userId,
                  label: name ?? email,
                })),
              ]}
            />
            <TextInput
              type="date"
              label={t('audit.from')}
              value={filters.get('from')}
              onChange={(event) => filters.set({ from: event.currentTarget.value })}
            />
            <TextInput
              type="date"
              label={t('audit.to')}
              value={filters.get('to')}
              onChange={(event) => filters.set({ to: event.currentTarget.value })}
            />
            {isFiltered && (
              <Button variant="subtle" color="gray" c="dimmed" onClick={filters.clear}>
                {t('filters.clear')}
              </Button>
            )}
          </div>
        </search>
        <LoadedLog
          log={log}
          title={t('audit.failed')}
          empty={
            isFiltered ? (
              <Empty title={t('audit.nothing')}>{t('audit.nothingText')}</Empty>
            ) : (
              <Empty title={t('audit.empty')} />
            )
          }
        >
          {(items) => (
            <ul className="rows" style={{ borderTop: '1px solid var(--line)' }} aria-label={t('audit.title')}>
              {items.map((entry) => (
                <AuditEntryView key={entry.id} entry={entry} />
              ))}
            </ul>
          )}
        </LoadedLog>
      </div>
    </Page>
  );
}

function startOf(day: string): string | undefined {
  const moment = Date.parse(`${day}T00:00:00`);
  return Number.isNaN(moment) ? undefined : new Date(moment).toISOString();
}

function endOf(day: string): string | undefined {
  const moment = Date.parse(`${day}T23:59:59.999`);
  return Number.isNaN(moment) ? undefined : new Date(moment).toISOString();
}
