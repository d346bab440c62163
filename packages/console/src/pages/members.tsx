import { Group, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../api/call.ts';
import { useAnswer } from '../api/queries.ts';
import { useAction } from '../api/use-action.ts';
import { useInstance } from '../session/instance.tsx';
import { useOrganization, useOwnerReason } from '../session/organization.tsx';
import { useSession } from '../session/session.tsx';
import { ActionButton } from '../ui/action-button.tsx';
import { DataTable } from '../ui/data-table.tsx';
import { useDuration } from '../ui/duration.ts';
import { Empty } from '../ui/empty.tsx';
import { Icon } from '../ui/icon.tsx';
import { LinkDialog } from '../ui/link-dialog.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { Page, Section } from '../ui/page.tsx';
import { Pager } from '../ui/pager.tsx';
import { ProblemAlert } from '../ui/problem-alert.tsx';
import { State } from '../ui/state.tsx';
import { useUrlFilters } from '../ui/url-filters.ts';
import { When } from '../ui/when.tsx';
import {
  type Invitation,
  InviteDialog,
  type Link,
  type Member,
  RemoveDialog,
  RoleDialog,
  WithdrawDialog,
} from './member-dialogs.tsx';

type Open =
  | { readonly kind: 'invite' }
  | { readonly kind: 'role' | 'remove'; readonly member: Member }
  | { readonly kind: 'withdraw'; readonly invitation: Invitation };

/** Who belongs to an organization, and who is invited. */
export function Members() {
  const { t } = useTranslation();
  const organization = useOrganization();
  const reason = useOwnerReason();
  const { invitationSeconds } = useInstance().limits;
  const duration = useDuration();
  const filters = useUrlFilters();
  const [open, setOpen] = useState<Open>();
  const [link, setLink] = useState<Link>();
  const path = { organizationId: organization.id };
  const pageNumber = Math.max(1, Number.parseInt(filters.get('page'), 10) || 1);
  const members = useAnswer('listMembers', { path, query: { pageNumber, pageSize: 50 } });
  const invitations = useAnswer('listInvitations', { path, query: { pageSize: 100 } });
  const close = () => setOpen(undefined);
  return (
    <Page
      title={t('members.title')}
      of={organization.name}
      intro={t('members.intro')}
      actions={
        <ActionButton
          reason={reason}
          leftSection={<Icon name="plus" size={16} />}
          onClick={() => setOpen({ kind: 'invite' })}
        >
          {t('members.invite')}
        </ActionButton>
      }
    >
      <div className="card">
        <Loaded query={members} title={t('members.failed')}>
          {(page) => (
            <>
              <MemberTable members={page.items} total={page.totalCount} onOpen={setOpen} onLink={setLink} />
              {page.totalCount > page.pageSize && (
                <Pager {...page} onChange={(next) => filters.set({ page: next === 1 ? '' : String(next) })} />
              )}
            </>
          )}
        </Loaded>
      </div>
      <Section title={t('members.open')} intro={t('members.openHelp', { duration: duration(invitationSeconds) })} flush>
        <Loaded query={invitations} title={t('members.openFailed')} lines={2}>
          {(page) =>
            page.items.length === 0 ? (
              <Empty title={t('members.openNone')} />
            ) : (
              <DataTable
                label={t('members.open')}
                rows={page.items}
                keyOf={({ id }) => id}
                columns={[
                  {
                    id: 'email',
                    title: t('fields.email'),
                    cell: ({ email }) => <span className="break">{email}</span>,
                  },
                  { id: 'role', title: t('members.role'), cell: ({ role }) => t(`roles.${role}`) },
                  { id: 'made', title: t('members.invited'), cell: ({ createdAt }) => <When at={createdAt} /> },
                  { id: 'ends', title: t('secrets.ends'), cell: ({ expiresAt }) => <When at={expiresAt} /> },
                  {
                    id: 'actions',
                    title: t('actions'),
                    bare: true,
                    right: true,
                    cell: (invitation) => (
                      <ActionButton
                        size="xs"
                        variant="default"
                        reason={reason}
                        aria-label={t('members.withdrawOf', { email: invitation.email })}
                        onClick={() => setOpen({ kind: 'withdraw', invitation })}
                      >
                        {t('members.withdraw')}
                      </ActionButton>
                    ),
                  },
                ]}
              />
            )
          }
        </Loaded>
      </Section>
      {open?.kind === 'invite' && <InviteDialog onLink={setLink} onClose={close} />}
      {open?.kind === 'role' && <RoleDialog member={open.member} onClose={close} />}
      {open?.kind === 'remove' && <RemoveDialog member={open.member} onClose={close} />}
      {open?.kind === 'withdraw' && <WithdrawDialog invitation={open.invitation} onClose={close} />}
      {link !== undefined && (
        <LinkDialog
          title={t(link.kind === 'invitation' ? 'members.linkTitle' : 'members.resetTitle', { email: link.email })}
          text={t(link.kind === 'invitation' ? 'members.linkText' : 'members.resetText', { email: link.email })}
          link={link.link}
          expiresAt={link.expiresAt}
          onClose={() => setLink(undefined)}
        />
      )}
    </Page>
  );
}

function MemberTable({
  members,
  total,
  onOpen,
  onLink,
}: {
  readonly members: readonly Member[];
  readonly total: number;
  readonly onOpen: (open: Open) => void;
  readonly onLink: (link: Link) => void;
}) {
  const { t } = useTranslation();
  const { user } = useSession();
  const reason = useOwnerReason();
  const organization = useOrganization();
  const owners = members.filter(({ role, state }) => role === 'owner' && state === 'active');
  const isLastOwner = (member: Member) =>
    total === members.length && owners.length === 1 && owners[0]?.userId === member.userId;
  const reset = useAction(async (member: Member) => {
    const { value } = await call('createResetLink', {
      path: { organizationId: organization.id, userId: member.userId },
    });
    onLink({ kind: 'reset', email: member.email, ...value });
  });
  return (
    <>
      {reset.problem !== undefined && (
        <div className="pad">
          <ProblemAlert problem={reset.problem} />
        </div>
      )}
      <DataTable
        label={t('members.title')}
        rows={members}
        keyOf={({ userId }) => userId}
        columns={[
          {
            id: 'who',
            title: t('fields.name'),
            cell: (member) => (
              <>
                <Text size="sm" fw={500} className="break">
                  <bdi>{member.name ?? member.email}</bdi>
                  {member.userId === user.id && (
                    <Text span size="sm" c="dimmed">
                      {' '}
                      {t('members.you')}
                    </Text>
                  )}
                </Text>
                {member.name !== null && (
                  <Text size="xs" c="dimmed" className="break">
                    <bdi>{member.email}</bdi>
                  </Text>
                )}
              </>
            ),
          },
          { id: 'role', title: t('members.role'), cell: ({ role }) => t(`roles.${role}`) },
          {
            id: 'state',
            title: t('clients.state'),
            cell: ({ state }) => <State tone={state === 'active' ? 'good' : 'none'}>{t(`state.${state}`)}</State>,
          },
          { id: 'joined', title: t('members.joined'), cell: ({ joinedAt }) => <When at={joinedAt} /> },
          {
            id: 'actions',
            title: t('actions'),
            bare: true,
            right: true,
            cell: (member) => {
              const last = isLastOwner(member) ? t('members.lastOwner') : undefined;
              const isSelf = member.userId === user.id;
              const named = { member: member.name ?? member.email };
              return (
                <Group gap="xs" justify="flex-end">
                  <ActionButton
                    size="xs"
                    variant="default"
                    reason={reason ?? last}
                    aria-label={t('members.changeRoleOf', named)}
                    onClick={() => onOpen({ kind: 'role', member })}
                  >
                    {t('members.changeRole')}
                  </ActionButton>
                  {!isSelf && (
                    <ActionButton
                      size="xs"
                      variant="default"
                      reason={reason ?? (member.hasRightsElsewhere ? t('members.resetElsewhere') : undefined)}
                      aria-label={t('members.resetOf', named)}
                      onClick={() => void reset.run(member)}
                    >
                      {t('members.reset')}
                    </ActionButton>
                  )}
                  <ActionButton
                    size="xs"
                    variant="default"
                    reason={(isSelf ? undefined : reason) ?? last}
                    aria-label={isSelf ? t('members.leave') : t('members.removeOf', named)}
                    onClick={() => onOpen({ kind: 'remove', member })}
                  >
                    {isSelf ? t('members.leave') : t('members.remove')}
                  </ActionButton>
                </Group>
              );
            },
          },
        ]}
      />
    </>
  );
}
