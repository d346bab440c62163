import type { ResponseOf } from '@bindery/server/admin/contract/index.ts';
import { Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { call } from '../api/call.ts';
import { queryClient, useAnswer } from '../api/queries.ts';
import { useAction } from '../api/use-action.ts';
import { useOrganization, useOwnerReason } from '../session/organization.tsx';
import { useRules } from '../session/rules.ts';
import { ActionButton } from '../ui/action-button.tsx';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { Copyable } from '../ui/copy.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { notify } from '../ui/notify.ts';
import { Page, Section } from '../ui/page.tsx';
import { ProblemAlert } from '../ui/problem-alert.tsx';

/** The name and contact of an organization, and its deletion. */
export function Settings() {
  const { t } = useTranslation();
  const organization = useOrganization();
  const query = useAnswer('getOrganization', { path: { organizationId: organization.id } });
  return (
    <Page title={t('settings.title')} of={organization.name}>
      <Loaded query={query} title={t('settings.failed')}>
        {(value, etag) => (
          <>
            {/* A version that somebody else made begins a new form. */}
            <Details key={etag} organization={value} etag={etag} />
            <Deletion organization={value} etag={etag} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

interface Part {
  readonly organization: ResponseOf<'getOrganization'>;
  readonly etag: string;
}

function Details({ organization, etag }: Part) {
  const { t } = useTranslation();
  const reason = useOwnerReason();
  const rules = useRules();
  const form = useForm({
    initialValues: { name: organization.name, contact: organization.contact ?? '' },
    validateInputOnBlur: true,
    validate: {
      name: (value) => rules.name(value, t('fields.organizationMissing')),
      contact: rules.optionalEmail,
    },
  });
  const save = useAction(async ({ name, contact }: typeof form.values) => {
    await call('updateOrganization', {
      path: { organizationId: organization.id },
      etag,
      body: { name: name.trim(), contact: contact.trim() === '' ? null : contact.trim() },
    });
    await queryClient.refetchQueries({ queryKey: ['getSession'] });
    notify(t('saved'));
  });
  return (
    <Section title={t('settings.details')}>
      <form onSubmit={form.onSubmit((values) => void save.run(values))} noValidate>
        <Stack maw="30rem">
          <TextInput
            label={t('fields.organizationName')}
            readOnly={reason !== undefined}
            {...form.getInputProps('name')}
          />
          <TextInput
            label={t('settings.contact')}
            description={t('settings.contactHelp')}
            type="email"
            readOnly={reason !== undefined}
            {...form.getInputProps('contact')}
          />
          <div>
            <Text size="sm" fw={600} mb={4}>
              {t('overview.organizationId')}
            </Text>
            <Copyable value={organization.id} label={t('overview.organizationId')} />
          </div>
          {save.problem !== undefined && <ProblemAlert problem={save.problem} onReload={save.clear} />}
          <div>
            <ActionButton type="submit" reason={reason} loading={save.isPending}>
              {t('save')}
            </ActionButton>
          </div>
        </Stack>
      </form>
    </Section>
  );
}

function Deletion({ organization, etag }: Part) {
  const { t } = useTranslation();
  const reason = useOwnerReason();
  const [, go] = useLocation();
  const [open, setOpen] = useState(false);
  const remove = useAction(async () => {
    await call('deleteOrganization', { path: { organizationId: organization.id }, etag });
    await queryClient.refetchQueries({ queryKey: ['getSession'] });
    go('/console');
  });
  return (
    <Section title={t('settings.delete')} intro={t('settings.deleteText')} danger>
      <ActionButton
        variant="default"
        c={reason === undefined ? 'var(--bad)' : ''}
        reason={reason}
        onClick={() => setOpen(true)}
      >
        {t('settings.deleteButton')}
      </ActionButton>
      {open && (
        <ConfirmDialog
          title={t('settings.deleteTitle', { organization: organization.name })}
          confirm={t('settings.deleteConfirm')}
          typed={organization.name}
          action={remove}
          onClose={() => setOpen(false)}
        >
          {t('settings.deleteText')}
        </ConfirmDialog>
      )}
    </Section>
  );
}
