'use strict';
// `npm run soak`: makes the clone ready and runs the tests that are too long for the suite.
require('./setup.cjs').setupAndRun(['test/soak/main.ts'].concat(process.argv.slice(2)));
