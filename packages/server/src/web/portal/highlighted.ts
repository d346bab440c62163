import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { escapeHtml } from '../escape-html.ts';

/** The build's output: the highlighted HTML of every code block. */
export const highlightedFile = new URL('../../../dist/highlighted.json', import.meta.url);

/** Turns code into HTML. */
export type Highlight = (code: string, language: string) => string;

/** The key of a code block's highlighted HTML. */
export function keyOf(code: string, language: string): string {
  return createHash('sha256').update(`${language}\n${code}`).digest('base64url').slice(0, 16);
}

/** Highlights code from the build's output; other code stays plain. */
export function readHighlighted(): Highlight {
  const built = existsSync(highlightedFile)
    ? // Written by our own build.
      (JSON.parse(readFileSync(highlightedFile, 'utf8')) as Readonly<Record<string, string>>)
    : {};
  return (code, language) => built[keyOf(code, language)] ?? escapeHtml(code);
}
