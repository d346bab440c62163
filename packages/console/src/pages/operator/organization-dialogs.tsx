import type { ResponseOf } from '@bindery/server/admin/contract/index.ts';
import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/call.ts';
import { useAction } from '../../api/use-action.ts';
import { useRules } from '../../session/rules.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { notify } from '../../ui/notify.ts';
import { ProblemAlert } from '../../ui/problem-alert.tsx';

/** One organization of the instance. */
export type Organization = ResponseOf<'getOrganization'>;
/** Which dialog is open. */
export type Open =
  | { readonly kind: 'create' }
  | { readonly kind: 'invite' | 'switch' | 'apiClients'; readonly organization: Organization };

/** Creates an organization. */
export function CreateDialog({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation();
  const [name, setName] = useState('');
  const wrong = useRules().name(name, t('fields.organizationMissing'));
  const create = useAction(async () => {
    await call('createOrganization', { body: { name: name.trim() } });
    notify(t('organizations.created', { organization: name.trim() }));
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (wrong === null) void create.run().then((done) => done && onClose());
  };
  return (
    <Dialog opened title={t('organizations.createTitle')} onClose={onClose}>
      <form onSubmit={submit}>
        <Stack>
          <TextInput
            label={t('fields.organizationName')}
            value={name}
            error={name === '' ? null : wrong}
            onChange={(event) => setName(event.currentTarget.value)}
            data-autofocus
          />
          <Text size="sm" c="dimmed">
            {t('organizations.createHelp')}
          </Text>
          {create.problem !== undefined && <ProblemAlert problem={create.problem} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t('cancel')}
            </Button>
            <Button type="submit" disabled={wrong !== null} loading={create.isPending}>
              {t('organizations.create')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

/** Invites an owner. */
export function InviteDialog({
  organization,
  onLink,
  onClose,
}: {
  readonly organization: Organization;
  readonly onLink: (link: { readonly email: string; readonly link: string; readonly expiresAt: string }) => void;
  readonly onClose: () => void;
}) {
  const { t } = useTranslation();
  const [email, setEmail] = useState('');
  const ready = useRules().email(email) === null;
  const invite = useAction(async () => {
    const { value } = await call('inviteOwner', {
      path: { organizationId: organization.id },
      body: { email: email.trim() },
    });
    onLink({ email: email.trim(), ...value });
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (ready) void invite.run().then((done) => done && onClose());
  };
  return (
    <Dialog opened title={t('organizations.inviteOf', { organization: organization.name })} onClose={onClose}>
      <form onSubmit={submit}>
        <Stack>
          <TextInput
            label={t('fields.email')}
            description={t('members.inviteHelp')}
            type="email"
            autoComplete="off"
            value={email}
            onChange={(event) => setEmail(event.currentTarget.value)}
            data-autofocus
          />
          {invite.problem !== undefined && <ProblemAlert problem={invite.problem} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t('cancel')}
            </Button>
            <Button type="submit" disabled={!ready} loading={invite.isPending}>
              {t('members.makeLink')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

/** Enables or disables an organization or its API clients. */
export function SwitchDialog({
  what,
  organization,
  onClose,
}: {
  readonly what: 'state' | 'apiClients';
  readonly organization: Organization;
  readonly onClose: () => void;
}) {
  const { t } = useTranslation();
  const turnsOff = what === 'state' ? organization.state === 'active' : organization.apiClients === 'on';
  const named = { organization: organization.name };
  const change = useAction(() =>
    call('switchOrganization', {
      path: { organizationId: organization.id },
      body: what === 'state' ? { state: turnsOff ? 'disabled' : 'active' } : { apiClients: turnsOff ? 'off' : 'on' },
    }),
  );
  const words =
    what === 'state'
      ? turnsOff
        ? {
            title: t('organizations.disableOf', named),
            text: t('organizations.disableText'),
            confirm: t('client.disable'),
          }
        : {
            title: t('organizations.enableOf', named),
            text: t('organizations.enableText'),
            confirm: t('client.enable'),
          }
      : turnsOff
        ? {
            title: t('organizations.offTitle', named),
            text: t('organizations.offText'),
            confirm: t('organizations.switchOff'),
          }
        : {
            title: t('organizations.onTitle', named),
            text: t('organizations.onText'),
            confirm: t('organizations.switchOn'),
          };
  return (
    <ConfirmDialog title={words.title} confirm={words.confirm} harmless={!turnsOff} action={change} onClose={onClose}>
      {words.text}
    </ConfirmDialog>
  );
}
