'use strict';
// `npm start`: makes the clone ready and runs the server.
require('./setup.cjs').setupAndRun(['packages/server/bin/bindery.cjs', 'serve'].concat(process.argv.slice(2)));
