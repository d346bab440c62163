import { Anchor, Button, NativeSelect, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link, useRoute } from 'wouter';
import { useAnswer } from '../api/queries.ts';
import type { ApiClient } from '../clients/api-client.ts';
import { ClientState, LastUsed, SecretsLine } from '../clients/client-state.tsx';
import { useInstance } from '../session/instance.tsx';
import { useOrganization, useOwnerReason } from '../session/organization.tsx';
import { ActionButton } from '../ui/action-button.tsx';
import { CopyInline } from '../ui/copy.tsx';
import { type Column, DataTable } from '../ui/data-table.tsx';
import { Empty } from '../ui/empty.tsx';
import { Icon } from '../ui/icon.tsx';
import { LinkButton } from '../ui/link-button.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { Page } from '../ui/page.tsx';
import { Pager } from '../ui/pager.tsx';
import { SearchField } from '../ui/search-field.tsx';
import { oneOf, useUrlFilters } from '../ui/url-filters.ts';
import { NoClients } from './overview.tsx';

const accesses = ['read', 'read_write'] as const;
const states = ['active', 'disabled'] as const;
const usages = ['never', 'idle', 'expiring'] as const;
const sorts = ['name', 'createdAt', 'lastUsedAt'] as const;

/** Every API client of an organization. */
export function Clients() {
  const { t } = useTranslation();
  const organization = useOrganization();
  const reason = useOwnerReason();
  const [isNew] = useRoute('/console/o/:organization/clients/new');
  const { limits } = useInstance();
  const daysOf = { never: 0, idle: limits.idleClientDays, expiring: limits.expiringSoonDays };
  const filters = useUrlFilters();
  // With the form for a new client open, the URL prefills the form, not the filters.
  const get = (name: string) => (isNew ? '' : filters.get(name));
  const search = get('search');
  const access = oneOf(get('access'), accesses);
  const state = oneOf(get('state'), states);
  const usage = oneOf(get('usage'), usages);
  const sort = oneOf(get('sort'), sorts);
  const pageNumber = Math.max(1, Number.parseInt(get('page'), 10) || 1);
  const isFiltered = search !== '' || access !== undefined || state !== undefined || usage !== undefined;
  const query = useAnswer('listClients', {
    path: { organizationId: organization.id },
    query: {
      pageNumber,
      pageSize: 25,
      ...(search === '' ? {} : { search }),
      ...(access === undefined ? {} : { access }),
      ...(state === undefined ? {} : { state }),
      ...(usage === undefined ? {} : { usage }),
      ...(sort === undefined ? {} : { sort }),
    },
  });
  const base = `/console/o/${organization.id}/clients`;
  const isNothing = query.data?.value.totalCount === 0 && !isFiltered;
  return (
    <Page
      title={t('clients.title')}
      of={organization.name}
      intro={t('clients.intro')}
      actions={
        reason === undefined ? (
          <LinkButton to={`${base}/new`} leftSection={<Icon name="plus" size={16} />}>
            {t('clients.create')}
          </LinkButton>
        ) : (
          <ActionButton reason={reason} leftSection={<Icon name="plus" size={16} />}>
            {t('clients.create')}
          </ActionButton>
        )
      }
    >
      <div className="card">
        {!isNothing && (
          <search>
            <div className="filters">
              <SearchField
                value={search}
                onChange={(text) => filters.set({ search: text })}
                label={t('clients.search')}
              />
              <NativeSelect
                size="sm"
                label={t('clients.access')}
                value={access ?? ''}
                onChange={(event) => filters.set({ access: event.currentTarget.value })}
                data={[
                  { value: '', label: t('filters.all') },
                  ...accesses.map((value) => ({ value, label: t(`access.${value}`) })),
                ]}
              />
              <NativeSelect
                size="sm"
                label={t('clients.state')}
                value={state ?? ''}
                onChange={(event) => filters.set({ state: event.currentTarget.value })}
                data={[
                  { value: '', label: t('filters.all') },
                  ...states.map((value) => ({ value, label: t(`state.${value}`) })),
                ]}
              />
              <NativeSelect
                size="sm"
                label={t('clients.usage')}
                value={usage ?? ''}
                onChange={(event) => filters.set({ usage: event.currentTarget.value })}
                data={[
                  { value: '', label: t('filters.all') },
                  ...usages.map((value) => ({ value, label: t(`usage.${value}`, { days: daysOf[value] }) })),
                ]}
              />
              <NativeSelect
                size="sm"
                label={t('clients.sort')}
                value={sort ?? 'name'}
                onChange={(event) =>
                  filters.set({ sort: event.currentTarget.value === 'name' ? '' : event.currentTarget.value })
                }
                data={sorts.map((value) => ({ value, label: t(`sort.${value}`) }))}
              />
            </div>
          </search>
        )}
        <Loaded query={query} title={t('clients.failed')} lines={7}>
          {(page) =>
            page.totalCount === 0 ? (
              isFiltered ? (
                <Empty
                  title={t('clients.nothingTitle')}
                  action={
                    <Button variant="default" mt="xs" onClick={filters.clear}>
                      {t('filters.clear')}
                    </Button>
                  }
                >
                  {t('clients.nothingText')}
                </Empty>
              ) : (
                <NoClients to={`${base}/new`} reason={reason} />
              )
            ) : (
              <div style={{ borderTop: '1px solid var(--line)' }}>
                <ClientTable clients={page.items} base={base} />
                <Pager {...page} onChange={(next) => filters.set({ page: next === 1 ? '' : String(next) })} />
              </div>
            )
          }
        </Loaded>
      </div>
    </Page>
  );
}

function ClientTable({ clients, base }: { readonly clients: readonly ApiClient[]; readonly base: string }) {
  const { t } = useTranslation();
  const columns: readonly Column<ApiClient>[] = [
    {
      id: 'name',
      title: t('clients.name'),
      cell: (client) => (
        <>
          <Anchor component={Link} href={`${base}/${client.id}`} fw={500} size="sm" className="break">
            <bdi>{client.name}</bdi>
          </Anchor>
          {client.description !== '' && (
            <Text size="xs" c="dimmed" lineClamp={1} className="break">
              <bdi>{client.description}</bdi>
            </Text>
          )}
        </>
      ),
    },
    {
      id: 'id',
      title: t('clients.id'),
      cell: (client) => (
        <CopyInline value={client.id} shown={shorten(client.id)} label={t('clients.idOf', { client: client.name })} />
      ),
    },
    {
      id: 'access',
      title: t('clients.access'),
      cell: (client) => <span className="nowrap">{t(`access.${client.access}`)}</span>,
    },
    { id: 'secrets', title: t('clients.secrets'), cell: (client) => <SecretsLine client={client} /> },
    { id: 'used', title: t('clients.lastUsed'), cell: (client) => <LastUsed client={client} /> },
    { id: 'state', title: t('clients.state'), cell: (client) => <ClientState client={client} /> },
  ];
  return <DataTable label={t('clients.title')} columns={columns} rows={clients} keyOf={({ id }) => id} />;
}

/** The beginning and the end of a long id. */
function shorten(id: string): string {
  return id.length <= 18 ? id : `${id.slice(0, 11)}…${id.slice(-4)}`;
}
