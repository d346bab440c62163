import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';

const steps: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
];

/** A moment in words, relative to now: "12 minutes ago". */
export function relativeTime(at: number, now: number, language: string): string {
  const seconds = Math.round((at - now) / 1000);
  const format = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  for (const [unit, size] of steps) {
    if (Math.abs(seconds) >= size) return format.format(Math.round(seconds / size), unit);
  }
  return format.format(0, 'second');
}

/** How this person writes dates: `en` is 22 Nov in London and Nov 22 in New York. */
export function localeOf(language: string): string {
  return navigator.languages.find((tag) => tag.split('-', 1)[0] === language) ?? language;
}

/** A moment with everything, in the time of this machine. */
export function exactTime(at: number, language: string): string {
  return new Intl.DateTimeFormat(localeOf(language), { dateStyle: 'medium', timeStyle: 'long' }).format(at);
}

/** A calendar day. */
export function dayOf(at: number, language: string): string {
  return new Intl.DateTimeFormat(localeOf(language), { dateStyle: 'medium' }).format(at);
}

/** The time now, anew every half minute. */
export function useNow(milliseconds = 30_000): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), milliseconds);
    return () => clearInterval(timer);
  }, [milliseconds]);
  return now;
}

/** A moment: relative for reading, exact on hover and for machines. */
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
