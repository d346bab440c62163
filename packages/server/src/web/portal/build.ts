import { mkdirSync, writeFileSync } from 'node:fs';
import { createCssVariablesTheme, createHighlighter } from 'shiki';
import { loadConfig } from '../../config.ts';
import { escapeHtml } from '../escape-html.ts';
import { readContent } from './content.ts';
import { highlightedFile, keyOf } from './highlighted.ts';
import { languages } from './languages.ts';
import { hasSamples, renderPage } from './render-page.ts';
import { knownLevels } from './samples.ts';

// Highlights the code of every page at build time; the server looks it up. Classes instead of style attributes: see portal.css.
const theme = createCssVariablesTheme({ name: 'classes', variablePrefix: '--', fontStyle: false });
const grammars = ['sh', 'php', 'python', 'js', 'ts', 'csharp', 'json', 'http'] as const;
const highlighter = await createHighlighter({ themes: [theme], langs: [...grammars] });
const built: Record<string, string> = {};

// Code is the same for every configuration: values of an instance are still VALUE_ names.
const content = readContent(loadConfig({}));
for (const page of content.pages) {
  for (const known of hasSamples(page) ? knownLevels : (['nobody'] as const)) {
    renderPage(page, content, record, { language: languages[0].id, known, lead: '' });
  }
}
mkdirSync(new URL('.', highlightedFile), { recursive: true });
writeFileSync(highlightedFile, JSON.stringify(built));

function record(code: string, language: string): string {
  built[keyOf(code, language)] ??= colour(code, language);
  return '';
}

function colour(code: string, language: string): string {
  const grammar = grammars.find((one) => one === language);
  if (grammar === undefined) {
    return escapeHtml(code);
  }
  const { tokens } = highlighter.codeToTokens(code, { lang: grammar, theme: 'classes' });
  return tokens
    .map((line) =>
      line
        .map(({ content: text, color = '' }) => {
          const kind = /^var\(--token-([\w-]+)\)$/.exec(color)?.[1];
          return kind === undefined ? escapeHtml(text) : `<span class="t-${kind}">${escapeHtml(text)}</span>`;
        })
        .join(''),
    )
    .join('\n');
}
