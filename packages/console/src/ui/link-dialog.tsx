import { Button, Group, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Copyable } from './copy.tsx';
import { Dialog } from './dialog.tsx';
import { Note } from './state.tsx';
import { When } from './when.tsx';

/** Shows a single-use link once, to be passed on to a person. */
export function LinkDialog({
  title,
  text,
  link,
  expiresAt,
  onClose,
}: {
  readonly title: string;
  readonly text: string;
  readonly link: string;
  readonly expiresAt: string;
  readonly onClose: () => void;
}) {
  const { t } = useTranslation();
  return (
    <Dialog opened title={title} onClose={onClose} closeOnClickOutside={false} size="lg">
      <Stack>
        <Text size="sm">{text}</Text>
        <Copyable value={link} label={t('link.label')} />
        <Note tone="warn">
          {t('link.once')} {t('link.ends')} <When at={expiresAt} />.
        </Note>
        <Group justify="flex-end">
          <Button onClick={onClose}>{t('secret.done')}</Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
