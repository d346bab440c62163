import { Anchor, Button, Group, Switch, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { useAnswer } from '../../api/queries.ts';
import { useSession } from '../../session/session.tsx';
import { CopyInline } from '../../ui/copy.tsx';
import { DataTable } from '../../ui/data-table.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Icon } from '../../ui/icon.tsx';
import { LinkDialog } from '../../ui/link-dialog.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Page } from '../../ui/page.tsx';
import { Pager } from '../../ui/pager.tsx';
import { SearchField } from '../../ui/search-field.tsx';
import { State } from '../../ui/state.tsx';
import { useUrlFilters } from '../../ui/url-filters.ts';
import { When } from '../../ui/when.tsx';
import { CreateDialog, InviteDialog, type Open, SwitchDialog } from './organization-dialogs.tsx';

/** Every organization of the instance. */
export function Organizations() {
  const { t } = useTranslation();
  const { organizations: own } = useSession();
  const filters = useUrlFilters();
  const [open, setOpen] = useState<Open>();
  const [link, setLink] = useState<{ readonly email: string; readonly link: string; readonly expiresAt: string }>();
  const search = filters.get('search');
  const pageNumber = Math.max(1, Number.parseInt(filters.get('page'), 10) || 1);
  const query = useAnswer('listOrganizations', {
    query: { pageNumber, pageSize: 25, ...(search === '' ? {} : { search }) },
  });
  const close = () => setOpen(undefined);
  return (
    <Page
      title={t('organizations.title')}
      of={t('nav.operator')}
      intro={t('organizations.intro')}
      actions={
        <Button leftSection={<Icon name="plus" size={16} />} onClick={() => setOpen({ kind: 'create' })}>
          {t('organizations.create')}
        </Button>
      }
    >
      <div className="card">
        <search>
          <Group p="md">
            <SearchField
              value={search}
              label={t('organizations.search')}
              onChange={(text) => filters.set({ search: text })}
            />
          </Group>
        </search>
        <Loaded query={query} title={t('organizations.failed')} lines={6}>
          {(page) =>
            page.items.length === 0 ? (
              <Empty title={search === '' ? t('organizations.empty') : t('organizations.nothing')} />
            ) : (
              <div style={{ borderTop: '1px solid var(--line)' }}>
                <DataTable
                  label={t('organizations.title')}
                  rows={page.items}
                  keyOf={({ id }) => id}
                  columns={[
                    {
                      id: 'name',
                      title: t('fields.organizationName'),
                      cell: ({ id, name }) => (
                        <>
                          {own.some((organization) => organization.id === id) ? (
                            <Anchor component={Link} href={`/console/o/${id}`} size="sm" fw={500} className="break">
                              <bdi>{name}</bdi>
                            </Anchor>
                          ) : (
                            <Text size="sm" fw={500} className="break">
                              <bdi>{name}</bdi>
                            </Text>
                          )}
                          <div>
                            <CopyInline
                              value={id}
                              shown={`${id.slice(0, 13)}…`}
                              label={t('organizations.idOf', { organization: name })}
                            />
                          </div>
                        </>
                      ),
                    },
                    {
                      id: 'state',
                      title: t('clients.state'),
                      cell: ({ state }) => (
                        <State tone={state === 'active' ? 'good' : 'none'}>{t(`state.${state}`)}</State>
                      ),
                    },
                    {
                      id: 'clients',
                      title: t('clients.title'),
                      cell: (organization) => (
                        <Switch
                          size="sm"
                          checked={organization.apiClients === 'on'}
                          label={organization.apiClients === 'on' ? t('organizations.on') : t('organizations.off')}
                          aria-label={t('organizations.apiClientsOf', { organization: organization.name })}
                          onChange={() => setOpen({ kind: 'apiClients', organization })}
                        />
                      ),
                    },
                    { id: 'made', title: t('secrets.made'), cell: ({ createdAt }) => <When at={createdAt} /> },
                    {
                      id: 'actions',
                      title: t('actions'),
                      bare: true,
                      right: true,
                      cell: (organization) => (
                        <Group gap="xs" justify="flex-end">
                          <Button
                            size="xs"
                            variant="default"
                            aria-label={t('organizations.inviteOf', { organization: organization.name })}
                            onClick={() => setOpen({ kind: 'invite', organization })}
                          >
                            {t('organizations.invite')}
                          </Button>
                          <Button
                            size="xs"
                            variant="default"
                            aria-label={t(
                              organization.state === 'active' ? 'organizations.disableOf' : 'organizations.enableOf',
                              { organization: organization.name },
                            )}
                            onClick={() => setOpen({ kind: 'switch', organization })}
                          >
                            {organization.state === 'active' ? t('client.disable') : t('client.enable')}
                          </Button>
                        </Group>
                      ),
                    },
                  ]}
                />
                <Pager {...page} onChange={(next) => filters.set({ page: next === 1 ? '' : String(next) })} />
              </div>
            )
          }
        </Loaded>
      </div>
      {open?.kind === 'create' && <CreateDialog onClose={close} />}
      {open?.kind === 'invite' && <InviteDialog organization={open.organization} onLink={setLink} onClose={close} />}
      {open?.kind === 'switch' && <SwitchDialog what="state" organization={open.organization} onClose={close} />}
      {open?.kind === 'apiClients' && (
        <SwitchDialog what="apiClients" organization={open.organization} onClose={close} />
      )}
      {link !== undefined && (
        <LinkDialog
          title={t('members.linkTitle', { email: link.email })}
          text={t('members.linkText', { email: link.email })}
          link={link.link}
          expiresAt={link.expiresAt}
          onClose={() => setLink(undefined)}
        />
      )}
    </Page>
  );
}
