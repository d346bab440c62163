import type { ResponseOf } from '@bindery/server/admin/contract/index.ts';
import { Button, Checkbox, Group, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/call.ts';
import { useAnswer } from '../../api/queries.ts';
import { useAction } from '../../api/use-action.ts';
import { preventLoss } from '../../clients/prevent-loss.ts';
import { useRules } from '../../session/rules.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { Copyable, CopyInline } from '../../ui/copy.tsx';
import { DataTable } from '../../ui/data-table.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Icon } from '../../ui/icon.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Page } from '../../ui/page.tsx';
import { Pager } from '../../ui/pager.tsx';
import { ProblemAlert } from '../../ui/problem-alert.tsx';
import { Note } from '../../ui/state.tsx';
import { useUrlFilters } from '../../ui/url-filters.ts';
import { When } from '../../ui/when.tsx';

type Made = ResponseOf<'createApiCredential'>;
type Credential = Made['credential'];

/** The credentials with which protected APIs introspect tokens. */
export function Credentials() {
  const { t } = useTranslation();
  const filters = useUrlFilters();
  const pageNumber = Math.max(1, Number.parseInt(filters.get('page'), 10) || 1);
  const query = useAnswer('listApiCredentials', { query: { pageNumber, pageSize: 25 } });
  const [creating, setCreating] = useState(false);
  const [deleting, setDeleting] = useState<Credential>();
  return (
    <Page
      title={t('credentials.title')}
      of={t('nav.operator')}
      intro={t('credentials.intro')}
      actions={
        <Button leftSection={<Icon name="plus" size={16} />} onClick={() => setCreating(true)}>
          {t('credentials.create')}
        </Button>
      }
    >
      <div className="card">
        <Loaded query={query} title={t('credentials.failed')}>
          {(page) =>
            page.items.length === 0 ? (
              <Empty title={t('credentials.empty')}>{t('credentials.emptyText')}</Empty>
            ) : (
              <>
                <DataTable
                  label={t('credentials.title')}
                  rows={page.items}
                  keyOf={({ id }) => id}
                  columns={[
                    {
                      id: 'name',
                      title: t('clients.name'),
                      cell: ({ name }) => (
                        <Text size="sm" fw={500} className="break">
                          <bdi>{name}</bdi>
                        </Text>
                      ),
                    },
                    {
                      id: 'id',
                      title: t('credentials.id'),
                      cell: ({ id }) => <CopyInline value={id} label={t('credentials.id')} />,
                    },
                    {
                      id: 'audience',
                      title: t('credentials.audience'),
                      cell: ({ audience }) => <code className="mono break">{audience}</code>,
                    },
                    {
                      id: 'secret',
                      title: t('secrets.secret'),
                      cell: ({ lastFour }) => <code className="mono">…{lastFour}</code>,
                    },
                    { id: 'made', title: t('secrets.made'), cell: ({ createdAt }) => <When at={createdAt} /> },
                    {
                      id: 'actions',
                      title: t('actions'),
                      bare: true,
                      right: true,
                      cell: (credential) => (
                        <Button
                          size="xs"
                          variant="default"
                          c="var(--bad)"
                          aria-label={t('credentials.deleteOf', { credential: credential.name })}
                          onClick={() => setDeleting(credential)}
                        >
                          {t('client.delete')}
                        </Button>
                      ),
                    },
                  ]}
                />
                <Pager {...page} onChange={(next) => filters.set({ page: next === 1 ? '' : String(next) })} />
              </>
            )
          }
        </Loaded>
      </div>
      {creating && <CreateDialog onClose={() => setCreating(false)} />}
      {deleting !== undefined && <DeleteDialog credential={deleting} onClose={() => setDeleting(undefined)} />}
    </Page>
  );
}

