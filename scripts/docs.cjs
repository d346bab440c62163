'use strict';
// `npm run docs`: makes the clone ready and writes the reference pages that are made from the code.
require('./setup.cjs').setupAndRun(['packages/server/src/docs/write.ts'].concat(process.argv.slice(2)));
