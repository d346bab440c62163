import MarkdownIt, { type MarkdownIt as Parser, type Token } from 'markdown-it';

/** Code beside the text: a block of the page itself, or a program in several languages. */
export type CodeItem =
  | { readonly kind: 'block'; readonly language: string; readonly caption: string; readonly text: string }
  | { readonly kind: 'sample'; readonly name: string };

/** A heading with what follows it. */
export interface Section {
  /** Its anchor. */
  readonly id: string;
  /** Anchors that older links use, written as `<a id="..."></a>` on a line before the heading. */
  readonly aliases: readonly string[];
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
  const sections: Unread[] = [];
  let aliases: string[] = [];
  for (const block of blocks) {
    const [first] = block;
    const anchors = anchorsOf(block);
    if (anchors.length > 0) {
      aliases.push(...anchors);
      continue;
    }
    let current = sections.at(-1);
    if (current === undefined || first?.type === 'heading_open') {
      current = { aliases, heading: first?.type === 'heading_open' ? block : [], prose: [], code: [] };
      aliases = [];
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
  return sections.map((section) => toSection(section, ids));
}

/** A section before its text is made. */
interface Unread {
  readonly aliases: readonly string[];
  readonly heading: readonly Token[];
  readonly prose: Token[];
  readonly code: CodeItem[];
}

/** The anchors of a block that holds nothing else. */
function anchorsOf([first, second]: readonly Token[]): string[] {
  const text = first?.type === 'paragraph_open' ? (second?.content ?? '') : '';
  if (!/^(?:<a id="[\w-]+"><\/a>\s*)+$/.test(text)) return [];
  return [...text.matchAll(/id="([\w-]+)"/g)].map(([, id = '']) => id);
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

function toSection({ aliases, heading, prose, code }: Unread, ids: Set<string>): Section {
  const [, given = '', explicit] = /^(.*?)(?:\s*\{#([\w-]+)\})?$/.exec(heading[1]?.content ?? '') ?? [];
  const words = given.replaceAll(/[`*]/g, '');
  const id = freeId(explicit ?? slugOf(words), ids);
  const level = Number(heading[0]?.tag.slice(1) ?? 2);
  return {
    id,
    aliases,
    heading: words,
    level,
    prose: markdown.renderer.render([...prose], markdown.options, {}),
    text: wordsOf(prose),
    code,
  };
}

/** The HTML of a heading's text. */
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
  // A wide table scrolls by itself, also from the keyboard.
  rules['table_open'] = () => '<div class="table" tabindex="0" role="group" aria-label="Table"><table>';
  rules['table_close'] = () => '</table></div>';
  // An empty heading cell is an ordinary cell.
  rules['th_open'] = (tokens, index) => (tokens[index + 1]?.content === '' ? '<td>' : '<th scope="col">');
  rules['th_close'] = (tokens, index) => (tokens[index - 1]?.content === '' ? '</td>' : '</th>');
  rules['link_open'] = (tokens, index, options, _env, self) => {
    const token = tokens[index];
    token?.attrSet('href', openLink(String(token.attrGet('href') ?? '')));
    return self.renderToken(tokens, index, options);
  };
  return parser;
}

/** Links within the server get the base path; those between pages also keep the reader's choices. */
function openLink(href: string): string {
  if (!href.startsWith('/')) {
    return href;
  }
  const [path = '', fragment] = href.split('#', 2);
  const query = /^\/docs(\/[\w/-]*)?$/.test(path) ? 'VALUE_QUERY' : '';
  return `VALUE_BASE${path}${query}${fragment === undefined ? '' : `#${fragment}`}`;
}
