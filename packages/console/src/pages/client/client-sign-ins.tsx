import { Button, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/call.ts';
import { useAnswer } from '../../api/queries.ts';
import { useAction } from '../../api/use-action.ts';
import type { ApiClient } from '../../clients/api-client.ts';
import { useOwnerReason } from '../../session/organization.tsx';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { DataTable } from '../../ui/data-table.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { notify } from '../../ui/notify.ts';
import { Pager } from '../../ui/pager.tsx';
import { Note } from '../../ui/state.tsx';
import { When } from '../../ui/when.tsx';

const pageSize = 50;

/** The users who are signed in through a client with the password grant; owners can end their sign-ins. */
export function ClientSignIns({ client }: { readonly client: ApiClient }) {
  const { t } = useTranslation();
  const reason = useOwnerReason();
  return reason === undefined ? <List client={client} /> : <Note>{t('signIns.ownersOnly')}</Note>;
}

function List({ client }: { readonly client: ApiClient }) {
  const { t } = useTranslation();
  const [pageNumber, setPageNumber] = useState(1);
  const [ending, setEnding] = useState<{ readonly id: string; readonly who: string } | 'all'>();
  const path = { organizationId: client.organizationId, clientId: client.id };
  const query = useAnswer('listSignIns', { path, query: { pageNumber, pageSize } });
  const end = useAction(async () => {
    if (ending === 'all') {
      const { value } = await call('endSignIns', { path });
      notify(t('signIns.endedAll', { count: value.ended }));
    } else if (ending !== undefined) {
      await call('endSignIn', { path: { ...path, signInId: ending.id } });
      notify(t('signIns.ended', { user: ending.who }));
    }
  });
  return (
    <Stack>
      <Text size="sm" c="dimmed">
        {t('signIns.intro')}
      </Text>
      <div className="card">
        <Loaded query={query} title={t('signIns.failed')}>
          {(page) =>
            page.items.length === 0 ? (
              <Empty title={t('signIns.empty')} />
            ) : (
              <>
                <DataTable
                  label={t('client.signIns')}
                  rows={page.items}
                  keyOf={({ id }) => id}
                  columns={[
                    {
                      id: 'user',
                      title: t('signIns.user'),
                      bare: true,
                      cell: ({ name, email }) => (
                        <>
                          <Text size="sm" fw={500} className="break">
                            <bdi>{name ?? email}</bdi>
                          </Text>
                          {name !== null && (
                            <Text size="xs" c="dimmed" className="break">
                              <bdi>{email}</bdi>
                            </Text>
                          )}
                        </>
                      ),
                    },
                    { id: 'since', title: t('signIns.since'), cell: ({ createdAt }) => <When at={createdAt} /> },
                    { id: 'used', title: t('signIns.lastUsed'), cell: ({ lastUsedAt }) => <When at={lastUsedAt} /> },
                    {
                      id: 'from',
                      title: t('signIns.from'),
                      cell: ({ lastUsedAddress }) => <code className="mono">{lastUsedAddress ?? t('unknown')}</code>,
                    },
                    {
                      id: 'actions',
                      title: t('actions'),
                      bare: true,
                      right: true,
                      cell: ({ id, name, email }) => (
                        <Button
                          size="xs"
                          variant="default"
                          aria-label={t('signIns.endOf', { user: name ?? email })}
                          onClick={() => setEnding({ id, who: name ?? email })}
                        >
                          {t('signIns.end')}
                        </Button>
                      ),
                    },
                  ]}
                />
                <Pager {...page} onChange={setPageNumber} />
                <Group justify="flex-end" p="md">
                  <Button variant="default" c="var(--bad)" onClick={() => setEnding('all')}>
                    {t('signIns.endAll')}
                  </Button>
                </Group>
              </>
            )
          }
        </Loaded>
      </div>
      {ending !== undefined && (
        <ConfirmDialog
          title={ending === 'all' ? t('signIns.endAllTitle') : t('signIns.endTitle', { user: ending.who })}
          confirm={ending === 'all' ? t('signIns.endAll') : t('signIns.end')}
          action={end}
          onClose={() => setEnding(undefined)}
        >
          {ending === 'all' ? t('signIns.endAllText') : t('signIns.endText')}
        </ConfirmDialog>
      )}
    </Stack>
  );
}
