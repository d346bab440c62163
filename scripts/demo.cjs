'use strict';
// `npm run demo`: makes the clone ready and runs a throw-away instance.
require('./setup.cjs').setupAndRun(['packages/server/bin/bindery.cjs', 'demo'].concat(process.argv.slice(2)));
