'use strict';
// Apart from bindery.cjs because an old Node cannot even parse `import()`. A failure is Node's to report: exit code 1.
const { enableCompileCache } = require('node:module');
const { join } = require('node:path');

// What was compiled once is not compiled again, which halves the time of a start. Beside the code, so that whoever can
// write it could write the code as well; where nobody can, every start compiles.
enableCompileCache(join(__dirname, '..', 'node_modules', '.cache', 'compiled'));
void import('../src/main.ts');
