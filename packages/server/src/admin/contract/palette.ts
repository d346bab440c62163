import { z } from 'zod';

/** The colours of a brand, as `#rrggbb`; contrast as defined by WCAG 2.2. */
export const palette = z.object({
  /** Ten shades from light to dark; white text is readable on the seventh and on every darker one. */
  shades: z.array(z.string()).length(10),
  /** Readable as text on a light page. */
  onLight: z.string(),
  /** Readable as text on a dark page. */
  onDark: z.string(),
  /** The contrast of white text on the colour itself, from 1 to 21. */
  whiteTextContrast: z.number(),
  /** Whether white text on the colour itself is readable. */
  isReadable: z.boolean(),
});
