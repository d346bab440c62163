import { Button, Group, NativeSelect, NumberInput, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../api/call.ts';
import { useAnswer } from '../api/queries.ts';
import { useAction } from '../api/use-action.ts';
import { Choice } from '../ui/choice.tsx';
import { ProblemAlert } from '../ui/problem-alert.tsx';
import { Note } from '../ui/state.tsx';
import type { ApiClient, NewSecret } from './api-client.ts';
import { momentOf, noEnd, SecretEndField } from './secret-end.tsx';

type Overlap = 'day' | 'hour' | 'week' | 'own' | 'now';
const seconds: Readonly<Record<Exclude<Overlap, 'own'>, number>> = { hour: 3600, day: 86_400, week: 604_800, now: 0 };
const units = { hours: 3600, days: 86_400 } as const;

/** The form for a second secret: how long the first one goes on working. */
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
  // With two live secrets the only way to a third is to end both.
  const isFull = client.secrets.length > 1;
  const [chosen, setOverlap] = useState<Overlap>('day');
  const overlap = isFull ? 'now' : chosen;
  const [amount, setAmount] = useState<number | string>(2);
  const [unit, setUnit] = useState<keyof typeof units>('days');
  const [end, setEnd] = useState(noEnd);
  const own = typeof amount === 'number' ? Math.round(amount * units[unit]) : Number.NaN;
  const overlapSeconds = overlap === 'own' ? own : seconds[overlap];
  const expiresAt = momentOf(end, Date.now());
  const ready = overlapSeconds >= 0 && overlapSeconds <= 31_536_000 && expiresAt !== undefined;
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
        {isFull && <Note tone="warn">{t('rotate.full')}</Note>}
        <Choice<Overlap>
          label={t('rotate.label')}
          value={overlap}
          onChange={setOverlap}
          options={[
            ...(isFull
              ? []
              : ([
                  { value: 'day', title: t('rotate.day'), meaning: t('rotate.dayMeaning') },
                  { value: 'hour', title: t('rotate.hour') },
                  { value: 'week', title: t('rotate.week') },
                  { value: 'own', title: t('rotate.own') },
                ] as const)),
            { value: 'now', title: t('rotate.now'), meaning: t('rotate.nowMeaning'), tone: 'bad' },
          ]}
        >
          {overlap === 'own' && (
            <Group mt="xs" align="flex-end" gap="xs">
              <NumberInput label={t('rotate.amount')} min={1} max={8760} value={amount} onChange={setAmount} w={110} />
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
