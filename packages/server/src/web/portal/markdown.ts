import MarkdownIt, { type MarkdownIt as Parser, type Token } from 'markdown-it';

/** Code beside the text: a block of the page itself, or a program in several languages. */
export type CodeItem =
  | { readonly kind: 'block'; readonly language: string; readonly caption: string; readonly text: string }
  | { readonly kind: 'sample'; readonly name: string };

/** A heading with what stands under it. */
export interface Section {
  /** Its anchor. */
  readonly id: string;
  readonly heading: string;
  readonly level: number;
  /** HTML, with `VALUE_` names still open. */
  readonly prose: string;
  /** The words, for the search. */
  readonly text: string;
  readonly code: readonly CodeItem[];
}

const markdown = createMarkdown();

/** Reads a page: a section for each heading, its code apart from its text. */
export function readSections(source: string): Section[] {
  const blocks = blocksOf(markdown.parse(source, {}));
  const sections: { heading: Token[]; prose: Token[]; code: CodeItem[] }[] = [];
  for (const block of blocks) {
    const [first] = block;
    let current = sections.at(-1);
    if (current === undefined || first?.type === 'heading_open') {
      current = { heading: first?.type === 'heading_open' ? block : [], prose: [], code: [] };
      sections.push(current);
      if (first?.type === 'heading_open') continue;
    }
    const code = codeOf(block);
    if (code === undefined) {
      current.prose.push(...block);
    } else {
      current.code.push(code);
    }
  }
  const ids = new Set<string>();
  return sections.map(({ heading, prose, code }) => toSection(heading, prose, code, ids));
}

/** The top-level blocks, each from its first token to its last. */
function blocksOf(tokens: readonly Token[]): Token[][] {
  const blocks: Token[][] = [];
  let depth = 0;
  for (const token of tokens) {
    if (depth === 0) blocks.push([]);
    blocks.at(-1)?.push(token);
    depth += token.nesting;
  }
  return blocks;
}

function codeOf(block: readonly Token[]): CodeItem | undefined {
  const [first, second] = block;
  if (first?.type === 'fence') {
    const [language = '', ...caption] = first.info.trim().split(' ');
    return { kind: 'block', language, caption: caption.join(' '), text: first.content.trimEnd() };
  }
  const name = first?.type === 'paragraph_open' ? /^\{sample ([\w/-]+)\}$/.exec(second?.content ?? '')?.[1] : undefined;
  return name === undefined ? undefined : { kind: 'sample', name };
}

function toSection(
  heading: readonly Token[],
  prose: readonly Token[],
  code: readonly CodeItem[],
  ids: Set<string>,
): Section {
  const [, given = '', explicit] = /^(.*?)(?:\s*\{#([\w-]+)\})?$/.exec(heading[1]?.content ?? '') ?? [];
  const words = given.replaceAll(/[`*]/g, '');
  const id = freeId(explicit ?? slugOf(words), ids);
  const level = Number(heading[0]?.tag.slice(1) ?? 2);
  return {
    id,
    heading: words,
    level,
    prose: markdown.renderer.render([...prose], markdown.options, {}),
    text: wordsOf(prose),
    code,
  };
}

/** The heading's HTML without its mark. */
export function renderInline(text: string): string {
  return markdown.renderInline(text);
}

function freeId(wanted: string, ids: Set<string>): string {
  const id = ids.has(wanted) ? `${wanted}-${ids.size}` : wanted;
  ids.add(id);
  return id;
}

function slugOf(words: string): string {
  return words
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
    .trim()
    .replaceAll(' ', '-');
}

function wordsOf(tokens: readonly Token[]): string {
  return tokens
    .filter(({ type }) => type === 'inline')
    .map(({ content }) => content.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll(/[`*]/g, ''))
    .join(' ');
}

function createMarkdown(): Parser {
  const parser = new MarkdownIt({ html: false, linkify: false });
  const { rules } = parser.renderer;
  // Wide tables scroll by themselves; a keyboard can reach them.
  rules['table_open'] = () => '<div class="table" tabindex="0" role="group" aria-label="Table"><table>';
  rules['table_close'] = () => '</table></div>';
  // A heading without words is none.
  rules['th_open'] = (tokens, index) => (tokens[index + 1]?.content === '' ? '<td>' : '<th scope="col">');
  rules['th_close'] = (tokens, index) => (tokens[index - 1]?.content === '' ? '</td>' : '</th>');
  rules['link_open'] = (tokens, index, options, _env, self) => {
    const token = tokens[index];
    token?.attrSet('href', openLink(String(token.attrGet('href') ?? '')));
    return self.renderToken(tokens, index, options);
  };
  return parser;
}

/** Links within the server carry the base path, and those between pages the reader's choices. */
function openLink(href: string): string {
  if (!href.startsWith('/')) {
    return href;
  }
  const [path = '', fragment] = href.split('#', 2);
  const query = /^\/docs(\/[\w/-]*)?$/.test(path) ? 'VALUE_QUERY' : '';
  return `VALUE_BASE${path}${query}${fragment === undefined ? '' : `#${fragment}`}`;
}
