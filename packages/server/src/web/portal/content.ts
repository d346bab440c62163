import { readFileSync } from 'node:fs';
import type { Config } from '../../config.ts';
import { openApiDocument } from '../../openapi/document.ts';
import { errorsPage } from './errors-page.ts';
import { type CodeItem, readSections, type Section } from './markdown.ts';
import { openPage } from './open-page.ts';
import { referencePages } from './reference-pages.ts';
import { readSamples, type Sample } from './samples.ts';

const docsFolder = new URL('../../../../../docs/', import.meta.url);

/** One page of the portal; `VALUE_` names are still open. */
export interface PortalPage {
  /** Below `/docs/`; the introduction is at `/docs` itself. */
  readonly slug: string;
  readonly title: string;
  readonly group: string;
  /** The page as Markdown. */
  readonly source: string;
  readonly sections: readonly Section[];
}

/** Everything the portal shows. */
export interface Content {
  readonly pages: readonly PortalPage[];
  /** The programs that pages name. */
  readonly samples: ReadonlyMap<string, readonly Sample[]>;
}

/** The slug of the page at `/docs` itself. */
export const introduction = 'introduction';

/** The page of errors, which is made from the code here as `docs/integrators/reference/errors.md` is. */
const errors = 'errors';

/** The pages written by hand: each slug with its path below `docs/`. */
const byHand: readonly { readonly group: string; readonly files: Readonly<Record<string, string>> }[] = [
  {
    group: 'Start',
    files: {
      [introduction]: 'integrators/introduction.md',
      'quick-start': 'integrators/quick-start.md',
    },
  },
  {
    group: 'Guides',
    files: {
      'calling-the-api': 'integrators/calling-the-api.md',
      'client-libraries': 'integrators/client-libraries.md',
      'rotating-secrets': 'integrators/rotating-secrets.md',
      'best-practices': 'integrators/best-practices.md',
    },
  },
  {
    group: 'Reference',
    files: {
      authentication: 'integrators/authentication.md',
      'access-control': 'integrators/access-control.md',
      [errors]: 'integrators/reference/errors.md',
    },
  },
  { group: 'For API developers', files: { 'guarding-your-api': 'api-developers/start.md' } },
];

/** Where pages have gone, by their old slugs. */
export const moved: Readonly<Record<string, string>> = { 'caching-tokens': 'calling-the-api#access-tokens' };

/** Reads every page: those written by hand and those made from the code. */
export function readContent(config: Config): Content {
  const slugs = new Map(
    byHand.flatMap(({ files }) =>
      Object.entries(files).map(([slug, file]) => [file, slug === introduction ? '' : slug] as const),
    ),
  );
  const written = byHand.flatMap(({ group, files }) =>
    Object.entries(files).map(([slug, file]) =>
      toPage(slug, group, slug === errors ? errorsPage() : offered(config, readPage(file, slugs))),
    ),
  );
  const made = referencePages(openApiDocument(config, 'API')).map(({ slug, source }) =>
    toPage(slug, 'Endpoints', source),
  );
  const pages = [...written, ...made];
  const names = new Set(
    pages
      .flatMap(({ sections }) => sections.flatMap(({ code }) => code))
      .flatMap((item: CodeItem) => (item.kind === 'sample' ? [item.name] : [])),
  );
  return { pages, samples: new Map([...names].map((name) => [name, readSamples(name)])) };
}

/** How the sections of the guides begin that are about the password grant. */
const aboutPasswordGrant = ['## Password\n', '## Refresh token\n'];

/** A page without what this instance does not offer. */
function offered({ grantTypes }: Config, source: string): string {
  if (grantTypes.includes('password')) {
    return source;
  }
  return source
    .split(/^(?=## )/m)
    .filter((section) => !aboutPasswordGrant.some((heading) => section.startsWith(heading)))
    .join('');
}

function readPage(file: string, slugs: ReadonlyMap<string, string>): string {
  return openPage(readFileSync(new URL(file, docsFolder), 'utf8'), file, slugs);
}

function toPage(slug: string, group: string, source: string): PortalPage {
  const sections = readSections(source);
  return { slug, title: sections[0]?.heading ?? slug, group, source, sections };
}
