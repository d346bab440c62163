'use strict';
// `npm run bench`: makes the clone ready and measures it.
require('./setup.cjs').setupAndRun(['bench/main.ts'].concat(process.argv.slice(2)));
