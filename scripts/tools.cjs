'use strict';
// The programs of the system that tests use, and how to get the missing ones.

const fs = require('fs');
const path = require('path');
const childProcess = require('child_process');
const step = require('./step.cjs');

const PROBE_MILLISECONDS = 20000;
const UPDATE_MILLISECONDS = 180000;
const INSTALL_MILLISECONDS = 600000;

// `package` is Debian's name; `probe` is a command line that succeeds where the tool is.
const TOOLS = [
  { package: 'chromium', probe: ['chromium', '--version'] },
  { package: 'curl', probe: ['curl', '--version'] },
  { package: 'caddy', probe: ['caddy', 'version'] },
  { package: 'jq', probe: ['jq', '--version'] },
  { package: 'nginx', probe: ['sh', '-c', 'PATH="$PATH:/usr/sbin" command -v nginx'] },
  { package: 'php-cli', probe: ['php', '--version'] },
  { package: 'php-curl', probe: ['php', '-r', 'exit(extension_loaded("curl") ? 0 : 1);'] },
  { package: 'php-guzzlehttp-guzzle', probe: ['php', '-r', 'require "GuzzleHttp/autoload.php";'] },
  { package: 'postgresql', probe: ['sh', '-c', 'command -v initdb || ls /usr/lib/postgresql/*/bin/initdb'] },
  { package: 'pgbouncer', probe: ['sh', '-c', 'PATH="$PATH:/usr/sbin" command -v pgbouncer'] },
  { package: 'python3-requests', probe: [systemPython(), '-c', 'import requests'] },
];

/** The Python whose modules the system's packages install; another may stand first on PATH. */
function systemPython() {
  return fs.existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3';
}

function isPresent(tool) {
  const answer = childProcess.spawnSync(tool.probe[0], tool.probe.slice(1), {
    stdio: 'ignore',
    timeout: PROBE_MILLISECONDS,
  });
  return !answer.error && answer.status === 0;
}

/** The packages of the tools that this machine lacks. */
function missingTools() {
  return TOOLS.filter((tool) => !isPresent(tool)).map((tool) => tool.package);
}

function canInstall() {
  return Boolean(process.getuid) && process.getuid() === 0 && hasCommand('apt-get');
}

function hasCommand(name) {
  return (process.env.PATH || '').split(path.delimiter).some((folder) => fs.existsSync(path.join(folder, name)));
}

function apt(title, args, timeoutMilliseconds) {
  const options = ['-q', '-y', '-o', 'DPkg::Lock::Timeout=120', '-o', 'Acquire::Retries=2'];
  const timeouts = ['-o', 'Acquire::http::Timeout=20', '-o', 'Acquire::https::Timeout=20'];
  return step.runStep({
    title: title,
    file: 'apt-get',
    args: options.concat(timeouts, args),
    env: Object.assign({}, process.env, { DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' }),
    timeoutMilliseconds: timeoutMilliseconds,
    advise: () => '',
  });
}

/** Names what is missing and goes on: the tests that need it say so themselves. */
function tellMissing() {
  const missing = missingTools();
  if (missing.length === 0) return;
  const names = missing.join(' ');
  step.say(`missing for some tests: ${names}; on Debian: sudo apt-get install --no-install-recommends ${names}`);
}

/** Installs the missing tools where that can be done without asking (root on Debian); otherwise says what is missing. */
function installTools() {
  const missing = missingTools();
  if (missing.length === 0) return Promise.resolve();
  if (!canInstall()) return Promise.resolve(tellMissing());
  const install = () =>
    apt(
      `installing ${missing.join(', ')}`,
      ['install', '--no-install-recommends'].concat(missing),
      INSTALL_MILLISECONDS
    );
  return apt('updating the list of system packages', ['update'], UPDATE_MILLISECONDS)
    .catch(() => undefined)
    .then(install)
    .catch(() => undefined)
    .then(tellMissing);
}

module.exports = { installTools: installTools, missingTools: missingTools, systemPython: systemPython };
