import { NativeSelect, Stack, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useInstance } from '../session/instance.tsx';

/** When a new secret expires: never, after a number of days, or on a date. */
export interface SecretEnd {
  readonly kind: 'never' | 'date' | number;
  /** `YYYY-MM-DD`, for the kind `date`. */
  readonly date: string;
}

export const noEnd: SecretEnd = { kind: 'never', date: '' };

/** The chosen time; null for never, undefined while the date is missing or in the past. */
export function momentOf(end: SecretEnd, now: number): string | null | undefined {
  if (end.kind === 'never') return null;
  if (end.kind !== 'date') return new Date(now + end.kind * 86_400_000).toISOString();
  // The end of that day in the user's time zone.
  const moment = new Date(`${end.date}T23:59:59`).getTime();
  return Number.isNaN(moment) || moment <= now ? undefined : new Date(moment).toISOString();
}

/** The field for the expiry of a secret. */
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
  const { secretLifetimeDaysOffered: offered } = useInstance().limits;
  const kinds: readonly SecretEnd['kind'][] = ['never', ...offered, 'date'];
  return (
    <Stack gap="xs">
      <NativeSelect
        label={t('secretEnd.label')}
        description={t('secretEnd.help')}
        value={String(value.kind)}
        onChange={(event) => {
          const kind = kinds.find((candidate) => String(candidate) === event.currentTarget.value) ?? 'never';
          onChange({ ...value, kind });
        }}
        data={kinds.map((kind) => ({
          value: String(kind),
          label: typeof kind === 'number' ? t('secretEnd.days', { days: kind }) : t(`secretEnd.${kind}`),
        }))}
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
