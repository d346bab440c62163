import { Anchor, Button, Checkbox, Collapse, Group, Stack, Text, Textarea, TextInput, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'wouter';
import { call } from '../api/call.ts';
import { useAction } from '../api/use-action.ts';
import { useInstance } from '../session/instance.tsx';
import { useOrganization, useOwnerReason } from '../session/organization.tsx';
import { useRules } from '../session/rules.ts';
import { ActionButton } from '../ui/action-button.tsx';
import { Choice } from '../ui/choice.tsx';
import { ProblemAlert } from '../ui/problem-alert.tsx';
import { Note } from '../ui/state.tsx';
import { dayOf } from '../ui/when.tsx';
import type { NewSecret } from './api-client.ts';
import { momentOf, noEnd, type SecretEnd, SecretEndField } from './secret-end.tsx';

interface Values {
  name: string;
  description: string;
  access: 'read' | 'read_write';
  end: SecretEnd;
  passwordGrant: boolean;
}

/** The form for a new API client; the URL may prefill it. */
export function CreateForm({
  onMade,
  onCancel,
}: {
  readonly onMade: (made: NewSecret) => void;
  readonly onCancel: () => void;
}) {
  const { t } = useTranslation();
  const organization = useOrganization();
  const reason = useOwnerReason();
  const { passwordGrant } = useInstance();
  const rules = useRules();
  const [search] = useSearchParams();
  const [legacy, setLegacy] = useState(false);
  const form = useForm<Values>({
    initialValues: {
      name: search.get('name') ?? '',
      description: search.get('description') ?? '',
      access: search.get('access') === 'read_write' ? 'read_write' : 'read',
      end: noEnd,
      passwordGrant: false,
    },
    validateInputOnBlur: true,
    validate: {
      name: (value) => rules.name(value, t('create.nameMissing')),
      description: rules.description,
      end: (value) => (momentOf(value, Date.now()) === undefined ? t('secretEnd.past') : null),
    },
  });
  const create = useAction(async (values: Values) => {
    const { value } = await call('createClient', {
      path: { organizationId: organization.id },
      body: {
        name: values.name.trim(),
        description: values.description.trim(),
        access: values.access,
        secretExpiresAt: momentOf(values.end, Date.now()) ?? null,
        passwordGrant: values.passwordGrant,
      },
    });
    onMade(value);
  });
  return (
    <form onSubmit={form.onSubmit((values) => void create.run(values))} noValidate>
      {reason !== undefined && (
        <div style={{ marginBottom: '1rem' }}>
          <Note tone="warn">{reason}</Note>
        </div>
      )}
      <div className="two">
        <Stack gap="md">
          <TextInput
            label={t('create.name')}
            description={t('create.nameHelp')}
            placeholder={t('create.nameExample')}
            required
            withAsterisk={false}
            data-autofocus
            autoFocus
            {...form.getInputProps('name')}
          />
          <Textarea
            label={t('create.description')}
            placeholder={t('create.descriptionExample')}
            autosize
            minRows={2}
            {...form.getInputProps('description')}
          />
          <AccessChoice value={form.values.access} onChange={(access) => form.setFieldValue('access', access)} />
          <SecretEndField
            value={form.values.end}
            onChange={(end) => form.setFieldValue('end', end)}
            error={typeof form.errors['end'] === 'string' ? form.errors['end'] : undefined}
          />
          {passwordGrant && (
            <div>
              <Anchor
                component="button"
                type="button"
                size="sm"
                aria-expanded={legacy}
                onClick={() => setLegacy(!legacy)}
              >
                {t('create.legacy')}
              </Anchor>
              <Collapse expanded={legacy}>
                <Checkbox
                  mt="xs"
                  label={t('create.passwordGrant')}
                  description={t('create.passwordGrantWhy')}
                  {...form.getInputProps('passwordGrant', { type: 'checkbox' })}
                />
              </Collapse>
            </div>
          )}
        </Stack>
        <Summary values={form.values} />
      </div>
      <Stack mt="lg">
        {create.problem !== undefined && <ProblemAlert problem={create.problem} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onCancel}>
            {t('cancel')}
          </Button>
          <ActionButton type="submit" reason={reason} loading={create.isPending}>
            {t('create.submit')}
          </ActionButton>
        </Group>
      </Stack>
    </form>
  );
}

/** The choice between read and read-write access. */
export function AccessChoice({
  value,
  onChange,
}: {
  readonly value: Values['access'];
  readonly onChange: (value: Values['access']) => void;
}) {
  const { t } = useTranslation();
  return (
    <Choice
      label={t('access.label')}
      value={value}
      onChange={onChange}
      options={[
        { value: 'read', title: t('access.read'), meaning: t('access.readMeaning') },
        { value: 'read_write', title: t('access.read_write'), meaning: t('access.read_writeMeaning') },
      ]}
    />
  );
}

function Summary({ values }: { readonly values: Values }) {
  const { t, i18n } = useTranslation();
  const { productName } = useInstance();
  const organization = useOrganization();
  const end = momentOf(values.end, Date.now());
  const name = values.name.trim() === '' ? t('summary.unnamed') : values.name.trim();
  return (
    <aside className="summary" aria-label={t('summary.title')}>
      <Title order={3} size="sm" mb="xs">
        {t('summary.title')}
      </Title>
      <Stack gap="xs">
        <Text size="sm" className="break">
          {t(values.access === 'read' ? 'summary.read' : 'summary.readWrite', {
            name,
            product: productName,
            organization: organization.name,
          })}
        </Text>
        <Text size="sm">
          {end === undefined || end === null
            ? t('summary.noEnd')
            : t('summary.end', { date: dayOf(Date.parse(end), i18n.language) })}
        </Text>
        <Text size="sm">{values.passwordGrant ? t('summary.passwordGrant') : t('summary.ownName')}</Text>
        <Text size="sm" c="dimmed">
          {t('summary.once')}
        </Text>
      </Stack>
    </aside>
  );
}
