import { attacksPage } from './attacks.ts';
import { commandLinePage } from './command-line.ts';
import { configurationPage } from './configuration.ts';
import { errorsPage } from './errors.ts';

/** The pages of `docs/reference/` that are made from the code, by their file names. */
export const referencePages: Readonly<Record<string, () => string>> = {
  'attacks.md': attacksPage,
  'command-line.md': commandLinePage,
  'configuration.md': configurationPage,
  'errors.md': errorsPage,
};
