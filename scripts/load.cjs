'use strict';
// Apart from run.cjs because an old Node cannot even parse `import()`.
void import('./main.mjs');
