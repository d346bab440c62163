import { Group, Tabs } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { CopyButton } from '../ui/copy.tsx';
import { ScrollBox } from '../ui/scroll-box.tsx';
import { fillSample, type SampleValues } from './fill.ts';
import { samples } from './samples.ts';

const storedUnder = 'bindery.sampleLanguage';

/** The same first call in five languages, with real values; the chosen language is remembered. */
export function SampleTabs({ values }: { readonly values: SampleValues }) {
  const { t } = useTranslation();
  const [language, setLanguage] = useState(readLanguage);
  const choose = (next: string | null) => {
    if (next === null) return;
    setLanguage(next);
    try {
      localStorage.setItem(storedUnder, next);
    } catch {
      // Then it has to be chosen again next time.
    }
  };
  return (
    <Tabs value={language} onChange={choose} keepMounted={false}>
      <Tabs.List aria-label={t('samples.label')}>
        {samples.map((sample) => (
          <Tabs.Tab key={sample.language} value={sample.language}>
            {sample.title}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {samples.map((sample) => {
        const text = fillSample(sample.language, sample.text, values);
        return (
          <Tabs.Panel key={sample.language} value={sample.language} pt="sm">
            <ScrollBox className="code" label={t('samples.code', { language: sample.title })}>
              <pre translate="no">{text}</pre>
            </ScrollBox>
            <Group mt="xs">
              <CopyButton text={text} label={t('samples.copy')} />
            </Group>
          </Tabs.Panel>
        );
      })}
    </Tabs>
  );
}

function readLanguage(): string {
  try {
    const stored = localStorage.getItem(storedUnder);
    return samples.find(({ language }) => language === stored)?.language ?? 'shell';
  } catch {
    return 'shell';
  }
}
