import { Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ApiClient } from '../../clients/api-client.ts';
import { useNewSecretHost } from '../../clients/new-secret-host.tsx';
import { useOwnerReason } from '../../session/organization.tsx';
import { ActionButton } from '../../ui/action-button.tsx';
import { DataTable } from '../../ui/data-table.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Section } from '../../ui/page.tsx';
import { Sentence, slot } from '../../ui/sentence.tsx';
import { Note } from '../../ui/state.tsx';
import { When } from '../../ui/when.tsx';
import { EndDialog, ExtendDialog, type Secret, SecretUse } from './client-secret-dialogs.tsx';

interface Open {
  readonly kind: 'extend' | 'end';
  readonly secret: Secret;
}

/** The valid secrets of a client: rotate, extend, revoke. */
export function ClientSecrets({ client, etag }: { readonly client: ApiClient; readonly etag: string }) {
  const { t } = useTranslation();
  const reason = useOwnerReason();
  const { startRotation } = useNewSecretHost();
  const [open, setOpen] = useState<Open>();
  const [old, newer] = client.secrets;
  const close = () => setOpen(undefined);
  return (
    <Stack gap="lg">
      {old !== undefined && newer !== undefined && <TwoSecrets old={old} reason={reason} onOpen={setOpen} />}
      <Section
        title={t('client.secrets')}
        intro={t('secrets.intro')}
        flush
        actions={
          <ActionButton reason={reason} onClick={() => startRotation(client)}>
            {client.secrets.length === 0 ? t('secrets.makeNew') : t('rotate.submit')}
          </ActionButton>
        }
      >
        {client.secrets.length === 0 ? (
          <Empty title={t('secrets.none')}>{t('secrets.noneText')}</Empty>
        ) : (
          <DataTable
            label={t('client.secrets')}
            rows={client.secrets}
            keyOf={({ id }) => id}
            columns={[
              {
                id: 'secret',
                title: t('secrets.secret'),
                cell: ({ lastFour }) => <code className="mono">…{lastFour}</code>,
              },
              { id: 'made', title: t('secrets.made'), cell: ({ createdAt }) => <When at={createdAt} /> },
              {
                id: 'ends',
                title: t('secrets.ends'),
                cell: ({ expiresAt }) => (expiresAt === null ? t('secretEnd.never') : <When at={expiresAt} />),
              },
              { id: 'used', title: t('clients.lastUsed'), cell: (secret) => <SecretUse secret={secret} /> },
              {
                id: 'actions',
                title: t('actions'),
                bare: true,
                right: true,
                cell: (secret) => (
                  <Group gap="xs" justify="flex-end" wrap="nowrap">
                    <ActionButton
                      size="xs"
                      variant="default"
                      reason={reason}
                      aria-label={t('secrets.changeEndOf', { lastFour: secret.lastFour })}
                      onClick={() => setOpen({ kind: 'extend', secret })}
                    >
                      {t('secrets.changeEnd')}
                    </ActionButton>
                    <ActionButton
                      size="xs"
                      variant="default"
                      reason={reason}
                      c={reason === undefined ? 'var(--bad)' : ''}
                      aria-label={t('secrets.endNowOf', { lastFour: secret.lastFour })}
                      onClick={() => setOpen({ kind: 'end', secret })}
                    >
                      {t('secrets.endNow')}
                    </ActionButton>
                  </Group>
                ),
              },
            ]}
          />
        )}
      </Section>
      {open?.kind === 'extend' && <ExtendDialog client={client} etag={etag} secret={open.secret} onClose={close} />}
      {open?.kind === 'end' && <EndDialog client={client} etag={etag} secret={open.secret} onClose={close} />}
    </Stack>
  );
}

/** While two secrets are valid: whether the old one is still used, and from where. */
function TwoSecrets({
  old,
  reason,
  onOpen,
}: {
  readonly old: Secret;
  readonly reason: string | undefined;
  readonly onOpen: (open: Open) => void;
}) {
  const { t } = useTranslation();
  const name = <code className="mono">…{old.lastFour}</code>;
  return (
    <Note tone="warn">
      <Text fw={600} size="sm">
        {t('secrets.twoTitle')}
      </Text>
      <Text size="sm" component="div">
        {old.lastUsedAt === null ? (
          <Sentence text={t('secrets.oldNeverUsed', { secret: slot(0) })} parts={[name]} />
        ) : (
          <Sentence
            text={t('secrets.oldUsed', { secret: slot(0), when: slot(1), address: slot(2) })}
            parts={[
              name,
              <When key="when" at={old.lastUsedAt} />,
              <code key="address" className="mono">
                {old.lastUsedAddress ?? t('unknown')}
              </code>,
            ]}
          />
        )}{' '}
        {old.expiresAt !== null && (
          <Sentence text={t('secrets.oldEnds', { when: slot(0) })} parts={[<When key="end" at={old.expiresAt} />]} />
        )}
      </Text>
      <Group gap="xs" mt="xs">
        <ActionButton
          size="xs"
          variant="default"
          reason={reason}
          onClick={() => onOpen({ kind: 'extend', secret: old })}
        >
          {t('secrets.extend')}
        </ActionButton>
        <ActionButton
          size="xs"
          variant="default"
          c={reason === undefined ? 'var(--bad)' : ''}
          reason={reason}
          onClick={() => onOpen({ kind: 'end', secret: old })}
        >
          {t('secrets.endOld')}
        </ActionButton>
      </Group>
    </Note>
  );
}
