import { TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useEffect, useState } from 'react';
import { useRules } from '../session/rules.ts';
import { Icon } from './icon.tsx';

/** A search field that waits until typing pauses; pressing `/` focuses it. */
export function SearchField({
  value,
  label,
  onChange,
}: {
  readonly value: string;
  readonly label: string;
  readonly onChange: (text: string) => void;
}) {
  const [text, setText] = useState(value);
  const [field, setField] = useState<HTMLInputElement | null>(null);
  const rules = useRules();
  const later = useDebouncedCallback(onChange, 300);
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    const jump = (event: KeyboardEvent) => {
      const isTyping =
        event.target instanceof HTMLElement && event.target.closest('input, textarea, select, [role=dialog]') !== null;
      if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      field?.focus();
    };
    document.addEventListener('keydown', jump);
    return () => document.removeEventListener('keydown', jump);
  }, [field]);
  return (
    <TextInput
      ref={setField}
      size="sm"
      type="search"
      label={label}
      value={text}
      error={rules.search(text)}
      leftSection={<Icon name="search" size={16} />}
      aria-keyshortcuts="/"
      style={{ flex: '1 1 14rem' }}
      onChange={(event) => {
        setText(event.currentTarget.value);
        if (rules.search(event.currentTarget.value) === null) later(event.currentTarget.value.trim());
      }}
    />
  );
}
