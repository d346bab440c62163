/** A round number at or above the largest value; its half is a whole number, except for 1. */
export function ceiling(value: number): number {
  const size = 10 ** Math.floor(Math.log10(value));
  for (const factor of [1, 2, 4, 5, 6, 8, 10]) {
    const round = size * factor;
    if (round >= value && (round === 1 || round % 2 === 0)) return round;
  }
  return size * 10;
}
