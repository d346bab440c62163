import { escapeHtml } from '../escape-html.ts';
import type { Content, PortalPage } from './content.ts';
import type { Highlight } from './highlighted.ts';
import { type LanguageId, languages } from './languages.ts';
import { type CodeItem, renderInline, type Section } from './markdown.ts';
import type { Known } from './samples.ts';
import { fillText, type Values } from './values.ts';

/** How the samples of a page are shown. */
export interface Shown {
  readonly language: LanguageId;
  readonly known: Known;
  /** HTML under the first heading. */
  readonly lead: string;
}

/** The sections of a page as HTML, `VALUE_` names still open. */
export function renderPage(page: PortalPage, { samples }: Content, highlight: Highlight, shown: Shown): string {
  const rows = rowsOf(page.sections).map((sections, row) => {
    const prose = sections.map(
      (section, index) => `${heading(section)}\n${row === 0 && index === 0 ? shown.lead : ''}${section.prose}`,
    );
    const code = sections.flatMap((section) => section.code.map((item) => renderCode(item, samples, highlight, shown)));
    return `<section class="row" aria-labelledby="${sections[0]?.id}">
<div class="prose">${prose.join('\n')}</div>
<div class="code">${code.join('\n')}</div>
</section>`;
  });
  return rows.join('\n');
}

/** A section with code starts a new row; sections without code continue the row before. */
function rowsOf(sections: readonly Section[]): Section[][] {
  const rows: Section[][] = [];
  for (const section of sections) {
    if (rows.length === 0 || section.code.length > 0) rows.push([]);
    rows.at(-1)?.push(section);
  }
  return rows;
}

/** Whether a page has samples in several languages. */
export function hasSamples(page: PortalPage): boolean {
  return page.sections.some(({ code }) => code.some(({ kind }) => kind === 'sample'));
}

/** A page as Markdown, with its samples in one language. */
export function renderMarkdown(
  page: PortalPage,
  { samples }: Content,
  shown: Omit<Shown, 'lead'>,
  values: Values,
): string {
  const linked = page.source
    .replaceAll(/^(#+ .*?)\s*\{#[\w-]+\}$/gm, '$1')
    .replaceAll(/^(?:<a id="[\w-]+"><\/a>\s*)+\n/gm, '')
    .replaceAll(/\]\((\/[^)#]*)(#[^)]*)?\)/g, (_, path: string, fragment = '') => {
      const twin = path === '/docs' ? '/docs/introduction.md' : /^\/docs\/[\w/-]+$/.test(path) ? `${path}.md` : path;
      return `](VALUE_IDENTITY_URL${twin}${fragment})`;
    });
  const withSamples = linked.replaceAll(/^\{sample ([\w/-]+)\}$/gm, (_, name: string) => {
    const sample = (samples.get(name) ?? []).find(({ language }) => language.id === shown.language);
    const others = languages
      .filter(({ id }) => id !== shown.language)
      .map(({ id, label }) => `[${label}](VALUE_IDENTITY_URL/docs/${page.slug}.md?lang=${id})`);
    return `\`\`\`${sample?.language.fence}\n${sample?.text[shown.known]}\n\`\`\`\n\nThe same in ${others.join(', ')}.`;
  });
  return fillText(withSamples, values);
}

function heading({ id, aliases, heading: words, level }: Section): string {
  const tag = `h${level}`;
  const text = /^\w+$/.test(words) && words.includes('_') ? `<code>${escapeHtml(words)}</code>` : renderInline(words);
  const anchors = aliases.map((alias) => `<span id="${alias}"></span>`).join('');
  return `<${tag} id="${id}">${anchors}${text}${level === 1 ? '' : ` <a class="anchor" href="#${id}" aria-label="Link to this section">#</a>`}</${tag}>`;
}

function renderCode(item: CodeItem, samples: Content['samples'], highlight: Highlight, shown: Shown): string {
  if (item.kind === 'block') {
    return figure(highlight(item.text, item.language), item.caption, '');
  }
  return (samples.get(item.name) ?? [])
    .map(({ language, text }) => {
      const isShown = language.id === shown.language;
      const attributes = ` data-lang="${language.id}"${isShown ? '' : ' hidden'}`;
      return figure(highlight(text[shown.known], language.fence), language.label, attributes);
    })
    .join('\n');
}

function figure(code: string, caption: string, attributes: string): string {
  const label = caption === '' ? 'Code' : caption;
  const shownCaption = caption === '' ? '' : `<figcaption>${escapeHtml(caption)}</figcaption>`;
  return `<figure${attributes}>${shownCaption}<pre tabindex="0" role="group" aria-label="${escapeHtml(label)}"><code>${code}</code></pre></figure>`;
}
