import { brandColorPattern } from './limits.ts';

/** Bindery's own colour, that of book cloth. */
export const defaultBrandColor = '#1f5f5b';

/** The colours of a brand, all `#rrggbb`, with contrasts as WCAG 2.2 defines them. */
export interface Palette {
  /** Ten shades from light to dark; white text is readable on the seventh and on every darker one. */
  readonly shades: readonly string[];
  /** The colour, darkened as little as makes it readable as text on a light page. */
  readonly onLight: string;
  /** The colour, lightened as little as makes it readable as text on a dark page. */
  readonly onDark: string;
  /** The contrast of white text on the colour itself, from 1 to 21. */
  readonly whiteTextContrast: number;
  /** Whether white text on the colour itself is readable. */
  readonly isReadable: boolean;
}

/** WCAG 2.2 §1.4.3, for text of any size. */
const contrastMin = 4.5;

// The least favourable backgrounds in console and portal. The margins keep text readable on tinted rows as well.
const lightPage = { color: '#f6f7f6', contrast: 5.1 };
const darkPage = { color: '#252b2d', contrast: 5.2 };
const filledContrast = 4.6;

/** The palette of a colour; of Bindery's own for null or anything else that is not a colour. */
export function paletteOf(color: string | null): Palette {
  const brand = color !== null && brandColorPattern.test(color) ? color : defaultBrandColor;
  const filled = readableOn(brand, '#ffffff', '#000000', filledContrast);
  const lighter = [0.93, 0.85, 0.7, 0.5, 0.33, 0.16].map((share) => mix(filled, '#ffffff', share));
  const darker = [0.14, 0.28, 0.42].map((share) => mix(filled, '#000000', share));
  const whiteTextContrast = contrastOf(brand, '#ffffff');
  return {
    shades: [...lighter, filled, ...darker],
    onLight: readableOn(brand, lightPage.color, '#000000', lightPage.contrast),
    onDark: readableOn(brand, darkPage.color, '#ffffff', darkPage.contrast),
    whiteTextContrast,
    isReadable: whiteTextContrast >= contrastMin,
  };
}

/** The contrast of two colours, from 1 to 21 (WCAG 2.2). */
export function contrastOf(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((left, right) => left - right);
  return (light + 0.05) / (dark + 0.05);
}

/** The colour, moved towards `pole` as little as gives it `contrast` on `background`. */
function readableOn(color: string, background: string, pole: '#000000' | '#ffffff', contrast: number): string {
  for (let share = 0; share < 1; share += 0.02) {
    const candidate = mix(color, pole, share);
    if (contrastOf(candidate, background) >= contrast) {
      return candidate;
    }
  }
  return pole;
}

/** `share` (0 to 1) of `other` in `color`. */
function mix(color: string, other: string, share: number): string {
  const target = channels(other);
  const mixed = channels(color).map((from, index) => Math.round(from + ((target[index] ?? 0) - from) * share));
  return `#${mixed.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
}

// WCAG 2.2, relative luminance
function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = channels(color).map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function channels(color: string): number[] {
  return [1, 3, 5].map((start) => Number.parseInt(color.slice(start, start + 2), 16));
}
