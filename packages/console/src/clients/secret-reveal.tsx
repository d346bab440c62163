import { Button, Checkbox, Group, Stack, Text, Title } from '@mantine/core';
import { useEffect, useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toEnvFile } from '../samples/fill.ts';
import { SampleTabs } from '../samples/sample-tabs.tsx';
import { fillSampleValues } from '../samples/values.ts';
import { useInstance } from '../session/instance.tsx';
import { Copyable, CopyButton } from '../ui/copy.tsx';
import { Icon } from '../ui/icon.tsx';
import { Note } from '../ui/state.tsx';
import { When } from '../ui/when.tsx';
import type { NewSecret } from './api-client.ts';
import { preventLoss } from './prevent-loss.ts';
import { TestNow } from './test-now.tsx';

/** Shows a new secret once: to copy, download and test. */
export function SecretReveal({
  made,
  asking,
  onStay,
  onFinish,
}: {
  readonly made: NewSecret;
  /** The user wants to close the dialog; ask for confirmation. */
  readonly asking: boolean;
  readonly onStay: () => void;
  readonly onFinish: () => void;
}) {
  const { t } = useTranslation();
  const instance = useInstance();
  const [stored, setStored] = useState(false);
  const top = useRef<HTMLDivElement>(null);
  // The focused button disappeared with the form.
  useEffect(() => top.current?.focus(), []);
  const values = fillSampleValues(instance, made.client, made.clientSecret);
  const env = toEnvFile(values);
  if (asking && !stored) {
    return (
      <Stack role="alertdialog" aria-label={t('secret.closeTitle')}>
        <Text>{t('secret.closeText')}</Text>
        <Group justify="flex-end">
          <Button data-autofocus autoFocus onClick={onStay}>
            {t('secret.stay')}
          </Button>
          <Button variant="outline" color="red.9" onClick={onFinish} c="var(--bad)">
            {t('secret.closeAnyway')}
          </Button>
        </Group>
      </Stack>
    );
  }
  return (
    <Stack gap="lg">
      <div ref={top} tabIndex={-1} className="quiet">
        <Note tone="warn">{t('secret.once')}</Note>
      </div>
      {made.previousSecretExpiresAt !== null && (
        <Text size="sm">
          {t('secret.previousEnds')} <When at={made.previousSecretExpiresAt} />.
        </Text>
      )}
      <Stack gap="sm">
        <Labelled label={t('secret.clientId')} value={made.client.id} />
        <Labelled label={t('secret.clientSecret')} value={made.clientSecret} />
        <Labelled label={t('secret.organizationId')} value={made.client.organizationId} />
        <Labelled label={t('secret.tokenUrl')} value={instance.tokenUrl} />
        <Group gap="xs" mt={4}>
          <CopyButton text={env} label={t('secret.copyEnv')} />
          <DownloadEnv text={env} name={made.client.id} />
        </Group>
      </Stack>
      <TestNow tokenUrl={instance.tokenUrl} clientId={made.client.id} clientSecret={made.clientSecret} />
      <div>
        <Title order={3} size="sm" mb="xs">
          {t('samples.title')}
        </Title>
        <SampleTabs values={values} />
      </div>
      <Group justify="space-between" gap="md">
        <Checkbox
          label={t('secret.stored')}
          checked={stored}
          onChange={(event) => {
            setStored(event.currentTarget.checked);
            preventLoss(!event.currentTarget.checked);
          }}
        />
        <Button disabled={!stored} onClick={onFinish}>
          {t('secret.done')}
        </Button>
      </Group>
    </Stack>
  );
}

function Labelled({ label, value }: { readonly label: string; readonly value: string }) {
  const id = useId();
  return (
    <fieldset aria-labelledby={id} className="plain">
      <Text size="sm" fw={600} mb={4} id={id}>
        {label}
      </Text>
      <Copyable value={value} label={label} />
    </fieldset>
  );
}

function DownloadEnv({ text, name }: { readonly text: string; readonly name: string }) {
  const { t } = useTranslation();
  const download = () => {
    const address = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
    const link = document.createElement('a');
    link.href = address;
    link.download = `${name}.env`;
    link.click();
    // By then the browser has made its copy.
    setTimeout(() => URL.revokeObjectURL(address), 1000);
  };
  return (
    <Button variant="default" size="xs" leftSection={<Icon name="download" size={14} />} onClick={download}>
      {t('secret.downloadEnv')}
    </Button>
  );
}
