import { Button, Group, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { Note } from '../ui/state.tsx';
import { exactTime } from '../ui/when.tsx';
import { useSession } from './session.tsx';

const dismissedKey = 'bindery.wrong-passwords';

/** Tells the user that somebody guessed at the password before this sign-in; can be dismissed. */
export function WrongPasswords() {
  const { t, i18n } = useTranslation();
  const { wrongPasswords } = useSession();
  const [, go] = useLocation();
  const [dismissed, setDismissed] = useState(() => readDismissed());
  if (wrongPasswords === null || dismissed === wrongPasswords.since) return null;
  const dismiss = () => {
    setDismissed(wrongPasswords.since);
    try {
      sessionStorage.setItem(dismissedKey, wrongPasswords.since);
    } catch {
      // Without storage it is shown again after the page was reloaded.
    }
  };
  return (
    <div style={{ marginBottom: '1.5rem' }}>
      <Note tone="warn" role="status">
        <Text fw={600} size="sm">
          {t('wrongPasswords.title', {
            count: wrongPasswords.count,
            since: exactTime(Date.parse(wrongPasswords.since), i18n.language),
          })}
        </Text>
        <Text size="sm">{t('wrongPasswords.text')}</Text>
        <Group mt="xs">
          <Button size="xs" variant="default" onClick={() => go('/console/account')}>
            {t('wrongPasswords.change')}
          </Button>
          <Button size="xs" variant="subtle" onClick={dismiss}>
            {t('wrongPasswords.dismiss')}
          </Button>
        </Group>
      </Note>
    </div>
  );
}

function readDismissed(): string | null {
  try {
    return sessionStorage.getItem(dismissedKey);
  } catch {
    return null;
  }
}
