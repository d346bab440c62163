'use strict';
// Apart from bindery.cjs because an old Node cannot even parse `import()`. A failure is Node's to report: exit code 1.
const { enableCompileCache } = require('node:module');
const { join } = require('node:path');

// What was compiled once is not compiled again, which halves the time of a start. Beside the code, so that whoever can
// write it could write the code as well; where nobody can, every start compiles.
// That holds only if nobody else can write what is made here, whatever umask a service was started with.
const umask = process.umask(0o077);
process.umask(umask | 0o022);
enableCompileCache(join(__dirname, '..', 'node_modules', '.cache', 'compiled'));
process.umask(umask);
void import('../src/main.ts');
