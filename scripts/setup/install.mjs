// Installs the packages of the lockfile with npm, and knows whether that is done. A finished install leaves a
// stamp inside node_modules, which npm empties at the start of the next one; a half-finished one leaves none.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runStep } from './step.mjs';

// What a person may have set about the network and credentials. Everything else that the outer npm hands down
// (prefix, workspace, omit, dry_run, loglevel, ...) is about its own command and would change or break ours.
const KEPT_NPM_SETTINGS =
  /^npm_config_(_|\/\/|@|registry$|ca$|cafile$|cert$|key$|(https?_?)?_?proxy$|noproxy$|cache$|userconfig$|globalconfig$|strict_ssl$|fetch_|maxsockets$|offline$|prefer_o|replace_registry_host$|local_address$)/i;

// Scripts: none of the packages needs one, and npm would compile better-sqlite3 although it brings its binary.
// Includes: NODE_ENV=production or a setting of the user's must not leave out what the tests and builds need.
const INSTALL = [
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
  return JSON.parse(readFileSync(file, 'utf8'));
}

function lockfile(root) {
  return join(root, 'package-lock.json');
}

// npm's own record of what it has put into node_modules, written when an install is complete.
function installedLockfile(root) {
  return join(root, 'node_modules', '.package-lock.json');
}

function stampFile(root) {
  return join(root, 'node_modules', '.bindery-installed');
}

function fingerprint(root) {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}\0`);
  return hash
    .update(readFileSync(lockfile(root)))
    .update(readFileSync(installedLockfile(root)))
    .digest('hex');
}

function allows(list, value) {
  const names = [list ?? []].flat();
  const wanted = names.filter((name) => !name.startsWith('!'));
  return !names.includes(`!${value}`) && (wanted.length === 0 || wanted.includes(value));
}

function isForThisMachine(entry) {
  return allows(entry.os, process.platform) && allows(entry.cpu, process.arch);
}

/** Says whether npm, started by someone else, has installed exactly this lockfile, developers' packages included. */
function lockfilesAgree(root) {
  const wanted = readJson(lockfile(root)).packages;
  const installed = readJson(installedLockfile(root)).packages;
  return Object.keys(wanted).every((location) => {
    if (!location.includes('node_modules/')) return true;
    const entry = wanted[location];
    const found = installed[location];
    // Which libc a machine has is npm's to judge.
    if (!found) return Boolean(entry.optional) && (!isForThisMachine(entry) || Boolean(entry.libc));
    if (!entry.link && (entry.version !== found.version || entry.integrity !== found.integrity)) return false;
    return existsSync(join(root, location, 'package.json'));
  });
}

/** Says whether node_modules holds what the lockfile asks for. */
export function isInstalled(root) {
  try {
    const current = fingerprint(root);
    if (existsSync(stampFile(root)) && readFileSync(stampFile(root), 'utf8') === current) return true;
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
    writeFileSync(stampFile(root), fingerprint(root));
  } catch (error) {
    // Somebody else's clone: checked again each time.
    if (error.code !== 'EACCES' && error.code !== 'EROFS') throw error;
  }
}

/**
 * The environment for an npm of ours, without the settings of the command that started us.
 *
 * @returns {NodeJS.ProcessEnv}
 */
export function npmEnvironment() {
  const kept = Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name) || KEPT_NPM_SETTINGS.test(name));
  return Object.fromEntries(kept);
}

/**
 * How to run npm: the one that started us if one did, else the one on PATH.
 *
 * @param {readonly string[]} args
 * @returns {{ file: string, args: string[], shell: boolean }}
 */
export function npmCommand(args) {
  const cli = process.env.npm_execpath;
  if (cli && /npm-cli\.c?js$/.test(cli) && existsSync(cli)) {
    return { file: process.execPath, args: [cli, ...args], shell: false };
  }
  const isWindows = process.platform === 'win32';
  return { file: isWindows ? 'npm.cmd' : 'npm', args: [...args], shell: isWindows };
}

function advise(output, code) {
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ENOTCACHED|EPROTO|CERT/.test(output)) {
    return 'The packages could not be fetched: check the network, or the proxy in your npm settings, and run the same command again.';
  }
  if (/ENOSPC/.test(output)) return 'The disk is full: make room and run the same command again.';
  if (/EACCES|EPERM|EROFS/.test(output)) {
    return 'A file in node_modules cannot be written: stop what uses this folder, check who owns it, and run the same command again.';
  }
  if (/EUSAGE/.test(output))
    return 'package.json and package-lock.json disagree: run `npm install` once and commit both.';
  if (code === 127) return 'npm was not found: install Node with npm and run `npm start` again.';
  return 'The packages could not be installed; the lines above are what npm said.';
}

/** Installs everything the lockfile names. */
export async function install(root) {
  await runStep({
    title: 'installing packages',
    estimate: 'about a minute',
    ...npmCommand(INSTALL),
    cwd: root,
    env: npmEnvironment(),
    advise,
  });
  writeStamp(root);
}
