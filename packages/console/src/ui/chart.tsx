import { Button, Group, Text } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ceiling } from './ceiling.ts';
import { ScrollBox } from './scroll-box.tsx';
import { localeOf } from './when.tsx';

interface Day {
  readonly date: string;
  readonly issued: number;
  readonly refused: number;
}

const height = 180;
const left = 44;
const bottom = 22;
const top = 8;

/** Token requests by day as bars, or as a table. */
export function DaysChart({ days }: { readonly days: readonly Day[] }) {
  const { t, i18n } = useTranslation();
  const [asTable, setAsTable] = useState(false);
  const number = new Intl.NumberFormat(i18n.language);
  const dateOf = (date: string) =>
    new Intl.DateTimeFormat(localeOf(i18n.language), { day: 'numeric', month: 'short', timeZone: 'UTC' }).format(
      Date.parse(date),
    );
  const issued = days.reduce((sum, day) => sum + day.issued, 0);
  const refused = days.reduce((sum, day) => sum + day.refused, 0);
  const total = t('chart.total', { issued: number.format(issued), refused: number.format(refused) });
  return (
    <div>
      <Group justify="space-between" mb="sm" gap="xs">
        <Group gap="md">
          <span className="key">{t('chart.issued')}</span>
          <span className="key" data-what="refused">
            {t('chart.refused')}
          </span>
        </Group>
        <Button
          size="compact-sm"
          variant="subtle"
          color="gray"
          aria-pressed={asTable}
          onClick={() => setAsTable(!asTable)}
        >
          {asTable ? t('chart.asChart') : t('chart.asTable')}
        </Button>
      </Group>
      {asTable ? (
        <ScrollBox label={t('chart.label')}>
          <table className="table" aria-label={t('chart.label')}>
            <thead>
              <tr>
                <th scope="col">{t('chart.day')}</th>
                <th scope="col" className="right">
                  {t('chart.issued')}
                </th>
                <th scope="col" className="right">
                  {t('chart.refused')}
                </th>
              </tr>
            </thead>
            <tbody>
              {[...days].reverse().map((day) => (
                <tr key={day.date}>
                  <td>
                    <time dateTime={day.date}>{dateOf(day.date)}</time>
                  </td>
                  <td className="right">{number.format(day.issued)}</td>
                  <td className="right">{number.format(day.refused)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollBox>
      ) : (
        <Bars days={days} label={`${t('chart.label')}: ${total}`} number={number} dateOf={dateOf} />
      )}
      <Text size="sm" c="dimmed" mt="xs">
        {total}
      </Text>
    </div>
  );
}

function Bars({
  days,
  label,
  number,
  dateOf,
}: {
  readonly days: readonly Day[];
  readonly label: string;
  readonly number: Intl.NumberFormat;
  readonly dateOf: (date: string) => string;
}) {
  const { t } = useTranslation();
  const { ref, width } = useElementSize<HTMLDivElement>();
  const most = ceiling(Math.max(...days.map(({ issued, refused }) => issued + refused), 1));
  const step = Math.max(width - left, 0) / Math.max(days.length, 1);
  const scale = (value: number) => (value / most) * (height - bottom - top);
  const floor = height - bottom;
  const every = step * 7 < 60 ? 14 : 7;
  return (
    <div ref={ref} style={{ height }}>
      <svg className="chart" width={width} height={height} role="img" aria-label={label}>
        {[0, 0.5, 1].map((share) => (
          <g key={share}>
            <line
              className="line"
              x1={left}
              x2={width}
              y1={floor - scale(most * share)}
              y2={floor - scale(most * share)}
            />
            {(share !== 0.5 || most > 1) && (
              <text x={left - 8} y={floor - scale(most * share) + 4} textAnchor="end">
                {number.format(most * share)}
              </text>
            )}
          </g>
        ))}
        {days.map((day, index) => {
          const x = left + index * step;
          const bar = Math.min(step * 0.7, 18);
          const at = x + (step - bar) / 2;
          return (
            <g key={day.date} className="day">
              <title>
                {t('chart.dayTotal', {
                  day: dateOf(day.date),
                  issued: number.format(day.issued),
                  refused: number.format(day.refused),
                })}
              </title>
              <rect className="hit" x={x} y={top} width={step} height={floor - top} />
              <rect className="issued" x={at} y={floor - scale(day.issued)} width={bar} height={scale(day.issued)} />
              <rect
                className="refused"
                x={at}
                y={floor - scale(day.issued + day.refused)}
                width={bar}
                height={scale(day.refused)}
              />
              {index % every === 1 && (
                <text
                  x={index > days.length - 3 ? width : x + step / 2}
                  y={height - 6}
                  textAnchor={index > days.length - 3 ? 'end' : 'middle'}
                >
                  {dateOf(day.date)}
                </text>
              )}
            </g>
          );
        })}
      </svg>
    </div>
  );
}
