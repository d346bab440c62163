import { mkdirSync, writeFileSync } from 'node:fs';
import { referencePages } from './pages.ts';

// `npm run docs`: writes the generated reference pages.
const folder = new URL('../../../../docs/', import.meta.url);
for (const [name, page] of Object.entries(referencePages)) {
  const file = new URL(name, folder);
  mkdirSync(new URL('.', file), { recursive: true });
  writeFileSync(file, page());
}
