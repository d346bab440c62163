import { Button, Group, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/call.ts';
import { useAction } from '../../api/use-action.ts';
import { type ApiClient, useNewSecretHost } from '../../clients/new-secret-host.tsx';
import { useOwnerReason } from '../../session/organization.tsx';
import { ActionButton } from '../../ui/action-button.tsx';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { DataTable } from '../../ui/data-table.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Empty } from '../../ui/empty.tsx';
import { notify } from '../../ui/notify.ts';
import { Section } from '../../ui/page.tsx';
import { ProblemAlert } from '../../ui/problem-alert.tsx';
import { Sentence, slot } from '../../ui/sentence.tsx';
import { Note } from '../../ui/state.tsx';
import { When } from '../../ui/when.tsx';

type Secret = ApiClient['secrets'][number];
interface Open {
  readonly kind: 'extend' | 'end';
  readonly secret: Secret;
}

/** The live secrets of a client: rotate, extend, end. */
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

/** While two secrets live: whether the old one is still needed, and by whom. */
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

function SecretUse({ secret }: { readonly secret: Secret }) {
  const { t } = useTranslation();
  if (secret.lastUsedAt === null) return t('clients.neverUsed');
  return (
    <>
      <When at={secret.lastUsedAt} />
      {secret.lastUsedAddress !== null && (
        <>
          {' '}
          {t('client.from')} <code className="mono">{secret.lastUsedAddress}</code>
        </>
      )}
    </>
  );
}

const extensions = { day: 86_400_000, week: 7 * 86_400_000, month: 30 * 86_400_000 } as const;

function ExtendDialog({
  client,
  etag,
  secret,
  onClose,
}: {
  readonly client: ApiClient;
  readonly etag: string;
  readonly secret: Secret;
  readonly onClose: () => void;
}) {
  const { t } = useTranslation();
  const [kind, setKind] = useState<keyof typeof extensions | 'own'>('day');
  const [own, setOwn] = useState('');
  const moment = kind === 'own' ? Date.parse(own) : Date.now() + extensions[kind];
  const ready = !Number.isNaN(moment) && moment > Date.now();
  const move = useAction(async () => {
    await call('updateSecret', {
      path: { organizationId: client.organizationId, clientId: client.id, secretId: secret.id },
      etag,
      body: { expiresAt: new Date(moment).toISOString() },
    });
    notify(t('secrets.moved'));
  });
  return (
    <Dialog opened title={t('secrets.extendTitle', { lastFour: secret.lastFour })} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!ready) return;
          void move.run().then((done) => done && onClose());
        }}
      >
        <Stack>
          <NativeSelect
            label={t('secrets.endsLabel')}
            value={kind}
            onChange={(event) => {
              const chosen = event.currentTarget.value;
              setKind(chosen === 'week' || chosen === 'month' || chosen === 'own' ? chosen : 'day');
            }}
            data={[
              { value: 'day', label: t('secrets.inDay') },
              { value: 'week', label: t('secrets.inWeek') },
              { value: 'month', label: t('secrets.inMonth') },
              { value: 'own', label: t('secretEnd.date') },
            ]}
          />
          {kind === 'own' && (
            <TextInput
              type="datetime-local"
              label={t('secrets.moment')}
              value={own}
              onChange={(event) => setOwn(event.currentTarget.value)}
              error={own !== '' && !ready ? t('secretEnd.past') : undefined}
            />
          )}
          {move.problem !== undefined && <ProblemAlert problem={move.problem} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t('cancel')}
            </Button>
            <Button type="submit" disabled={!ready} loading={move.isPending}>
              {t('save')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

function EndDialog({
  client,
  etag,
  secret,
  onClose,
}: {
  readonly client: ApiClient;
  readonly etag: string;
  readonly secret: Secret;
  readonly onClose: () => void;
}) {
  const { t } = useTranslation();
  const isLast = client.secrets.length === 1;
  const end = useAction(async () => {
    await call('endSecret', {
      path: { organizationId: client.organizationId, clientId: client.id, secretId: secret.id },
      etag,
    });
    notify(t('secrets.ended', { lastFour: secret.lastFour }));
  });
  return (
    <ConfirmDialog
      title={t('secrets.endTitle', { lastFour: secret.lastFour })}
      confirm={t('secrets.endNow')}
      action={end}
      onClose={onClose}
    >
      <Text size="sm">{isLast ? t('secrets.endLastText') : t('secrets.endText')}</Text>
      <Text size="sm" mt="xs" fw={600} component="div">
        {t('clients.lastUsed')}: <SecretUse secret={secret} />
      </Text>
    </ConfirmDialog>
  );
}
