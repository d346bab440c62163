import { attacksPage } from './attacks.ts';
import { commandLinePage } from './command-line.ts';
import { configurationPage } from './configuration.ts';
import { errorsPage } from './errors.ts';

/** The generated pages, by their paths below `docs/`. */
export const referencePages: Readonly<Record<string, () => string>> = {
  'api-developers/reference/attacks.md': attacksPage,
  'operators/reference/command-line.md': commandLinePage,
  'operators/reference/configuration.md': configurationPage,
  'integrators/reference/errors.md': errorsPage,
};
