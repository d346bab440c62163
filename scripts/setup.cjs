'use strict';
// Installs and builds what is missing, and nothing when nothing is.

const fs = require('fs');
const path = require('path');
const build = require('./build.cjs');
const builds = require('./builds.cjs');
const installation = require('./install.cjs');
const lock = require('./lock.cjs');
const node = require('./node.cjs');
const step = require('./step.cjs');

const OLDEST_INSTALLER = 20;
const EXIT_CONFIGURATION = 78;

/** A shell that cannot run the pinned binary need not go on to the next `node`: take it off the PATH of npm's scripts. */
function removeBrokenShortcut() {
  const pinned = node.pinnedNode();
  if (!pinned || node.runs(pinned)) return;
  ['node', 'node.cmd', 'node.ps1'].forEach((name) => {
    const shortcut = path.join(node.ROOT, 'node_modules', '.bin', name);
    if (fs.existsSync(shortcut)) fs.unlinkSync(shortcut);
  });
}

function installIfMissing() {
  if (installation.isInstalled(node.ROOT)) return Promise.resolve();
  if (Number(process.versions.node.split('.')[0]) < OLDEST_INSTALLER) {
    const sentence = `Bindery installs itself with Node ${OLDEST_INSTALLER} or newer; this is Node ${process.versions.node}.`;
    return Promise.reject(new step.SetupError(sentence, EXIT_CONFIGURATION));
  }
  return installation.install(node.ROOT).then(removeBrokenShortcut);
}

function buildWhatIsMissing() {
  const makeNext = (previous, next) => previous.then(() => build.make(node.ROOT, node.requireNode(), next));
  return build.missingBuilds(node.ROOT, builds).reduce(makeNext, Promise.resolve());
}

/** Makes the clone ready to run; resolves at once when it is. Two at a time take turns. */
function setup() {
  if (installation.isInstalled(node.ROOT) && build.missingBuilds(node.ROOT, builds).length === 0) {
    return Promise.resolve();
  }
  const onWait = () => step.say('another process is setting this folder up; waiting for it…');
  return lock
    .acquire(path.join(node.ROOT, '.cache', 'setup.lock'), onWait)
    .then((release) => installIfMissing().then(buildWhatIsMissing).then(release));
}

/** Sets up and then runs a program of the project in place of this process; `args` are Node's arguments. */
function setupAndRun(args) {
  setup()
    .then(() => node.runProgram(args))
    .catch(step.fail);
}

module.exports = { setup: setup, setupAndRun: setupAndRun };
