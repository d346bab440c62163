import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

/** The size limit of the first screen, gzipped: page, scripts, styles and the larger language. */
export const firstScreenBytesMax = 250 * 1024;

interface ManifestEntry {
  readonly file: string;
  readonly isEntry?: boolean;
  readonly imports?: readonly string[];
  readonly css?: readonly string[];
}

// The chunks of the sign-in screen and the first screen after it, besides the entry.
const firstScreens = [/src\/pages\/sign-in\.tsx$/, /src\/inside\.tsx$/];
const languages = /src\/locales\/.*\.json$/;

/** Adds up what a browser loads until a signed-in user sees the first screen. */
export function weighFirstScreen(folder: string) {
  // Written by Vite in this build.
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
