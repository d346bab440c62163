#!/usr/bin/env node
'use strict';
// The command `bindery`. Keeps to the syntax of Node 4, so that an old Node answers with a sentence, not a stack.

const fs = require('fs');
const path = require('path');
const node = require('./find-node.cjs');

const EXIT_CONFIGURATION = 78;

/** The packages this command needs that are not installed; looked for by folder, since most are ES modules. */
function missingPackages() {
  const names = Object.keys(require('../package.json').dependencies || {});
  return names.filter((name) => !module.paths.some((folder) => fs.existsSync(path.join(folder, name))));
}

function refuse(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(EXIT_CONFIGURATION);
}

function main() {
  if (!node.isGood(process.versions.node)) {
    const pinned = node.pinnedNode(__dirname);
    if (!pinned || !node.runs(pinned)) return refuse(node.refusal(__dirname));
    return node.runInstead(pinned, [__filename].concat(process.argv.slice(2)));
  }
  const missing = missingPackages();
  if (missing.length > 0) {
    const remedy = node.isInstalledPackage(__dirname)
      ? 'install @bindery/server again'
      : 'run `npm start` or `npm ci` in its folder';
    return refuse(`Bindery is not installed (${missing[0]} is missing): ${remedy}.`);
  }
  node.followParent(() => process.kill(process.pid, 'SIGTERM'));
  return require('./load.cjs');
}

main();
