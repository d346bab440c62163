import i18next from 'i18next';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';

const steps: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
];

/** A time in words, relative to now: "12 minutes ago". */
export function relativeTime(at: number, now: number, language: string): string {
  const seconds = Math.round((at - now) / 1000);
  const format = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  for (const [unit, size] of steps) {
    if (Math.abs(seconds) >= size) return format.format(Math.round(seconds / size), unit);
  }
  // Intl would say "now", which does not fit after "last used".
  return seconds <= 0 ? i18next.t('justNow') : format.format(0, 'second');
}

/** The locale for dates: `en` is 22 Nov in London and Nov 22 in New York. */
export function localeOf(language: string): string {
  return navigator.languages.find((tag) => tag.split('-', 1)[0] === language) ?? language;
}

/** The full date and time, in the time zone of this machine. */
export function exactTime(at: number, language: string): string {
  return new Intl.DateTimeFormat(localeOf(language), { dateStyle: 'medium', timeStyle: 'long' }).format(at);
}

/** A calendar day. */
export function dayOf(at: number, language: string): string {
  return new Intl.DateTimeFormat(localeOf(language), { dateStyle: 'medium' }).format(at);
}

/** The current time, updated every half minute. */
export function useNow(milliseconds = 30_000): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), milliseconds);
    return () => clearInterval(timer);
  }, [milliseconds]);
  return now;
}

/** A time: relative as text, exact on hover and for machines. */
export function When({ at }: { readonly at: string }) {
  const { i18n } = useTranslation();
  const now = useNow();
  const moment = Date.parse(at);
  return (
    <time dateTime={at} title={`${exactTime(moment, i18n.language)} (${at})`}>
      {relativeTime(moment, now, i18n.language)}
    </time>
  );
}
