// Builds the console into dist; fails if the first screen is too large.
import path from 'node:path';
import process from 'node:process';
import { build } from 'vite';
import { firstScreenBytesMax, weighFirstScreen } from './budget.ts';
import { viteConfig } from './vite-config.ts';

await build(viteConfig);
const weight = weighFirstScreen(path.join(import.meta.dirname, '..', 'dist'));
const kilobytes = (bytes: number) => `${(bytes / 1024).toFixed(1)} KB`;
for (const { file, bytes } of weight.files) console.log(`${kilobytes(bytes).padStart(9)}  ${file}`);
console.log(`first screen: ${kilobytes(weight.bytes)} gzipped, at most ${kilobytes(firstScreenBytesMax)}`);
if (weight.bytes > firstScreenBytesMax) process.exitCode = 1;
