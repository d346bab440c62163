'use strict';
// `npm run pack [FOLDER]`: makes the clone ready and packs the guard and the client for projects elsewhere.
require('./setup.cjs').setupAndRun(['scripts/pack-packages.mjs'].concat(process.argv.slice(2)));
