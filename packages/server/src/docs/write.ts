import { mkdirSync, writeFileSync } from 'node:fs';
import { referencePages } from './pages.ts';

// `npm run docs`: writes the generated reference pages.
const folder = new URL('../../../../docs/reference/', import.meta.url);
mkdirSync(folder, { recursive: true });
for (const [name, page] of Object.entries(referencePages)) {
  writeFileSync(new URL(name, folder), page());
}
