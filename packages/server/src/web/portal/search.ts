import { introduction, type PortalPage } from './content.ts';

/** A section of a page, which the search can find. */
export interface SearchEntry {
  readonly page: string;
  readonly heading: string;
  /** Below the base path. */
  readonly href: string;
  readonly text: string;
}

const textLengthMax = 600;
const resultsMax = 20;

/** Everything the search can find. */
export function searchEntries(pages: readonly PortalPage[]): SearchEntry[] {
  return pages.flatMap(({ slug, title, sections }) =>
    sections.map(({ id, heading, level, text }) => ({
      page: title,
      heading,
      href: `${pathOf(slug)}${level === 1 ? '' : `#${id}`}`,
      text: text.slice(0, textLengthMax),
    })),
  );
}

/** The sections that contain every word of a query, best first. The script in the browser ranks the same way. */
export function search(entries: readonly SearchEntry[], question: string): SearchEntry[] {
  const words = question
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  if (words.length === 0) {
    return [];
  }
  return entries
    .map((entry) => ({ entry, score: scoreOf(entry, words) }))
    .filter(({ score }) => score > 0)
    .sort((one, other) => other.score - one.score)
    .slice(0, resultsMax)
    .map(({ entry }) => entry);
}

function scoreOf({ page, heading, text }: SearchEntry, words: readonly string[]): number {
  const places = [heading, page, text].map((place) => place.toLowerCase());
  let score = 0;
  for (const word of words) {
    const index = places.findIndex((place) => place.includes(word));
    if (index < 0) return 0;
    score += [10, 4, 1][index] ?? 0;
    if (places[0] === word) score += 10;
  }
  return score;
}

/** The path of a page, below the base path. */
export function pathOf(slug: string): string {
  return slug === introduction ? '/docs' : `/docs/${slug}`;
}
