import type { Branding } from '../../domain/branding.ts';

const papers = { light: '#ffffff', dark: '#14171a' };
/** WCAG 2.2 §1.4.3, for text of any size. */
const contrastMin = 4.5;

/** The company's colour as the portal's accent: darker or lighter where its text could not be read otherwise. */
export function brandStyle({ color }: Pick<Branding, 'color'>): string {
  if (color === null || !/^#[0-9a-f]{6}$/i.test(color)) {
    return '';
  }
  return `:root{--accent:${readable(color, papers.light)}}
@media (prefers-color-scheme:dark){:root{--accent:${readable(color, papers.dark)}}}
`;
}

/** The colour nearest to the given one that can be read on a paper. */
export function readable(color: string, paper: string): string {
  const target = luminance(paper) > 0.5 ? 0 : 255;
  for (let share = 0; share < 1; share += 0.02) {
    const mixed = channels(color).map((channel) => Math.round(channel + (target - channel) * share));
    const candidate = `#${mixed.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
    if (contrast(candidate, paper) >= contrastMin) return candidate;
  }
  return target === 0 ? '#000000' : '#ffffff';
}

/** The contrast of two colours (WCAG 2.2). */
export function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((left, right) => left - right);
  return (light + 0.05) / (dark + 0.05);
}

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
