const unitMilliseconds: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Milliseconds of a duration such as `45s`, `30m`, `24h` or `90d`; undefined when it is none or not positive. */
export function parseDuration(text: string): number | undefined {
  const match = /^([1-9]\d{0,8})([smhd])$/.exec(text);
  const unit = unitMilliseconds[match?.[2] ?? ''];
  if (match === null || unit === undefined) {
    return undefined;
  }
  const milliseconds = Number(match[1]) * unit;
  return milliseconds <= hundredYears ? milliseconds : undefined;
}

const hundredYears = 36_525 * 86_400_000;
