// `npm run tools`: gets the system's programs that tests use. This is the one place that runs the system's package
// manager; a run of every test begins with it.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { runStep, SetupError, say } from './setup/step.mjs';

const PROBE_MILLISECONDS = 20_000;
const UPDATE_MILLISECONDS = 180_000;
const INSTALL_MILLISECONDS = 600_000;

/** The Python whose modules the system's packages install; another may stand first on PATH. */
const SYSTEM_PYTHON = existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3';

/** By Debian's name: a command line that succeeds where the tool is. */
const PROBES: Readonly<Record<string, readonly [string, ...string[]]>> = {
  chromium: ['chromium', '--version'],
  curl: ['curl', '--version'],
  caddy: ['caddy', 'version'],
  jq: ['jq', '--version'],
  nginx: ['sh', '-c', 'PATH="$PATH:/usr/sbin" command -v nginx'],
  'php-cli': ['php', '--version'],
  'php-curl': ['php', '-r', 'exit(extension_loaded("curl") ? 0 : 1);'],
  'php-guzzlehttp-guzzle': ['php', '-r', 'require "GuzzleHttp/autoload.php";'],
  postgresql: ['sh', '-c', 'command -v initdb || ls /usr/lib/postgresql/*/bin/initdb'],
  pgbouncer: ['sh', '-c', 'PATH="$PATH:/usr/sbin" command -v pgbouncer'],
  'python3-requests': [SYSTEM_PYTHON, '-c', 'import requests'],
};

/** The packages of the tools that this machine lacks. */
function missingTools(): readonly string[] {
  const missing = Object.entries(PROBES).filter(([, [file, ...args]]) => {
    const { error, status } = spawnSync(file, args, { stdio: 'ignore', timeout: PROBE_MILLISECONDS });
    return error !== undefined || status !== 0;
  });
  return missing.map(([name]) => name);
}

function canInstall(): boolean {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return process.getuid?.() === 0 && folders.some((folder) => existsSync(join(folder, 'apt-get')));
}

/** Runs apt-get to its end and says whether it succeeded. */
async function apt(title: string, args: readonly string[], timeoutMilliseconds: number): Promise<boolean> {
  const options = ['DPkg::Lock::Timeout=120', 'Acquire::Retries=2', 'Acquire::http::Timeout=20'];
  try {
    await runStep({
      title,
      file: 'apt-get',
      args: ['-q', '-y', ...[...options, 'Acquire::https::Timeout=20'].flatMap((option) => ['-o', option]), ...args],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' },
      timeoutMilliseconds,
      advise: () => '',
    });
    return true;
  } catch (error) {
    if (error instanceof SetupError) return false;
    throw error;
  }
}

/**
 * Installs the missing tools where that needs no question (as root on Debian), and names those that stay missing: the
 * tests that need one say so themselves.
 */
export async function installTools(): Promise<void> {
  let missing = missingTools();
  if (missing.length > 0 && canInstall()) {
    // A list that could not be updated may still do.
    await apt('updating the list of system packages', ['update'], UPDATE_MILLISECONDS);
    const args = ['install', '--no-install-recommends', ...missing];
    await apt(`installing ${missing.join(', ')}`, args, INSTALL_MILLISECONDS);
    missing = missingTools();
  }
  if (missing.length === 0) return;
  const names = missing.join(' ');
  say(`missing for some tests: ${names}; on Debian: sudo apt-get install --no-install-recommends ${names}`);
}

if (import.meta.main) await installTools();
