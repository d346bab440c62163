'use strict';
// Apart from bindery.cjs because an old Node cannot even parse `import()`. A failure is Node's to report: exit code 1.
void import('../src/main.ts');
