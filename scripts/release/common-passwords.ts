import { readFileSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

/**
 * Writes `packages/server/assets/common-passwords.txt.gz` from the list in the package `@zxcvbn-ts/language-common`,
 * which has the most common first. Pass the path of its `src/passwords.json`.
 */
const [source] = process.argv.slice(2);
if (source === undefined) {
  throw new Error('usage: node scripts/release/common-passwords.ts PATH/TO/passwords.json');
}

/** The most common ones, and every one that is long enough to be chosen as it is. */
const rankMax = 20_000;
const longFrom = 12;

const all = (JSON.parse(readFileSync(source, 'utf8')) as readonly string[]).map((entry) => entry.toLowerCase());
const kept = new Set(all.filter((entry, rank) => rank < rankMax || entry.length >= longFrom));
const text = [...kept].toSorted().join('\n');
writeFileSync(
  new URL('../../packages/server/assets/common-passwords.txt.gz', import.meta.url),
  gzipSync(text, { level: 9 }),
);
console.log(`${kept.size} passwords`);
