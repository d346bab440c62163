import type { Branding } from '../../domain/branding.ts';
import { brandColorPattern } from '../../domain/limits.ts';
import { paletteOf } from '../../domain/palette.ts';

/** The style sheet that makes the company's colour the portal's accent; empty where none is set. */
export function brandStyle({ color }: Pick<Branding, 'color'>): string {
  if (color === null || !brandColorPattern.test(color)) {
    return '';
  }
  const { onLight, onDark } = paletteOf(color);
  return `:root{--accent:${onLight}}
@media (prefers-color-scheme:dark){:root{--accent:${onDark}}}
`;
}
