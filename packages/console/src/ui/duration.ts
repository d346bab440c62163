import { useTranslation } from 'react-i18next';

/** A duration in the largest unit that needs no fraction: "10 minutes", "24 hours", "7 days". */
export function durationIn(seconds: number, language: string): string {
  const [unit, size] = unitOf(seconds);
  return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(seconds / size);
}

/** Writes durations in the language of the page. */
export function useDuration(): (seconds: number) => string {
  const { i18n } = useTranslation();
  return (seconds) => durationIn(seconds, i18n.language);
}

function unitOf(seconds: number): readonly ['day' | 'hour' | 'minute' | 'second', number] {
  // One day reads better as 24 hours: it does not end at midnight.
  if (seconds % 86_400 === 0 && seconds > 86_400) return ['day', 86_400];
  if (seconds % 3600 === 0) return ['hour', 3600];
  return seconds % 60 === 0 ? ['minute', 60] : ['second', 1];
}
