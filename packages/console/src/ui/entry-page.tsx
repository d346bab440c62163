import { Group, NativeSelect, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { isLanguage, languages } from '../language/languages.ts';
import { chooseAndRemember } from '../language/start.ts';
import { useInstance } from '../session/instance.tsx';
import { Brand } from './brand.tsx';
import { useTitle } from './page.tsx';

/** A page for somebody who is not signed in. */
export function EntryPage({
  title,
  intro,
  wide,
  children,
}: {
  readonly title: string;
  readonly intro?: ReactNode;
  readonly wide?: boolean;
  readonly children: ReactNode;
}) {
  const { t, i18n } = useTranslation();
  const { contact, docsUrl } = useInstance();
  useTitle(title);
  return (
    <div className="entry">
      <main className="entry-box" {...(wide === true ? { 'data-wide': '' } : {})}>
        <Stack gap="lg">
          <Brand />
          <div className="card pad">
            <Title order={1}>{title}</Title>
            {intro !== undefined && (
              <Text size="sm" c="dimmed" mt={4} component="div">
                {intro}
              </Text>
            )}
            <div style={{ marginTop: '1.25rem' }}>{children}</div>
          </div>
        </Stack>
      </main>
      <footer>
        <Group justify="center" gap="lg" p="md">
          <NativeSelect
            size="xs"
            aria-label={t('fields.language')}
            value={i18n.language}
            onChange={(event) => {
              const tag = event.currentTarget.value;
              if (isLanguage(tag)) void chooseAndRemember(tag);
            }}
            data={Object.entries(languages).map(([value, { name }]) => ({ value, label: name }))}
          />
          <Text size="sm" component="a" href={docsUrl} c="dimmed">
            {t('nav.docs')}
          </Text>
          {contact !== null && (
            <Text size="sm" component="a" href={`mailto:${contact}`} c="dimmed">
              {t('nav.contact')}
            </Text>
          )}
        </Group>
      </footer>
    </div>
  );
}
