import { ActionIcon, Button, Tooltip } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { announce } from './announce.tsx';
import { Icon } from './icon.tsx';

/** Copies text; false where the browser does not allow it, for example over plain HTTP. */
async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

function useCopy(text: string, holder: () => HTMLElement | null) {
  const { t } = useTranslation();
  const [outcome, setOutcome] = useState<'copied' | 'selected'>();
  useEffect(() => {
    if (outcome === undefined) return;
    const timer = setTimeout(() => setOutcome(undefined), 2500);
    return () => clearTimeout(timer);
  }, [outcome]);
  const copy = async () => {
    const done = await copyText(text);
    const element = holder();
    if (!done && element !== null) window.getSelection()?.selectAllChildren(element);
    setOutcome(done ? 'copied' : 'selected');
    announce(done ? t('copy.done') : t('copy.selected'));
  };
  return { outcome, copy };
}

/** A value in a box with a copy button; `label` names the value. */
export function Copyable({
  value,
  label,
  shown,
}: {
  readonly value: string;
  readonly label: string;
  readonly shown?: string;
}) {
  const { t } = useTranslation();
  const code = useRef<HTMLElement>(null);
  const { outcome, copy } = useCopy(value, () => code.current);
  return (
    <span className="value">
      <code ref={code} translate="no">
        {shown ?? value}
      </code>
      <Tooltip
        label={outcome === undefined ? t('copy.copy') : outcome === 'copied' ? t('copy.done') : t('copy.selected')}
      >
        <ActionIcon
          variant="subtle"
          color={outcome === 'copied' ? 'green' : 'gray'}
          size="md"
          aria-label={t('copy.named', { label })}
          onClick={() => void copy()}
        >
          <Icon name={outcome === 'copied' ? 'check' : 'copy'} size={16} />
        </ActionIcon>
      </Tooltip>
    </span>
  );
}

/** A short inline value with a small copy button. */
export function CopyInline({
  value,
  label,
  shown,
}: {
  readonly value: string;
  readonly label: string;
  readonly shown?: string;
}) {
  const { t } = useTranslation();
  const code = useRef<HTMLElement>(null);
  const { outcome, copy } = useCopy(value, () => code.current);
  return (
    <span style={{ display: 'inline-flex', alignItems: 'center', gap: '0.25rem', maxWidth: '100%' }}>
      <code ref={code} className={shown === undefined ? 'mono break' : 'mono nowrap'} title={value} translate="no">
        {shown ?? value}
      </code>
      <Tooltip
        label={outcome === undefined ? t('copy.copy') : outcome === 'copied' ? t('copy.done') : t('copy.selected')}
      >
        <ActionIcon
          variant="subtle"
          color="gray"
          size="sm"
          aria-label={t('copy.named', { label })}
          onClick={() => void copy()}
        >
          <Icon name={outcome === 'copied' ? 'check' : 'copy'} size={14} />
        </ActionIcon>
      </Tooltip>
    </span>
  );
}

/** A labelled button that copies text that is not on the screen. */
export function CopyButton({ text, label }: { readonly text: string; readonly label: string }) {
  const { t } = useTranslation();
  const { outcome, copy } = useCopy(text, () => null);
  const face = outcome === 'copied' ? t('copy.done') : outcome === 'selected' ? t('copy.refused') : label;
  return (
    <Button
      variant="default"
      size="xs"
      leftSection={<Icon name={outcome === 'copied' ? 'check' : 'copy'} size={14} />}
      onClick={() => void copy()}
    >
      {face}
    </Button>
  );
}
