'use strict';
// Makes the builds of builds.cjs whose inputs have changed since the last time.

const crypto = require('crypto');
const fs = require('fs');
const path = require('path');
const step = require('./step.cjs');

const SKIPPED_FOLDERS = ['node_modules', 'dist'];

function filesIn(entry) {
  if (!fs.statSync(entry).isDirectory()) return [entry];
  const names = fs.readdirSync(entry).sort();
  return names
    .filter((name) => SKIPPED_FOLDERS.indexOf(name) < 0)
    .reduce((found, name) => found.concat(filesIn(path.join(entry, name))), []);
}

function fingerprint(root, build) {
  const hash = crypto.createHash('sha256').update(JSON.stringify(build.command));
  build.inputs.concat('package-lock.json').forEach((input) => {
    filesIn(path.join(root, input)).forEach((file) => {
      hash.update(`\0${path.relative(root, file)}\0`).update(fs.readFileSync(file));
    });
  });
  return hash.digest('hex');
}

function stampFile(root, build) {
  return path.join(root, '.cache', `build-${build.name}`);
}

function isBuilt(root, build) {
  try {
    if (!fs.existsSync(path.join(root, build.output))) return false;
    return fs.readFileSync(stampFile(root, build), 'utf8') === fingerprint(root, build);
  } catch (error) {
    if (error.code === 'ENOENT') return false;
    throw error;
  }
}

/** The builds that have to be made. */
function missingBuilds(root, builds) {
  return builds.filter((build) => !isBuilt(root, build));
}

/** Makes one build with the Node at `nodePath`; only a build that succeeded leaves its stamp. */
function make(root, nodePath, build) {
  const before = fingerprint(root, build);
  const doing = {
    title: `building ${build.name}`,
    estimate: build.estimate,
    file: nodePath,
    args: build.command,
    cwd: root,
    advise: () => `Bindery's ${build.name} could not be built; the lines above are what its build said.`,
  };
  return step.runStep(doing).then(() => fs.writeFileSync(stampFile(root, build), before));
}

module.exports = { make: make, missingBuilds: missingBuilds };
