'use strict';
// What every `npm run NAME` starts: `node scripts/run.cjs NAME [ARGUMENTS]`. Whatever Node a machine has reads this file
// first, so it keeps to the syntax of Node 4; the modules behind load.cjs need the Node that installs Bindery.

const finder = require('../packages/server/bin/find-node.cjs');

const OLDEST_INSTALLER = 20;
const EXIT_CONFIGURATION = 78;

function main() {
  if (Number(process.versions.node.split('.')[0]) >= OLDEST_INSTALLER) return require('./load.cjs');
  const pinned = finder.pinnedNode(__dirname);
  if (pinned && finder.runs(pinned)) return finder.runInstead(pinned, [__filename].concat(process.argv.slice(2)));
  process.stderr.write(
    `Bindery installs itself with Node ${OLDEST_INSTALLER} or newer; this is Node ${process.versions.node}.\n`
  );
  return process.exit(EXIT_CONFIGURATION);
}

main();
