import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** What is done with a block besides compiling it. */
export type Use =
  | { readonly kind: 'run'; readonly prints: string | undefined }
  | { readonly kind: 'serve'; readonly method: string; readonly path: string; readonly status: number }
  | { readonly kind: 'compile' };

/** A block of TypeScript or JavaScript in a page. */
export interface CodeBlock {
  /** The name of its file: the one after the language, or one that is made up. */
  readonly file: string;
  readonly text: string;
  readonly use: Use;
}

/** The blocks of TypeScript and JavaScript in a page, in their order. */
export function codeBlocksOf(page: string): readonly CodeBlock[] {
  const text = readFileSync(join(root, page), 'utf8');
  const fences = text.matchAll(/^(?:<!-- ([^\n]*) -->\n+)?```(ts|js|mjs)\b ?(\S*)[^\n]*\n(.*?)^```$/gms);
  return [...fences].map(([, mark, language = '', name = '', code = ''], index) => ({
    file: name === '' ? `block-${index + 1}.${language}` : name,
    text: code,
    use: useOf(mark, `${page}, block ${index + 1}`),
  }));
}

/** Reads the comment before a block; without one the block is run. */
function useOf(mark: string | undefined, where: string): Use {
  const [, prints] = /^run(?:, prints (.+))?$/.exec(mark ?? 'run') ?? [];
  if (mark === undefined || /^run(, prints .+)?$/.test(mark)) return { kind: 'run', prints };
  const [, method = '', path = '', status] = /^serves: ([A-Z]+) (\/\S*) (\d{3})$/.exec(mark) ?? [];
  if (status !== undefined) return { kind: 'serve', method, path, status: Number(status) };
  if (/^compiles only: .+$/.test(mark)) return { kind: 'compile' };
  throw new Error(`${where}: unknown mark <!-- ${mark} -->`);
}

/** Writes the blocks into a folder, with another port instead of 3000, and a compiler configuration for them. */
export function writeBlocks(folder: string, blocks: readonly CodeBlock[], port: number): void {
  for (const { file, text } of blocks) {
    writeFileSync(join(folder, file), text.replaceAll(/\b3000\b/g, String(port)));
  }
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  const compilerOptions = {
    ...{ strict: true, noEmit: true, module: 'nodenext', target: 'es2024', lib: ['es2024', 'esnext.disposable'] },
    ...{ types: ['node'], skipLibCheck: true, allowImportingTsExtensions: true, allowJs: true, checkJs: true },
  };
  const files = blocks.map(({ file }) => file);
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
}
