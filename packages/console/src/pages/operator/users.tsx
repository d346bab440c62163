import type { ResponseOf } from '@bindery/server/admin/contract/index.ts';
import { Button, Group, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/call.ts';
import { useAnswer } from '../../api/queries.ts';
import { useAction } from '../../api/use-action.ts';
import { useSession } from '../../session/session.tsx';
import { ActionButton } from '../../ui/action-button.tsx';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { DataTable } from '../../ui/data-table.tsx';
import { Empty } from '../../ui/empty.tsx';
import { LinkDialog } from '../../ui/link-dialog.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { notify } from '../../ui/notify.ts';
import { Page } from '../../ui/page.tsx';
import { Pager } from '../../ui/pager.tsx';
import { ProblemAlert } from '../../ui/problem-alert.tsx';
import { State } from '../../ui/state.tsx';
import { useUrlFilters } from '../../ui/url-filters.ts';
import { When } from '../../ui/when.tsx';

type User = ResponseOf<'setUserState'>;

/** Everyone who has an account on this server. */
export function Users() {
  const { t } = useTranslation();
  const { user } = useSession();
  const filters = useUrlFilters();
  const pageNumber = Math.max(1, Number.parseInt(filters.get('page'), 10) || 1);
  const query = useAnswer('listUsers', { query: { pageNumber, pageSize: 25 } });
  const [switching, setSwitching] = useState<User>();
  const [detaching, setDetaching] = useState<User>();
  const [link, setLink] = useState<{ readonly email: string; readonly link: string; readonly expiresAt: string }>();
  const reset = useAction(async ({ id, email }: User) => {
    const { value } = await call('createUserResetLink', { path: { userId: id } });
    setLink({ email, ...value });
  });
  return (
    <Page title={t('users.title')} of={t('nav.operator')} intro={t('users.intro')}>
      {reset.problem !== undefined && <ProblemAlert problem={reset.problem} />}
      <div className="card">
        <Loaded query={query} title={t('users.failed')}>
          {(page) =>
            page.items.length === 0 ? (
              <Empty title={t('users.empty')} />
            ) : (
              <>
                <DataTable
                  label={t('users.title')}
                  rows={page.items}
                  keyOf={({ id }) => id}
                  columns={[
                    {
                      id: 'name',
                      title: t('fields.name'),
                      cell: ({ id, name, email }) => (
                        <>
                          <Text size="sm" fw={500} className="break">
                            <bdi>{name ?? email}</bdi>
                            {id === user.id && (
                              <Text span size="sm" c="dimmed">
                                {' '}
                                {t('members.you')}
                              </Text>
                            )}
                          </Text>
                          {name !== null && (
                            <Text size="xs" c="dimmed" className="break">
                              <bdi>{email}</bdi>
                            </Text>
                          )}
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
                      id: 'operator',
                      title: t('nav.operator'),
                      cell: ({ isOperator }) => (isOperator ? t('yes') : t('no')),
                    },
                    { id: 'made', title: t('secrets.made'), cell: ({ createdAt }) => <When at={createdAt} /> },
                    {
                      id: 'actions',
                      title: t('actions'),
                      bare: true,
                      right: true,
                      cell: (row) => (
                        <Group gap="xs" justify="flex-end">
                          <Button
                            size="xs"
                            variant="default"
                            aria-label={t('members.resetOf', { member: row.name ?? row.email })}
                            onClick={() => void reset.run(row)}
                          >
                            {t('members.reset')}
                          </Button>
                          <ActionButton
                            size="xs"
                            variant="default"
                            reason={row.id === user.id ? t('users.notOwnAddress') : undefined}
                            aria-label={t('users.detachOf', { user: row.name ?? row.email })}
                            onClick={() => setDetaching(row)}
                          >
                            {t('users.detach')}
                          </ActionButton>
                          <ActionButton
                            size="xs"
                            variant="default"
                            reason={row.id === user.id ? t('users.notSelf') : undefined}
                            aria-label={t(row.state === 'active' ? 'users.disableOf' : 'users.enableOf', {
                              user: row.name ?? row.email,
                            })}
                            onClick={() => setSwitching(row)}
                          >
                            {row.state === 'active' ? t('client.disable') : t('client.enable')}
                          </ActionButton>
                        </Group>
                      ),
                    },
                  ]}
                />
                <Pager {...page} onChange={(next) => filters.set({ page: next === 1 ? '' : String(next) })} />
              </>
            )
          }
        </Loaded>
      </div>
      {switching !== undefined && <SwitchDialog user={switching} onClose={() => setSwitching(undefined)} />}
      {detaching !== undefined && <DetachDialog user={detaching} onClose={() => setDetaching(undefined)} />}
      {link !== undefined && (
        <LinkDialog
          title={t('members.resetTitle', { email: link.email })}
          text={t('members.resetText', { email: link.email })}
          link={link.link}
          expiresAt={link.expiresAt}
          onClose={() => setLink(undefined)}
        />
      )}
    </Page>
  );
}

function SwitchDialog({ user, onClose }: { readonly user: User; readonly onClose: () => void }) {
  const { t } = useTranslation();
  const isActive = user.state === 'active';
  const change = useAction(() =>
    call('setUserState', { path: { userId: user.id }, body: { state: isActive ? 'disabled' : 'active' } }),
  );
  return (
    <ConfirmDialog
      title={t(isActive ? 'users.disableOf' : 'users.enableOf', { user: user.name ?? user.email })}
      confirm={isActive ? t('client.disable') : t('client.enable')}
      harmless={!isActive}
      action={change}
      onClose={onClose}
    >
      {isActive ? t('users.disableText') : t('users.enableText')}
    </ConfirmDialog>
  );
}

function DetachDialog({ user, onClose }: { readonly user: User; readonly onClose: () => void }) {
  const { t } = useTranslation();
  const detach = useAction(async () => {
    const { value } = await call('detachAddress', { path: { userId: user.id } });
    notify(t('users.detached', { email: value.email }));
  });
  return (
    <ConfirmDialog
      title={t('users.detachTitle', { email: user.email })}
      confirm={t('users.detach')}
      action={detach}
      onClose={onClose}
    >
      {t(user.vouchedBy === null ? 'users.detachTextAll' : 'users.detachText')}
    </ConfirmDialog>
  );
}
