import { Anchor, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { EntryPage } from '../ui/entry-page.tsx';
import { useInstance } from './instance.tsx';

/** Shows its content only at the public URL: elsewhere the server refuses every change. */
export function AtOwnAddress({ children }: { readonly children: ReactNode }) {
  const { t } = useTranslation();
  const { issuer } = useInstance();
  if (new URL(issuer).origin === window.location.origin) return children;
  return (
    <EntryPage title={t('elsewhere.title')}>
      <Text size="sm">{t('elsewhere.text')}</Text>
      <Anchor href={`${issuer}/console`} className="break">
        {`${issuer}/console`}
      </Anchor>
      <Text size="sm" c="dimmed" mt="md">
        {t('elsewhere.operator', { origin: window.location.origin })}
      </Text>
    </EntryPage>
  );
}
