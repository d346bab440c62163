import type { ResponseOf } from '@bindery/server/admin/contract/index.ts';
import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { call } from '../../api/call.ts';
import { queryClient, useAnswer } from '../../api/queries.ts';
import { useAction } from '../../api/use-action.ts';
import { useRules } from '../../session/rules.ts';
import { useSession } from '../../session/session.tsx';
import { ActionButton } from '../../ui/action-button.tsx';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { DataTable } from '../../ui/data-table.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Icon } from '../../ui/icon.tsx';
import { LinkDialog } from '../../ui/link-dialog.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Page, Section } from '../../ui/page.tsx';
import { ProblemAlert } from '../../ui/problem-alert.tsx';
import { When } from '../../ui/when.tsx';

type OperatorUser = ResponseOf<'listOperators'>['items'][number];
type Invitation = ResponseOf<'listOperatorInvitations'>['items'][number];
type Link = ResponseOf<'inviteOperator'> & { readonly email: string };

/** The operators of the instance. */
export function Operators() {
  const { t } = useTranslation();
  const { user } = useSession();
  const query = useAnswer('listOperators', {});
  const [adding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<OperatorUser>();
  const [link, setLink] = useState<Link>();
  return (
    <Page
      title={t('operators.title')}
      of={t('nav.operator')}
      intro={t('operators.intro')}
      actions={
        <Button leftSection={<Icon name="plus" size={16} />} onClick={() => setAdding(true)}>
          {t('operators.add')}
        </Button>
      }
    >
      <div className="card">
        <Loaded query={query} title={t('operators.failed')} lines={2}>
          {({ items }) => (
            <DataTable
              label={t('operators.title')}
              rows={items}
              keyOf={({ userId }) => userId}
              columns={[
                {
                  id: 'name',
                  title: t('fields.name'),
                  cell: ({ name, email, userId }) => (
                    <Text size="sm" fw={500} className="break">
                      <bdi>{name ?? email}</bdi>
                      {userId === user.id && (
                        <Text span size="sm" c="dimmed">
                          {' '}
                          {t('members.you')}
                        </Text>
                      )}
                    </Text>
                  ),
                },
                { id: 'email', title: t('fields.email'), cell: ({ email }) => <span className="break">{email}</span> },
                {
                  id: 'actions',
                  title: t('actions'),
                  bare: true,
                  right: true,
                  cell: (operator) => (
                    <ActionButton
                      size="xs"
                      variant="default"
                      reason={items.length === 1 ? t('operators.last') : undefined}
                      aria-label={t('operators.removeOf', { operator: operator.name ?? operator.email })}
                      onClick={() => setRemoving(operator)}
                    >
                      {t('members.remove')}
                    </ActionButton>
                  ),
                },
              ]}
            />
          )}
        </Loaded>
      </div>
      <OpenInvitations />
      {adding && <InviteDialog onLink={setLink} onClose={() => setAdding(false)} />}
      {link !== undefined && (
        <LinkDialog
          title={t('members.linkTitle', { email: link.email })}
          text={t('members.linkText', { email: link.email })}
          link={link.link}
          expiresAt={link.expiresAt}
          onClose={() => setLink(undefined)}
        />
      )}
      {removing !== undefined && <RemoveDialog operator={removing} onClose={() => setRemoving(undefined)} />}
    </Page>
  );
}

function InviteDialog({ onLink, onClose }: { readonly onLink: (link: Link) => void; readonly onClose: () => void }) {
  const { t } = useTranslation();
  const [email, setEmail] = useState('');
  const ready = useRules().email(email) === null;
  const invite = useAction(async () => {
    const address = email.trim();
    const { value } = await call('inviteOperator', { body: { email: address } });
    onLink({ email: address, ...value });
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (ready) void invite.run().then((done) => done && onClose());
  };
  return (
    <Dialog opened title={t('operators.add')} onClose={onClose}>
      <form onSubmit={submit}>
        <Stack>
          <TextInput
            label={t('fields.email')}
            description={t('operators.addHelp')}
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

function OpenInvitations() {
  const { t } = useTranslation();
  const query = useAnswer('listOperatorInvitations', {});
  const [withdrawing, setWithdrawing] = useState<Invitation>();
  return (
    <Section title={t('members.open')} intro={t('operators.openHelp')} flush>
      <Loaded query={query} title={t('members.openFailed')} lines={2}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={t('members.openNone')} />
          ) : (
            <DataTable
              label={t('members.open')}
              rows={items}
              keyOf={({ id }) => id}
              columns={[
                { id: 'email', title: t('fields.email'), cell: ({ email }) => <span className="break">{email}</span> },
                { id: 'made', title: t('members.invited'), cell: ({ createdAt }) => <When at={createdAt} /> },
                { id: 'ends', title: t('secrets.ends'), cell: ({ expiresAt }) => <When at={expiresAt} /> },
                {
                  id: 'actions',
                  title: t('actions'),
                  bare: true,
                  right: true,
                  cell: (invitation) => (
                    <Button
                      size="xs"
                      variant="default"
                      aria-label={t('members.withdrawOf', { email: invitation.email })}
                      onClick={() => setWithdrawing(invitation)}
                    >
                      {t('members.withdraw')}
                    </Button>
                  ),
                },
              ]}
            />
          )
        }
      </Loaded>
      {withdrawing !== undefined && (
        <WithdrawDialog invitation={withdrawing} onClose={() => setWithdrawing(undefined)} />
      )}
    </Section>
  );
}

function WithdrawDialog({ invitation, onClose }: { readonly invitation: Invitation; readonly onClose: () => void }) {
  const { t } = useTranslation();
  const withdraw = useAction(() => call('deleteOperatorInvitation', { path: { invitationId: invitation.id } }));
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

function RemoveDialog({ operator, onClose }: { readonly operator: OperatorUser; readonly onClose: () => void }) {
  const { t } = useTranslation();
  const { user } = useSession();
  const [, go] = useLocation();
  const remove = useAction(async () => {
    await call('removeOperator', { path: { userId: operator.userId } });
    if (operator.userId !== user.id) return;
    await queryClient.refetchQueries({ queryKey: ['getSession'] });
    go('/console');
  });
  return (
    <ConfirmDialog
      title={t('operators.removeOf', { operator: operator.name ?? operator.email })}
      confirm={t('members.remove')}
      action={remove}
      onClose={onClose}
    >
      {t('operators.removeText')}
    </ConfirmDialog>
  );
}
