import { Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { call } from '../../api/call.ts';
import { queryClient, useAnswer } from '../../api/queries.ts';
import { useAction } from '../../api/use-action.ts';
import type { ApiClient } from '../../clients/api-client.ts';
import { useOrganization, useOwnerReason } from '../../session/organization.tsx';
import { ActionButton } from '../../ui/action-button.tsx';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { notify } from '../../ui/notify.ts';
import { relativeTime } from '../../ui/when.tsx';

/** Buttons that enable, disable and delete a client. */
export function ClientActions({ client, etag }: { readonly client: ApiClient; readonly etag: string }) {
  const { t } = useTranslation();
  const reason = useOwnerReason();
  const [open, setOpen] = useState<'switch' | 'delete'>();
  const path = { organizationId: client.organizationId, clientId: client.id };
  const isActive = client.state === 'active';
  const change = useAction(async () => {
    await call('updateClient', { path, etag, body: { state: isActive ? 'disabled' : 'active' } });
    notify(t(isActive ? 'client.disabledDone' : 'client.enabledDone', { client: client.name }));
  });
  return (
    <>
      <ActionButton variant="default" reason={reason} onClick={() => setOpen('switch')}>
        {isActive ? t('client.disable') : t('client.enable')}
      </ActionButton>
      <ActionButton
        variant="default"
        c={reason === undefined ? 'var(--bad)' : ''}
        reason={reason}
        onClick={() => setOpen('delete')}
      >
        {t('client.delete')}
      </ActionButton>
      {open === 'switch' && (
        <ConfirmDialog
          title={t(isActive ? 'client.disableTitle' : 'client.enableTitle', { client: client.name })}
          confirm={isActive ? t('client.disable') : t('client.enable')}
          harmless={!isActive}
          action={change}
          onClose={() => setOpen(undefined)}
        >
          {isActive ? t('client.disableText') : t('client.enableText')}
        </ConfirmDialog>
      )}
      {open === 'delete' && <DeleteDialog client={client} etag={etag} onClose={() => setOpen(undefined)} />}
    </>
  );
}

function DeleteDialog({
  client,
  etag,
  onClose,
}: {
  readonly client: ApiClient;
  readonly etag: string;
  readonly onClose: () => void;
}) {
  const { t, i18n } = useTranslation();
  const organization = useOrganization();
  const [, go] = useLocation();
  const path = { organizationId: client.organizationId, clientId: client.id };
  const usage = useAnswer('getClientUsage', { path });
  const remove = useAction(async () => {
    await call('deleteClient', { path, etag });
    notify(t('client.deleted', { client: client.name }));
    go(`/console/o/${organization.id}/clients`);
    // It is not requested again.
    queryClient.removeQueries({ predicate: ({ queryKey }) => JSON.stringify(queryKey).includes(client.id) });
  });
  const lastDay = usage.data?.value.lastDay;
  return (
    <ConfirmDialog
      title={t('client.deleteTitle', { client: client.name })}
      confirm={t('client.deleteConfirm')}
      typed={client.name}
      action={remove}
      onClose={onClose}
    >
      <Text size="sm">{t('client.deleteText')}</Text>
      <Text size="sm" fw={600} mt="xs">
        {lastDay !== undefined && t('client.lastDay', { count: lastDay.issued, refused: lastDay.refused })}{' '}
        {client.lastUsedAt === null
          ? t('client.deleteNeverUsed')
          : t('client.deleteLastUsed', {
              when: relativeTime(Date.parse(client.lastUsedAt), Date.now(), i18n.language),
              address: client.lastUsedAddress ?? t('unknown'),
            })}
      </Text>
    </ConfirmDialog>
  );
}
