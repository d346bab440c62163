'use strict';
// Apart from bindery.cjs because an old Node cannot even parse `import()`.
import('../src/main.ts');
