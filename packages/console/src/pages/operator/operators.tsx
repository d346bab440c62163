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
import { Icon } from '../../ui/icon.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Page } from '../../ui/page.tsx';
import { ProblemAlert } from '../../ui/problem-alert.tsx';

type OperatorUser = ResponseOf<'listOperators'>['items'][number];

/** The operators of the instance. */
export function Operators() {
  const { t } = useTranslation();
  const { user } = useSession();
  const query = useAnswer('listOperators', {});
  const [adding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<OperatorUser>();
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
                      {name ?? email}
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
      {adding && <AddDialog onClose={() => setAdding(false)} />}
      {removing !== undefined && <RemoveDialog operator={removing} onClose={() => setRemoving(undefined)} />}
    </Page>
  );
}

function AddDialog({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation();
  const [email, setEmail] = useState('');
  const ready = useRules().email(email) === null;
  const add = useAction(() => call('addOperator', { body: { email: email.trim() } }));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (ready) void add.run().then((done) => done && onClose());
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
          {add.problem !== undefined && <ProblemAlert problem={add.problem} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t('cancel')}
            </Button>
            <Button type="submit" disabled={!ready} loading={add.isPending}>
              {t('operators.add')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
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
