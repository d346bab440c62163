import { readFileSync } from 'node:fs';
import type { Config } from '../../config.ts';
import { openApiDocument } from '../../openapi/document.ts';
import { errorsPage } from './errors-page.ts';
import { type CodeItem, readSections, type Section } from './markdown.ts';
import { referencePages } from './reference-pages.ts';
import { readSamples, type Sample } from './samples.ts';

const docsFolder = new URL('../../../../../docs/', import.meta.url);

/** Pages written by hand that are not in `docs/integrators/`, as paths below `docs/`. */
const pagesElsewhere: Readonly<Record<string, string>> = { 'guarding-your-api': 'api-developers/start.md' };

/** One page of the portal; `VALUE_` names are still open. */
export interface PortalPage {
  /** Below `/docs/`; the introduction stands at `/docs` itself. */
  readonly slug: string;
  readonly title: string;
  readonly group: string;
  /** The page as Markdown. */
  readonly source: string;
  readonly sections: readonly Section[];
}

/** All that the portal shows. */
export interface Content {
  readonly pages: readonly PortalPage[];
  /** The programs that pages name. */
  readonly samples: ReadonlyMap<string, readonly Sample[]>;
}

/** The slug of the page at `/docs` itself. */
export const introduction = 'introduction';

const byHand: readonly { readonly group: string; readonly slugs: readonly string[] }[] = [
  { group: 'Start', slugs: [introduction, 'quick-start'] },
  {
    group: 'Guides',
    slugs: [
      'authentication',
      'calling-the-api',
      'access-control',
      'errors',
      'rotating-secrets',
      'caching-tokens',
      'best-practices',
    ],
  },
  { group: 'For API builders', slugs: ['guarding-your-api'] },
];

/** Reads every page, those by hand and those made from the code. */
export function readContent(config: Config): Content {
  const written = byHand.flatMap(({ group, slugs }) =>
    slugs.map((slug) => toPage(slug, group, slug === 'errors' ? errorsPage() : readPage(slug))),
  );
  const made = referencePages(openApiDocument(config, 'API')).map(({ slug, source }) =>
    toPage(slug, 'Reference', source),
  );
  const pages = [...written, ...made];
  const names = new Set(
    pages
      .flatMap(({ sections }) => sections.flatMap(({ code }) => code))
      .flatMap((item: CodeItem) => (item.kind === 'sample' ? [item.name] : [])),
  );
  return { pages, samples: new Map([...names].map((name) => [name, readSamples(name)])) };
}

function readPage(slug: string): string {
  return readFileSync(new URL(pagesElsewhere[slug] ?? `integrators/${slug}.md`, docsFolder), 'utf8');
}

function toPage(slug: string, group: string, source: string): PortalPage {
  const sections = readSections(source);
  return { slug, title: sections[0]?.heading ?? slug, group, source, sections };
}
