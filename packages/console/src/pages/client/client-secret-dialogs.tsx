import { Button, Group, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/call.ts';
import { useAction } from '../../api/use-action.ts';
import type { ApiClient } from '../../clients/api-client.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { useDuration } from '../../ui/duration.ts';
import { notify } from '../../ui/notify.ts';
import { ProblemAlert } from '../../ui/problem-alert.tsx';
import { When } from '../../ui/when.tsx';

export type Secret = ApiClient['secrets'][number];

/** When and from where a secret was last used. */
export function SecretUse({ secret }: { readonly secret: Secret }) {
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

const extensionSeconds = { day: 86_400, week: 7 * 86_400, month: 30 * 86_400 } as const;

/** Changes when a secret expires. */
export function ExtendDialog({
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
  const duration = useDuration();
  const [kind, setKind] = useState<keyof typeof extensionSeconds | 'own'>('day');
  const [own, setOwn] = useState('');
  const moment = kind === 'own' ? Date.parse(own) : Date.now() + extensionSeconds[kind] * 1000;
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
              ...(['day', 'week', 'month'] as const).map((value) => ({
                value,
                label: t('secrets.fromNow', { duration: duration(extensionSeconds[value]) }),
              })),
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
          {move.problem !== undefined && <ProblemAlert problem={move.problem} onReload={move.clear} />}
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

/** Revokes a secret. */
export function EndDialog({
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
