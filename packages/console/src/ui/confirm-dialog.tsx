import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Action } from '../api/use-action.ts';
import { Dialog } from './dialog.tsx';
import { ProblemAlert } from './problem-alert.tsx';

/** Asks for confirmation; with `typed`, that text has to be typed first. */
export function ConfirmDialog({
  title,
  children,
  confirm,
  typed,
  harmless,
  action,
  onClose,
}: {
  readonly title: string;
  readonly children: ReactNode;
  /** The label of the button. */
  readonly confirm: string;
  readonly typed?: string | undefined;
  /** The action destroys nothing. */
  readonly harmless?: boolean;
  readonly action: Action<[]>;
  readonly onClose: () => void;
}) {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const ready = typed === undefined || text.trim() === typed;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (ready && (await action.run())) onClose();
  };
  return (
    <Dialog opened title={title} onClose={onClose}>
      <form onSubmit={(event) => void submit(event)}>
        <Stack gap="md">
          <Text size="sm" component="div">
            {children}
          </Text>
          {typed !== undefined && (
            <TextInput
              label={t('confirm.typeName', { name: typed })}
              value={text}
              onChange={(event) => setText(event.currentTarget.value)}
              autoComplete="off"
              spellCheck={false}
              data-autofocus
            />
          )}
          {action.problem !== undefined && <ProblemAlert problem={action.problem} onReload={action.clear} />}
          <Group justify="flex-end">
            {/* Never the destructive button first. */}
            <Button variant="default" onClick={onClose} {...(typed === undefined ? { 'data-autofocus': true } : {})}>
              {t('cancel')}
            </Button>
            <Button
              type="submit"
              {...(harmless === true ? {} : { color: 'red.9' })}
              disabled={!ready}
              loading={action.isPending}
            >
              {confirm}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
