import { Button, Group, NativeSelect, NumberInput, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../api/call.ts';
import { useAnswer } from '../api/queries.ts';
import { useAction } from '../api/use-action.ts';
import { useInstance } from '../session/instance.tsx';
import { Choice } from '../ui/choice.tsx';
import { useDuration } from '../ui/duration.ts';
import { ProblemAlert } from '../ui/problem-alert.tsx';
import { Note } from '../ui/state.tsx';
import type { ApiClient, NewSecret } from './api-client.ts';
import { momentOf, noEnd, SecretEndField } from './secret-end.tsx';

/** How long the old secret keeps working: as usual, one of two others, a custom time, or not at all. */
type Overlap = 'usual' | 'hour' | 'week' | 'custom' | 'now';
const offered = { hour: 3600, week: 604_800 } as const;
const units = { hours: 3600, days: 86_400 } as const;

/** The form for rotating a secret: how long the old one keeps working. */
export function RotateForm({
  client: opened,
  onMade,
  onCancel,
}: {
  readonly client: ApiClient;
  readonly onMade: (made: NewSecret) => void;
  readonly onCancel: () => void;
}) {
  const { t } = useTranslation();
  const path = { organizationId: opened.organizationId, clientId: opened.id };
  const query = useAnswer('getClient', { path });
  const client = query.data?.value ?? opened;
  const { limits } = useInstance();
  const duration = useDuration();
  // When no further secret fits, a new one can only replace them all.
  const isFull = client.secrets.length >= limits.liveSecretsMax;
  const [chosen, setOverlap] = useState<Overlap>('usual');
  const overlap = isFull ? 'now' : chosen;
  const [amount, setAmount] = useState<number | string>(2);
  const [unit, setUnit] = useState<keyof typeof units>('days');
  const [end, setEnd] = useState(noEnd);
  const custom = typeof amount === 'number' ? Math.round(amount * units[unit]) : Number.NaN;
  const seconds = { ...offered, usual: limits.secretOverlapSecondsDefault, custom, now: 0 };
  const overlapSeconds = seconds[overlap];
  const expiresAt = momentOf(end, Date.now());
  const ready = overlapSeconds >= 0 && overlapSeconds <= limits.secretOverlapSecondsMax && expiresAt !== undefined;
  const rotate = useAction(async () => {
    const { value } = await call('rotateSecret', {
      path,
      etag: query.data?.etag ?? '',
      body: { overlapSeconds, secretExpiresAt: expiresAt ?? null },
    });
    onMade(value);
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) void rotate.run();
      }}
    >
      <Stack>
        <Text size="sm">{overlap === 'now' ? t('rotate.introNow') : t('rotate.intro')}</Text>
        {isFull ? (
          <Note tone="warn">{t('rotate.full')}</Note>
        ) : (
          <Choice<Overlap>
            label={t('rotate.label')}
            value={overlap}
            onChange={setOverlap}
            options={[
              { value: 'usual', title: duration(seconds.usual), meaning: t('rotate.usualMeaning') },
              { value: 'hour', title: duration(seconds.hour) },
              { value: 'week', title: duration(seconds.week) },
              { value: 'custom', title: t('rotate.custom') },
              { value: 'now', title: t('rotate.now'), meaning: t('rotate.nowMeaning'), tone: 'bad' },
            ]}
          >
            {overlap === 'custom' && (
              <Group mt="xs" align="flex-end" gap="xs">
                <NumberInput
                  label={t('rotate.amount')}
                  min={1}
                  max={Math.floor(limits.secretOverlapSecondsMax / units[unit])}
                  value={amount}
                  onChange={setAmount}
                  w={110}
                />
                <NativeSelect
                  aria-label={t('rotate.unit')}
                  value={unit}
                  onChange={(event) => setUnit(event.currentTarget.value === 'hours' ? 'hours' : 'days')}
                  data={[
                    { value: 'hours', label: t('rotate.hours') },
                    { value: 'days', label: t('rotate.days') },
                  ]}
                />
              </Group>
            )}
          </Choice>
        )}
        <SecretEndField
          value={end}
          onChange={setEnd}
          error={expiresAt === undefined ? t('secretEnd.past') : undefined}
        />
        {rotate.problem !== undefined && <ProblemAlert problem={rotate.problem} onReload={rotate.clear} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onCancel}>
            {t('cancel')}
          </Button>
          <Button
            type="submit"
            loading={rotate.isPending}
            disabled={!ready}
            {...(overlap === 'now' ? { color: 'red.9' } : {})}
          >
            {overlap === 'now' ? t('rotate.submitNow') : t('rotate.submit')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
