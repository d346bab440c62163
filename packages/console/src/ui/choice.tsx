import { Stack, Text } from '@mantine/core';
import { type ReactNode, useId } from 'react';

interface Option<Value extends string> {
  readonly value: Value;
  readonly title: string;
  readonly meaning?: string | undefined;
  readonly tone?: 'bad';
}

/** A group of radio buttons, each with a line of explanation. */
export function Choice<Value extends string>({
  label,
  options,
  value,
  onChange,
  children,
}: {
  readonly label: string;
  readonly options: readonly Option<Value>[];
  readonly value: Value;
  readonly onChange: (value: Value) => void;
  readonly children?: ReactNode;
}) {
  const name = useId();
  return (
    <fieldset className="plain">
      <legend style={{ padding: 0, marginBottom: '0.35rem', fontSize: '0.875rem', fontWeight: 600 }}>{label}</legend>
      <Stack gap={6}>
        {options.map((option) => (
          <label key={option.value} className="choice" data-tone={option.tone}>
            <input
              type="radio"
              name={name}
              checked={option.value === value}
              aria-describedby={option.meaning === undefined ? undefined : `${name}-${option.value}`}
              aria-label={option.title}
              onChange={() => onChange(option.value)}
            />
            <span>
              <Text
                component="strong"
                size="sm"
                display="block"
                {...(option.tone === 'bad' ? { c: 'var(--bad)' } : {})}
              >
                {option.title}
              </Text>
              {option.meaning !== undefined && (
                <Text component="span" display="block" size="sm" c="dimmed" id={`${name}-${option.value}`}>
                  {option.meaning}
                </Text>
              )}
            </span>
          </label>
        ))}
      </Stack>
      {children}
    </fieldset>
  );
}
