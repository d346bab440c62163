export const minuteMilliseconds = 60_000;
export const hourMilliseconds = 60 * minuteMilliseconds;
export const dayMilliseconds = 24 * hourMilliseconds;

const unitMilliseconds: Readonly<Record<string, number>> = {
  s: 1000,
  m: minuteMilliseconds,
  h: hourMilliseconds,
  d: dayMilliseconds,
};

/** Milliseconds of a duration such as `45s`, `30m`, `24h` or `90d`; undefined for any other text and above 100 years. */
export function parseDuration(text: string): number | undefined {
  const match = /^([1-9]\d{0,8})([smhd])$/.exec(text);
  const unit = unitMilliseconds[match?.[2] ?? ''];
  if (match === null || unit === undefined) {
    return undefined;
  }
  const milliseconds = Number(match[1]) * unit;
  return milliseconds <= hundredYears ? milliseconds : undefined;
}

const hundredYears = 36_525 * dayMilliseconds;

/** The hour that a moment lies in, as the epoch milliseconds of its start. */
export function hourOf(at: number): number {
  return at - (at % hourMilliseconds);
}
