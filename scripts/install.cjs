'use strict';
// Installs the packages of the lockfile with npm, and knows whether that is done. A finished install leaves a
// stamp inside node_modules, which npm empties at the start of the next one; a half-finished one leaves none.

const crypto = require('crypto');
const fs = require('fs');
const path = require('path');
const step = require('./step.cjs');

// What a person may have set about the network and credentials. Everything else that the outer npm hands down
// (prefix, workspace, omit, dry_run, loglevel, ...) is about its own command and would change or break ours.
const KEPT_NPM_SETTINGS =
  /^npm_config_(_|\/\/|@|registry$|ca$|cafile$|cert$|key$|(https?_?)?_?proxy$|noproxy$|cache$|userconfig$|globalconfig$|strict_ssl$|fetch_|maxsockets$|offline$|prefer_o|replace_registry_host$|local_address$)/i;

// Scripts: none of the packages needs one, and npm would compile better-sqlite3 although it brings its binary.
// Includes: NODE_ENV=production or a setting of the user's must not leave out what the tests and builds need.
const NPM_ARGUMENTS = [
  'ci',
  '--include=dev',
  '--include=optional',
  '--ignore-scripts',
  '--no-engine-strict',
  '--no-audit',
  '--no-fund',
  '--no-progress',
  '--loglevel=error',
];

function readJson(file) {
  return JSON.parse(fs.readFileSync(file, 'utf8'));
}

function lockfile(root) {
  return path.join(root, 'package-lock.json');
}

// npm's own record of what it has put into node_modules, written when an install is complete.
function installedLockfile(root) {
  return path.join(root, 'node_modules', '.package-lock.json');
}

function stampFile(root) {
  return path.join(root, 'node_modules', '.bindery-installed');
}

function fingerprint(root) {
  const hash = crypto.createHash('sha256').update(`${process.platform} ${process.arch}\0`);
  return hash
    .update(fs.readFileSync(lockfile(root)))
    .update(fs.readFileSync(installedLockfile(root)))
    .digest('hex');
}

function allows(list, value) {
  const names = [].concat(list || []);
  const wanted = names.filter((name) => name[0] !== '!');
  return names.indexOf(`!${value}`) < 0 && (wanted.length === 0 || wanted.indexOf(value) >= 0);
}

function isForThisMachine(entry) {
  return allows(entry.os, process.platform) && allows(entry.cpu, process.arch);
}

/** Says whether npm, started by someone else, has installed exactly this lockfile, developers' packages included. */
function lockfilesAgree(root) {
  const wanted = readJson(lockfile(root)).packages;
  const installed = readJson(installedLockfile(root)).packages;
  return Object.keys(wanted).every((location) => {
    if (location.indexOf('node_modules/') < 0) return true;
    const entry = wanted[location];
    const found = installed[location];
    // Which libc a machine has is npm's to judge.
    if (!found) return Boolean(entry.optional) && (!isForThisMachine(entry) || Boolean(entry.libc));
    if (!entry.link && (entry.version !== found.version || entry.integrity !== found.integrity)) return false;
    return fs.existsSync(path.join(root, location, 'package.json'));
  });
}

/** Says whether node_modules holds what the lockfile asks for. */
function isInstalled(root) {
  try {
    const current = fingerprint(root);
    if (fs.existsSync(stampFile(root))) {
      if (fs.readFileSync(stampFile(root), 'utf8') === current) return true;
    }
    if (!lockfilesAgree(root)) return false;
    writeStamp(root);
    return true;
  } catch (error) {
    if (error.code === 'ENOENT' || error instanceof SyntaxError || error instanceof TypeError) return false;
    throw error;
  }
}

function writeStamp(root) {
  try {
    fs.writeFileSync(stampFile(root), fingerprint(root));
  } catch (error) {
    // Somebody else's clone: looked at anew each time.
    if (error.code !== 'EACCES' && error.code !== 'EROFS') throw error;
  }
}

function environment() {
  const env = {};
  Object.keys(process.env).forEach((name) => {
    if (!/^npm_/i.test(name) || KEPT_NPM_SETTINGS.test(name)) env[name] = process.env[name];
  });
  return env;
}

/** How to run npm: the one that started us if one did, else the one on PATH. */
function npmCommand() {
  const cli = process.env.npm_execpath;
  if (cli && /npm-cli\.c?js$/.test(cli) && fs.existsSync(cli)) {
    return { file: process.execPath, args: [cli].concat(NPM_ARGUMENTS), shell: false };
  }
  const windows = process.platform === 'win32';
  return { file: windows ? 'npm.cmd' : 'npm', args: NPM_ARGUMENTS, shell: windows };
}

function advise(output, code) {
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ENOTCACHED|EPROTO|CERT/.test(output)) {
    return 'The packages could not be fetched: check the network, or the proxy in your npm settings, and run the same command again.';
  }
  if (/ENOSPC/.test(output)) return 'The disk is full: make room and run the same command again.';
  if (/EACCES|EPERM|EROFS/.test(output)) {
    return 'A file in node_modules cannot be written: stop what uses this folder, see whom it belongs to, and run the same command again.';
  }
  if (/EUSAGE/.test(output))
    return 'package.json and package-lock.json disagree: run `npm install` once and commit both.';
  if (code === 127) return 'npm was not found: install Node with npm and run `npm start` again.';
  return 'The packages could not be installed; the lines above are what npm said.';
}

/** Installs everything the lockfile names. */
function install(root) {
  const npm = npmCommand();
  const doing = {
    title: 'installing packages',
    estimate: 'about a minute',
    file: npm.file,
    args: npm.args,
    shell: npm.shell,
    cwd: root,
    env: environment(),
    advise: advise,
  };
  return step.runStep(doing).then(() => writeStamp(root));
}

module.exports = { install: install, isInstalled: isInstalled };
