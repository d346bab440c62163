import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { escapeHtml } from '../escape-html.ts';

/** What the build leaves: the coloured HTML of every code that pages show. */
export const highlightedFile = new URL('../../../dist/highlighted.json', import.meta.url);

/** Turns code into HTML. */
export type Highlight = (code: string, language: string) => string;

/** By what the coloured HTML of a code is found. */
export function keyOf(code: string, language: string): string {
  return createHash('sha256').update(`${language}\n${code}`).digest('base64url').slice(0, 16);
}

/** What colours code; without a build, or for code that it did not see, the code stays plain. */
export function readHighlighted(): Highlight {
  const built = existsSync(highlightedFile)
    ? // Written by our own build.
      (JSON.parse(readFileSync(highlightedFile, 'utf8')) as Readonly<Record<string, string>>)
    : {};
  return (code, language) => built[keyOf(code, language)] ?? escapeHtml(code);
}
