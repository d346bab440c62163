import type { ResponseOf } from '@bindery/server/admin/contract/index.ts';
import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { call } from '../api/call.ts';
import { queryClient } from '../api/queries.ts';
import { useAction } from '../api/use-action.ts';
import { useOrganization } from '../session/organization.tsx';
import { useRules } from '../session/rules.ts';
import { useSession } from '../session/session.tsx';
import { Choice } from '../ui/choice.tsx';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { notify } from '../ui/notify.ts';
import { ProblemAlert } from '../ui/problem-alert.tsx';

/** A member of the organization. */
export type Member = ResponseOf<'updateMember'>;
/** An invitation that is still open. */
export type Invitation = ResponseOf<'listInvitations'>['items'][number];
/** A link that was just created and is shown once. */
export interface Link {
  readonly kind: 'invitation' | 'reset';
  readonly link: string;
  readonly expiresAt: string;
  readonly email: string;
}

function RoleChoice({
  value,
  onChange,
}: {
  readonly value: Member['role'];
  readonly onChange: (role: Member['role']) => void;
}) {
  const { t } = useTranslation();
  return (
    <Choice
      label={t('members.role')}
      value={value}
      onChange={onChange}
      options={[
        { value: 'member', title: t('roles.member'), meaning: t('roles.memberMeaning') },
        { value: 'owner', title: t('roles.owner'), meaning: t('roles.ownerMeaning') },
      ]}
    />
  );
}

/** Asks for an email address and a role, then shows the link. */
export function InviteDialog({
  onLink,
  onClose,
}: {
  readonly onLink: (link: Link) => void;
  readonly onClose: () => void;
}) {
  const { t } = useTranslation();
  const organization = useOrganization();
  const rules = useRules();
  const [role, setRole] = useState<Member['role']>('member');
  const form = useForm({
    initialValues: { email: '' },
    validateInputOnBlur: true,
    validate: { email: rules.email },
  });
  const invite = useAction(async (email: string) => {
    const { value } = await call('createInvitation', {
      path: { organizationId: organization.id },
      body: { email: email.trim(), role },
    });
    onLink({
      kind: 'invitation',
      link: value.link,
      expiresAt: value.invitation.expiresAt,
      email: value.invitation.email,
    });
  });
  const submit = async ({ email }: { email: string }) => {
    if (await invite.run(email)) onClose();
  };
  return (
    <Dialog opened title={t('members.inviteTitle', { organization: organization.name })} onClose={onClose}>
      <form onSubmit={form.onSubmit((values) => void submit(values))} noValidate>
        <Stack>
          <TextInput
            label={t('fields.email')}
            description={t('members.inviteHelp')}
            type="email"
            autoComplete="off"
            data-autofocus
            {...form.getInputProps('email')}
          />
          <RoleChoice value={role} onChange={setRole} />
          {invite.problem !== undefined && <ProblemAlert problem={invite.problem} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t('cancel')}
            </Button>
            <Button type="submit" loading={invite.isPending}>
              {t('members.makeLink')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

/** Changes the role of a member. */
export function RoleDialog({ member, onClose }: { readonly member: Member; readonly onClose: () => void }) {
  const { t } = useTranslation();
  const organization = useOrganization();
  const { user } = useSession();
  const [role, setRole] = useState(member.role);
  const change = useAction(async () => {
    await call('updateMember', { path: { organizationId: organization.id, userId: member.userId }, body: { role } });
    notify(t('saved'));
  });
  return (
    <Dialog opened title={t('members.roleTitle', { member: member.name ?? member.email })} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void change.run().then((done) => done && onClose());
        }}
      >
        <Stack>
          <RoleChoice value={role} onChange={setRole} />
          {member.userId === user.id && role === 'member' && <Text size="sm">{t('members.selfDemote')}</Text>}
          {change.problem !== undefined && <ProblemAlert problem={change.problem} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t('cancel')}
            </Button>
            <Button type="submit" disabled={role === member.role} loading={change.isPending}>
              {t('save')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

/** Removes a member. */
export function RemoveDialog({ member, onClose }: { readonly member: Member; readonly onClose: () => void }) {
  const { t } = useTranslation();
  const organization = useOrganization();
  const { user } = useSession();
  const [, go] = useLocation();
  const isSelf = member.userId === user.id;
  const remove = useAction(async () => {
    await call('removeMember', { path: { organizationId: organization.id, userId: member.userId } });
    if (!isSelf) return;
    await queryClient.refetchQueries({ queryKey: ['getSession'] });
    go('/console');
  });
  return (
    <ConfirmDialog
      title={
        isSelf
          ? t('members.leaveTitle', { organization: organization.name })
          : t('members.removeTitle', { member: member.name ?? member.email })
      }
      confirm={isSelf ? t('members.leave') : t('members.remove')}
      action={remove}
      onClose={onClose}
    >
      {isSelf ? t('members.leaveText') : t('members.removeText', { organization: organization.name })}
    </ConfirmDialog>
  );
}

/** Revokes an invitation. */
export function WithdrawDialog({
  invitation,
  onClose,
}: {
  readonly invitation: Invitation;
  readonly onClose: () => void;
}) {
  const { t } = useTranslation();
  const organization = useOrganization();
  const withdraw = useAction(() =>
    call('deleteInvitation', { path: { organizationId: organization.id, invitationId: invitation.id } }),
  );
  return (
    <ConfirmDialog
      title={t('members.withdrawTitle', { email: invitation.email })}
      confirm={t('members.withdraw')}
      action={withdraw}
      onClose={onClose}
    >
      {t('members.withdrawText')}
    </ConfirmDialog>
  );
}
