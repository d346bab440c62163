import { Button, Checkbox, Group, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { lazy, type ReactNode, Suspense, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/call.ts';
import { useAnswer } from '../../api/queries.ts';
import { useAction } from '../../api/use-action.ts';
import type { ApiClient } from '../../clients/api-client.ts';
import { fillSampleValues } from '../../samples/values.ts';
import { useInstance } from '../../session/instance.tsx';
import { useOwnerReason } from '../../session/organization.tsx';
import { useRules } from '../../session/rules.ts';
import { ActionButton } from '../../ui/action-button.tsx';
import { DaysChart } from '../../ui/chart.tsx';
import { Copyable } from '../../ui/copy.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { useDuration } from '../../ui/duration.ts';
import { Loaded, Loading } from '../../ui/loaded.tsx';
import { notify } from '../../ui/notify.ts';
import { Section } from '../../ui/page.tsx';
import { ProblemAlert } from '../../ui/problem-alert.tsx';
import { Note, State } from '../../ui/state.tsx';
import { When } from '../../ui/when.tsx';

const SampleTabs = lazy(async () => ({ default: (await import('../../samples/sample-tabs.tsx')).SampleTabs }));
const AccessChoice = lazy(async () => ({ default: (await import('../../clients/create-form.tsx')).AccessChoice }));

/** The details and usage of a client, and whether it works. */
export function ClientOverview({ client, etag }: { readonly client: ApiClient; readonly etag: string }) {
  const { t } = useTranslation();
  const reason = useOwnerReason();
  const instance = useInstance();
  const [editing, setEditing] = useState(false);
  const usage = useAnswer('getClientUsage', { path: { organizationId: client.organizationId, clientId: client.id } });
  return (
    <Stack gap="lg">
      <FirstToken client={client} />
      <Section
        title={t('client.about')}
        actions={
          <ActionButton variant="default" size="xs" reason={reason} onClick={() => setEditing(true)}>
            {t('edit')}
          </ActionButton>
        }
      >
        <dl className="pairs" data-stack="">
          <Pair title={t('create.description')}>
            {client.description === '' ? (
              <Text span size="sm" c="dimmed">
                {t('client.noDescription')}
              </Text>
            ) : (
              client.description
            )}
          </Pair>
          <Pair title={t('clients.access')}>
            {t(`access.${client.access}`)}{' '}
            <Text span size="sm" c="dimmed">
              {t(`access.${client.access}Meaning`)}
            </Text>
          </Pair>
          <Pair title={t('clients.lastUsed')}>
            <LastUse client={client} />
          </Pair>
          <Pair title={t('client.grants')}>{client.grants.map((grant) => t(`grants.${grant}`)).join(', ')}</Pair>
          <Pair title={t('client.made')}>
            <When at={client.createdAt} />
          </Pair>
          <Pair title={t('secret.organizationId')}>
            <Copyable value={client.organizationId} label={t('secret.organizationId')} />
          </Pair>
          <Pair title={t('secret.tokenUrl')}>
            <Copyable value={instance.tokenUrl} label={t('secret.tokenUrl')} />
          </Pair>
        </dl>
      </Section>
      <Section title={t('overview.requests', { days: instance.limits.overviewDays })}>
        <Loaded query={usage} title={t('client.usageFailed')}>
          {({ days }) => <DaysChart days={days} />}
        </Loaded>
      </Section>
      <Section title={t('samples.title')} intro={t('samples.placeholder')}>
        <Suspense fallback={<Loading />}>
          <SampleTabs values={fillSampleValues(instance, client, 'your-client-secret')} />
        </Suspense>
      </Section>
      {editing && <EditDialog client={client} etag={etag} onClose={() => setEditing(false)} />}
    </Stack>
  );
}

function Pair({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <>
      <dt>{title}</dt>
      <dd>{children}</dd>
    </>
  );
}

/** Says that it is waiting for the first token, and when it was issued. */
function FirstToken({ client }: { readonly client: ApiClient }) {
  const { t } = useTranslation();
  const waited = useRef(client.lastUsedAt === null);
  if (client.lastUsedAt !== null) {
    if (!waited.current) return null;
    return (
      <Note tone="good" role="status">
        <State tone="good">{t('client.firstToken')}</State>
      </Note>
    );
  }
  waited.current = true;
  if (client.state === 'disabled' || client.secrets.length === 0) return null;
  return (
    <Note role="status">
      <State tone="warn" live>
        {t('client.waiting')}
      </State>
    </Note>
  );
}

function LastUse({ client }: { readonly client: ApiClient }) {
  const { t } = useTranslation();
  const latest = useAnswer(
    'listActivity',
    { path: { organizationId: client.organizationId, clientId: client.id }, query: { outcome: 'issued', limit: 1 } },
    { enabled: client.lastUsedAt !== null },
  );
  if (client.lastUsedAt === null) return t('clients.neverUsed');
  const entry = latest.data?.value.items[0];
  const lastFour =
    entry?.secretLastFour ?? client.secrets.find(({ lastUsedAt }) => lastUsedAt === client.lastUsedAt)?.lastFour;
  return (
    <>
      <When at={client.lastUsedAt} />
      {client.lastUsedAddress !== null && (
        <>
          {' '}
          {t('client.from')} <code className="mono">{client.lastUsedAddress}</code>
        </>
      )}
      {lastFour !== undefined && (
        <>
          {' '}
          {t('client.withSecret')} <code className="mono">…{lastFour}</code>
        </>
      )}
      {entry?.userAgent != null && (
        <Text size="xs" c="dimmed" className="break">
          {entry.userAgent}
        </Text>
      )}
    </>
  );
}

/** What the dialog edits. */
function valuesOf({ name, description, access, grants }: ApiClient) {
  return { name, description, access, passwordGrant: grants.includes('password') };
}

function EditDialog({
  client,
  etag,
  onClose,
}: {
  readonly client: ApiClient;
  readonly etag: string;
  readonly onClose: () => void;
}) {
  const { t } = useTranslation();
  const rules = useRules();
  const { limits, passwordGrant: offersPasswordGrant } = useInstance();
  const { accessTokenLifetimeSeconds } = limits;
  const mayUsePasswords = client.grants.includes('password');
  const duration = useDuration();
  const form = useForm({
    initialValues: valuesOf(client),
    validateInputOnBlur: true,
    validate: { name: (value) => rules.name(value, t('create.nameMissing')), description: rules.description },
  });
  const save = useAction(async (values: typeof form.values) => {
    await call('updateClient', {
      path: { organizationId: client.organizationId, clientId: client.id },
      etag,
      // Only the edited fields: changes by others to the rest are kept.
      body: {
        ...(form.isDirty('name') ? { name: values.name.trim() } : {}),
        ...(form.isDirty('description') ? { description: values.description.trim() } : {}),
        ...(form.isDirty('access') ? { access: values.access } : {}),
        ...(form.isDirty('passwordGrant') ? { passwordGrant: values.passwordGrant } : {}),
      },
    });
    notify(t('saved'));
  });
  const read = useRef(valuesOf(client));
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a new version of the client brings new values
  useEffect(() => {
    const before = read.current;
    const now = valuesOf(client);
    const { values } = form;
    read.current = now;
    form.setInitialValues(now);
    form.setValues({
      name: values.name === before.name ? now.name : values.name,
      description: values.description === before.description ? now.description : values.description,
      access: values.access === before.access ? now.access : values.access,
      passwordGrant: values.passwordGrant === before.passwordGrant ? now.passwordGrant : values.passwordGrant,
    });
  }, [etag]);
  const submit = async (values: typeof form.values) => {
    if (await save.run(values)) onClose();
  };
  return (
    <Dialog opened title={t('client.editTitle', { client: client.name })} onClose={onClose}>
      <form onSubmit={form.onSubmit((values) => void submit(values))} noValidate>
        <Stack>
          <TextInput label={t('create.name')} data-autofocus {...form.getInputProps('name')} />
          <Textarea label={t('create.description')} autosize minRows={2} {...form.getInputProps('description')} />
          <Suspense fallback={<Loading lines={2} />}>
            <AccessChoice value={form.values.access} onChange={(access) => form.setFieldValue('access', access)} />
          </Suspense>
          {form.values.access !== client.access && (
            <Note>
              {form.values.access === 'read'
                ? t('client.accessLowered')
                : t('client.accessRaised', { duration: duration(accessTokenLifetimeSeconds) })}
            </Note>
          )}
          {(offersPasswordGrant || mayUsePasswords) && (
            <Checkbox
              label={t('create.passwordGrant')}
              description={t('create.passwordGrantWhy')}
              disabled={!offersPasswordGrant && !form.values.passwordGrant}
              {...form.getInputProps('passwordGrant', { type: 'checkbox' })}
            />
          )}
          {mayUsePasswords && !form.values.passwordGrant && <Note tone="warn">{t('client.passwordGrantTaken')}</Note>}
          {save.problem !== undefined && <ProblemAlert problem={save.problem} onReload={save.clear} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t('cancel')}
            </Button>
            <Button type="submit" loading={save.isPending}>
              {t('save')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
