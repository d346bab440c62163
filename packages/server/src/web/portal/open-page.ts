import { posix } from 'node:path';
import { exampleIds } from './values.ts';

/** Where the addresses and names of an instance go, by the examples that pages in `docs/` are written with. */
const examples: readonly (readonly [RegExp, string])[] = [
  [/https:\/\/id\.example\.com\/connect\/token\b/g, 'VALUE_IDENTITY_URLVALUE_TOKEN_PATH'],
  [/https:\/\/id\.example\.com/g, 'VALUE_IDENTITY_URL'],
  [/\bid\.example\.com/g, 'VALUE_IDENTITY_HOST'],
  // The audience of the API; its endpoints have a path behind that.
  [/https:\/\/api\.example\.com\/api(?![/\w])/g, 'VALUE_AUDIENCE'],
  [/https:\/\/api\.example\.com/g, 'VALUE_API_URL'],
  [/\bapi\.example\.com/g, 'VALUE_API_HOST'],
  [/\bx-tenant-id\b/g, 'VALUE_TENANT_HEADER'],
  [/(?<=[`"])public(?=[`"])|(?<=^X-Scope: )public$/gm, 'VALUE_SCOPE'],
  [/\b3600\b/g, 'VALUE_LIFETIME'],
  [new RegExp(exampleIds.CLIENT_ID, 'g'), 'VALUE_CLIENT_ID'],
  [new RegExp(exampleIds.ORGANIZATION_ID, 'g'), 'VALUE_ORGANIZATION_ID'],
  // The product's name, but not what has it as a part, such as `X-Bindery-Request`.
  [/(?<![\w-])Bindery(?![\w-])/g, 'VALUE_PRODUCT'],
];

/**
 * Turns a page of `docs/`, which reads well on a code host, into a page of the portal: examples become values of the
 * instance, relative links lead to the portal's own pages, and what only the tests read is left out.
 *
 * @param source the page's Markdown
 * @param file its path below `docs/`
 * @param slugs the portal's pages by their paths below `docs/`
 */
export function openPage(source: string, file: string, slugs: ReadonlyMap<string, string>): string {
  const opened = examples.reduce((text, [example, name]) => text.replaceAll(example, name), source);
  return outsideCode(opened, (text) =>
    text
      .replaceAll(/^<!-- .*? -->\n+/gm, '')
      .replaceAll(/^\[[^\]\n]*\]\((?:\.\.\/)+examples\/([\w/-]+)\.\w+\)$/gm, '{sample $1}')
      .replaceAll(/\[([^\]]*)\]\(([^()\s]+)\)/g, (whole, words: string, target: string) => {
        const href = portalAddress(target, file, slugs);
        if (href === undefined) return words;
        return href === target ? whole : `[${words}](${href})`;
      }),
  );
}

/** The address of a link's target in the portal; undefined where it exists in the repository only. */
function portalAddress(target: string, file: string, slugs: ReadonlyMap<string, string>): string | undefined {
  if (target.startsWith('VALUE_IDENTITY_URL/')) return target.slice('VALUE_IDENTITY_URL'.length);
  if (/^(?:#|\/|[a-z]+:|VALUE_)/.test(target)) return target;
  const [path = '', fragment] = target.split('#', 2);
  const slug = slugs.get(posix.join(posix.dirname(file), path));
  if (slug === undefined) return undefined;
  return `/docs${slug === '' ? '' : `/${slug}`}${fragment === undefined ? '' : `#${fragment}`}`;
}

/** Changes the text between fenced blocks of code. */
function outsideCode(source: string, change: (text: string) => string): string {
  return source
    .split(/(^```.*?^```$)/gms)
    .map((part, index) => (index % 2 === 0 ? change(part) : part))
    .join('');
}
