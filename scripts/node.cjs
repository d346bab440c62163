'use strict';
// Which Node the scripts use: the one the project pins if it runs here, else the machine's if it is new enough.

const fs = require('fs');
const path = require('path');
const finder = require('../packages/server/bin/find-node.cjs');

const ROOT = path.resolve(__dirname, '..');
const EXIT_CONFIGURATION = 78;

function same(left, right) {
  try {
    return fs.realpathSync(left) === fs.realpathSync(right);
  } catch (_error) {
    return false;
  }
}

/** The path of a Node that can run Bindery, or undefined. */
function findNode() {
  const pinned = finder.pinnedNode(ROOT);
  if (pinned && (same(pinned, process.execPath) || finder.runs(pinned))) return pinned;
  return finder.isGood(process.versions.node) ? process.execPath : undefined;
}

/** The path of a Node that can run Bindery; without one this ends the process with a sentence and exit code 78. */
function requireNode() {
  const found = findNode();
  if (found) return found;
  process.stderr.write(`${finder.refusal(ROOT)}\n`);
  return process.exit(EXIT_CONFIGURATION);
}

/** Runs a program of the project in the foreground, in the project's folder, in place of this process. */
function runProgram(args) {
  return finder.runInstead(requireNode(), args, { cwd: ROOT });
}

module.exports = {
  ROOT: ROOT,
  pinnedNode: () => finder.pinnedNode(ROOT),
  runs: finder.runs,
  requireNode: requireNode,
  runProgram: runProgram,
};