function CreateDialog({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation();
  const [name, setName] = useState('');
  const [audience, setAudience] = useState('');
  const [made, setMade] = useState<Made>();
  const [asking, setAsking] = useState(false);
  const rules = useRules();
  const wrong = { name: rules.name(name, t('fields.nameMissing')), audience: rules.audience(audience) };
  const ready = wrong.name === null && wrong.audience === null;
  const create = useAction(async () => {
    const { value } = await call('createApiCredential', { body: { name: name.trim(), audience: audience.trim() } });
    preventLoss(true);
    setMade(value);
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (ready) void create.run();
  };
  const finish = () => {
    preventLoss(false);
    onClose();
  };
  return (
    <Dialog
      opened
      title={
        made === undefined ? t('credentials.createTitle') : t('secret.readyTitle', { client: made.credential.name })
      }
      onClose={() => (made === undefined ? onClose() : setAsking(true))}
      closeOnClickOutside={made === undefined}
      size="lg"
    >
      {made !== undefined ? (
        <NewCredential made={made} asking={asking} onStay={() => setAsking(false)} onFinish={finish} />
      ) : (
        <form onSubmit={submit}>
          <Stack>
            <TextInput
              label={t('clients.name')}
              value={name}
              error={name === '' ? null : wrong.name}
              onChange={(event) => setName(event.currentTarget.value)}
              data-autofocus
            />
            <TextInput
              label={t('credentials.audience')}
              description={t('credentials.audienceHelp')}
              value={audience}
              error={audience === '' ? null : wrong.audience}
              onChange={(event) => setAudience(event.currentTarget.value)}
              spellCheck={false}
            />
            {create.problem !== undefined && <ProblemAlert problem={create.problem} />}
            <Group justify="flex-end">
              <Button variant="default" onClick={onClose}>
                {t('cancel')}
              </Button>
              <Button type="submit" disabled={!ready} loading={create.isPending}>
                {t('credentials.create')}
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Dialog>
  );
}

function NewCredential({
  made,
  asking,
  onStay,
  onFinish,
}: {
  readonly made: Made;
  readonly asking: boolean;
  readonly onStay: () => void;
  readonly onFinish: () => void;
}) {
  const { t } = useTranslation();
  const [stored, setStored] = useState(false);
  if (asking && !stored) {
    return (
      <Stack role="alertdialog" aria-label={t('secret.closeTitle')}>
        <Text>{t('secret.closeText')}</Text>
        <Group justify="flex-end">
          <Button autoFocus onClick={onStay}>
            {t('secret.stay')}
          </Button>
          <Button variant="outline" c="var(--bad)" color="red.9" onClick={onFinish}>
            {t('secret.closeAnyway')}
          </Button>
        </Group>
      </Stack>
    );
  }
  return (
    <Stack>
      <Note tone="warn">{t('secret.once')}</Note>
      <div>
        <Text size="sm" fw={600} mb={4}>
          {t('credentials.id')}
        </Text>
        <Copyable value={made.credential.id} label={t('credentials.id')} />
      </div>
      <div>
        <Text size="sm" fw={600} mb={4}>
          {t('secrets.secret')}
        </Text>
        <Copyable value={made.clientSecret} label={t('secrets.secret')} />
      </div>
      <Group justify="space-between">
        <Checkbox
          label={t('secret.stored')}
          checked={stored}
          onChange={(event) => setStored(event.currentTarget.checked)}
        />
        <Button disabled={!stored} onClick={onFinish}>
          {t('secret.done')}
        </Button>
      </Group>
    </Stack>
  );
}

function DeleteDialog({ credential, onClose }: { readonly credential: Credential; readonly onClose: () => void }) {
  const { t } = useTranslation();
  const remove = useAction(() => call('deleteApiCredential', { path: { credentialId: credential.id } }));
  return (
    <ConfirmDialog
      title={t('credentials.deleteOf', { credential: credential.name })}
      confirm={t('client.delete')}
      typed={credential.name}
      action={remove}
      onClose={onClose}
    >
      {t('credentials.deleteText')}
    </ConfirmDialog>
  );
}
