import { NativeSelect, Stack, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';

/** When a new secret ends: never, after so many days, or at a date. */
export interface SecretEnd {
  readonly kind: 'never' | '30' | '90' | '365' | 'date';
  /** `YYYY-MM-DD`, for the kind `date`. */
  readonly date: string;
}

export const noEnd: SecretEnd = { kind: 'never', date: '' };

/** The moment that was chosen; null for never, undefined while the date is missing or past. */
export function momentOf(end: SecretEnd, now: number): string | null | undefined {
  if (end.kind === 'never') return null;
  if (end.kind !== 'date') return new Date(now + Number(end.kind) * 86_400_000).toISOString();
  // The end of that day where the person is.
  const moment = new Date(`${end.date}T23:59:59`).getTime();
  return Number.isNaN(moment) || moment <= now ? undefined : new Date(moment).toISOString();
}

/** The choice of a secret's end. */
export function SecretEndField({
  value,
  onChange,
  error,
}: {
  readonly value: SecretEnd;
  readonly onChange: (value: SecretEnd) => void;
  readonly error?: string | undefined;
}) {
  const { t } = useTranslation();
  const kinds = ['never', '30', '90', '365', 'date'] as const;
  return (
    <Stack gap="xs">
      <NativeSelect
        label={t('secretEnd.label')}
        description={t('secretEnd.help')}
        value={value.kind}
        onChange={(event) => {
          const kind = kinds.find((candidate) => candidate === event.currentTarget.value) ?? 'never';
          onChange({ ...value, kind });
        }}
        data={kinds.map((kind) => ({ value: kind, label: t(`secretEnd.${kind}`) }))}
      />
      {value.kind === 'date' && (
        <TextInput
          type="date"
          label={t('secretEnd.dateLabel')}
          value={value.date}
          min={new Date().toISOString().slice(0, 10)}
          onChange={(event) => onChange({ ...value, date: event.currentTarget.value })}
          error={error}
        />
      )}
    </Stack>
  );
}
