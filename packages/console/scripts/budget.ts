import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

/** What the first screen may weigh, gzipped: page, scripts, styles and the larger of the languages. */
export const firstScreenBytesMax = 250 * 1024;

interface ManifestEntry {
  readonly file: string;
  readonly isEntry?: boolean;
  readonly imports?: readonly string[];
  readonly css?: readonly string[];
}

// What the sign-in screen and the first screen behind it fetch besides the entry.
const firstScreens = [/src\/pages\/sign-in\.tsx$/, /src\/inside\.tsx$/];
const languages = /src\/locales\/.*\.json$/;

/** Weighs what a browser fetches until the first screen of a signed-in person stands. */
export function weighFirstScreen(folder: string) {
  // Vite's own manifest, of this build.
  const manifest = JSON.parse(readFileSync(path.join(folder, '.vite', 'manifest.json'), 'utf8')) as Record<
    string,
    ManifestEntry
  >;
  const files = new Set(['index.html', 'assets/theme-v1.js']);
  const take = (name: string): void => {
    const entry = manifest[name];
    if (entry === undefined || files.has(entry.file)) return;
    files.add(entry.file);
    for (const style of entry.css ?? []) files.add(style);
    for (const next of entry.imports ?? []) take(next);
  };
  for (const [name, entry] of Object.entries(manifest)) {
    if (entry.isEntry === true || firstScreens.some((screen) => screen.test(name))) take(name);
  }
  const weigh = (file: string) => ({ file, bytes: gzipSync(readFileSync(path.join(folder, file))).byteLength });
  const largestLanguage = Object.entries(manifest)
    .filter(([name]) => languages.test(name))
    .map(([, entry]) => weigh(entry.file))
    .sort((one, other) => other.bytes - one.bytes)
    .slice(0, 1);
  const weighed = [...[...files].map(weigh), ...largestLanguage];
  return { files: weighed, bytes: weighed.reduce((sum, { bytes }) => sum + bytes, 0) };
}
