import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accepts, freePort } from './ports.ts';
import { waitFor } from './wait-for.ts';

/** A proxy running with the configuration from `deploy/`. */
export interface ProxyProcess {
  readonly name: string;
  readonly url: string;
  stop(): Promise<void>;
}

/** The ports on 127.0.0.1 that a proxy talks to. */
export interface ProxiedPorts {
  readonly bindery: number;
  readonly api: number;
}

/** nginx, with `auth_request`. */
export function startNginx(ports: ProxiedPorts): Promise<ProxyProcess> {
  return start('nginx', '../../deploy/nginx/bindery.conf', ports, (text, folder) => {
    const file = join(folder, 'nginx.conf');
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
      .map((kind) => `  ${kind}_temp_path ${join(folder, kind)};`)
      .join('\n');
    const user = process.getuid?.() === 0 ? 'user root;\n' : '';
    writeFileSync(
      file,
      `${user}daemon off;\npid ${join(folder, 'nginx.pid')};\nerror_log stderr warn;\nevents {}\nhttp {\n  access_log off;\n${temporary}\n${text}\n}\n`,
    );
    return ['-p', folder, '-c', file];
  });
}

/** Caddy, with `forward_auth`. */
export function startCaddy(ports: ProxiedPorts): Promise<ProxyProcess> {
  return start('caddy', '../../deploy/caddy/Caddyfile', ports, (text, folder) => {
    const file = join(folder, 'Caddyfile');
    writeFileSync(file, `{\n\tadmin off\n\tauto_https off\n}\n\n${text}`);
    return ['run', '--config', file, '--adapter', 'caddyfile'];
  });
}

/** Starts a proxy with the addresses of a test in its configuration; `configure` returns its arguments. */
async function start(
  name: string,
  snippet: string,
  ports: ProxiedPorts,
  configure: (text: string, folder: string) => readonly string[],
): Promise<ProxyProcess> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'bindery-proxy-'));
  const text = readFileSync(new URL(snippet, import.meta.url), 'utf8')
    .replaceAll('127.0.0.1:8080', `127.0.0.1:${ports.bindery}`)
    .replaceAll('127.0.0.1:9000', `127.0.0.1:${ports.api}`)
    .replaceAll('127.0.0.1:8000', `127.0.0.1:${port}`);
  const child = spawn(name, configure(text, folder), {
    env: { ...process.env, HOME: folder, PATH: `${process.env['PATH']}:/usr/sbin` },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => {
    log += chunk.toString();
  });
  child.stdout.resume();
  const exited = new Promise<void>((resolve) => child.once('close', () => resolve()));
  child.once('error', (error) => {
    log += error.message;
  });
  await waitFor(async () => {
    if (child.exitCode !== null) {
      throw new Error(`${name} ended: ${log}`);
    }
    return (await accepts(port)) ? true : undefined;
  });
  return {
    name,
    url: `http://127.0.0.1:${port}`,
    async stop() {
      child.kill('SIGTERM');
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
