/** Red, green and blue from 0 to 255. */
type Rgb = readonly [number, number, number];

/** Bindery's own colour, of book cloth. */
export const ownColor = '#1f5f5b';

/** Reads `#rrggbb`; anything else is our own colour. */
function parse(color: string): Rgb {
  const match = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(color);
  if (match === null) return parse(ownColor);
  const [red = 0, green = 0, blue = 0] = match.slice(1).map((pair) => Number.parseInt(pair, 16));
  return [red, green, blue];
}

function format(rgb: Rgb): string {
  return `#${rgb.map((part) => Math.round(part).toString(16).padStart(2, '0')).join('')}`;
}

// WCAG 2.2, relative luminance
function luminance(rgb: Rgb): number {
  const [red = 0, green = 0, blue = 0] = rgb.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** The contrast of two colours, from 1 to 21 (WCAG 2.2); text needs 4.5. */
export function contrastOf(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(parse(one)), luminance(parse(other))].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** `share` (0 to 1) of `other` in `color`. */
export function mix(color: string, other: string, share: number): string {
  const [from, to] = [parse(color), parse(other)];
  const part = (index: 0 | 1 | 2) => from[index] + (to[index] - from[index]) * share;
  return format([part(0), part(1), part(2)]);
}

/** The colour, moved towards `pole` as little as gives it `contrast` on `background`. */
export function readableOn(color: string, background: string, pole: '#000000' | '#ffffff', contrast: number): string {
  for (let share = 0; share < 1; share += 0.02) {
    const tried = mix(color, pole, share);
    if (contrastOf(tried, background) >= contrast) return tried;
  }
  return pole;
}

/** Ten shades from light to dark for Mantine; white text is readable on the seventh and all after it. */
export function shadesOf(
  color: string,
): [string, string, string, string, string, string, string, string, string, string] {
  const filled = readableOn(color, '#ffffff', '#000000', 4.6);
  const lighter = (share: number) => mix(filled, '#ffffff', share);
  const darker = (share: number) => mix(filled, '#000000', share);
  return [
    lighter(0.93),
    lighter(0.85),
    lighter(0.7),
    lighter(0.5),
    lighter(0.33),
    lighter(0.16),
    filled,
    darker(0.14),
    darker(0.28),
    darker(0.42),
  ];
}
