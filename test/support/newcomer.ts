import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { founder, openPage, startBrowser } from './browser.ts';
import { freePort } from './ports.ts';
import { cleanEnvironment, runProgram } from './programs.ts';
import { waitFor } from './wait-for.ts';

const root = new URL('../..', import.meta.url).pathname;

/** When a newcomer reached each step, in seconds from `npm start`. */
export interface Newcomer {
  readonly setupLink: number;
  readonly setUp: number;
  readonly clientCreated: number;
  readonly token: number;
  /** What the shell printed. */
  readonly answer: string;
}

/** Follows a newcomer with an installed clone: `npm start`, the link in the browser, a client, curl. */
export async function runNewcomer(): Promise<Newcomer> {
  const dataDir = mkdtempSync(join(tmpdir(), 'bindery-newcomer-'));
  const port = String(await freePort());
  const started = performance.now();
  const seconds = (): number => (performance.now() - started) / 1000;
  const env = { ...cleanEnvironment(), PORT: port, BINDERY_DATA_DIR: dataDir };
  // A group of its own because npm does not forward every signal.
  const server = spawn('npm', ['start'], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const ended = once(server, 'close');
  let output = '';
  for (const stream of [server.stdout, server.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  try {
    const link = await waitFor(() => /http:\S+\/setup#t=[A-Za-z0-9_-]+/.exec(output)?.[0], 120);
    const setupLink = seconds();
    const url = new URL(link).origin;
    await using browser = await startBrowser();
    await using watched = await openPage(browser, { url });
    const { page } = watched;
    await page.goto(link);
    await page.getByLabel('Email', { exact: true }).fill(founder.email);
    await page.getByLabel('Name', { exact: true }).fill(founder.name);
    await page.getByLabel('Password', { exact: true }).fill(founder.password);
    await page.getByLabel('Organization name').fill(founder.organizationName);
    await page.getByRole('button', { name: 'Set up', exact: true }).click();
    await page.getByRole('link', { name: 'Create your first API client' }).click();
    const setUp = seconds();
    await page.getByLabel('Name', { exact: true }).fill('My first program');
    await page.getByRole('button', { name: 'Create API client', exact: true }).click();
    const read = async (label: string): Promise<string> =>
      (await page.getByRole('group', { name: label, exact: true }).locator('code').innerText()).trim();
    const id = await read('Client ID');
    const secret = await read('Client secret');
    const clientCreated = seconds();
    // As someone does who has copied both.
    const form = ['-d', 'grant_type=client_credentials', '-d', `client_id=${id}`, '-d', `client_secret=${secret}`];
    const { stdout } = await runProgram('curl', ['-sS', `${url}/connect/token`, ...form], { env });
    return { setupLink, setUp, clientCreated, token: seconds(), answer: stdout };
  } finally {
    if (server.pid !== undefined && server.exitCode === null) {
      process.kill(-server.pid, 'SIGTERM');
    }
    await ended;
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** The figures in a sentence. */
export function describeNewcomer({ setupLink, setUp, clientCreated, token }: Newcomer): string {
  const text = (seconds: number): string => `${seconds.toFixed(1)} s`;
  return `from npm start to a token: ${text(token)} (setup link ${text(setupLink)}, set up ${text(setUp)}, client ${text(clientCreated)})`;
}

if (import.meta.main) {
  process.stdout.write(`${describeNewcomer(await runNewcomer())}\n`);
}
