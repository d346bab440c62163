import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How an endpoint responds to one request; `good` is what a healthy one does. */
export type Answer =
  | 'good'
  | { readonly good: Readonly<Record<string, unknown>> }
  | { readonly redirect: number }
  /** An API that refuses the token with this number and no other. */
  | { readonly refusesToken: number }
  | { readonly does: 'hang' | 'drip' | 'close' }
  | {
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly json?: unknown;
      readonly text?: string;
    };

/** One answer per request; the last one repeats. */
export interface Script {
  readonly token?: readonly Answer[];
  readonly api?: readonly Answer[];
  readonly metadata?: readonly Answer[];
}

/** A request as it was received. */
export interface Seen {
  readonly at: number;
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A token endpoint with metadata, and an API, which follow a script and record the requests. */
export interface ScriptedIssuer {
  readonly url: string;
  readonly secrets: Readonly<Record<'current' | 'next', string>>;
  readonly tokens: readonly string[];
  readonly seen: Readonly<Record<'token' | 'api' | 'metadata' | 'elsewhere', Seen[]>>;
  /** The names of the secrets that are valid from now on. */
  accept(names: readonly string[]): void;
  close(): Promise<void>;
}

export const clientId = 'client_conformance';
export const organizationId = '0b6f2d1c-55aa-4c0e-9d7e-2f3f8f1f6a10';

/** Starts both on one free loopback port, and on another one a server that must not receive any secret. */
export async function startScriptedIssuer(script: Script, tenantHeader: string): Promise<ScriptedIssuer> {
  const secrets = { current: newSecret(), next: newSecret() };
  const tokens: string[] = [];
  const seen: ScriptedIssuer['seen'] = { token: [], api: [], metadata: [], elsewhere: [] };
  let accepted: readonly string[] = ['current'];

  const elsewhere = createServer(async (request, response) => {
    seen.elsewhere.push(await read(request));
    sendJson(response, 200, tokenAnswer('stolen', {}));
  });
  const elsewhereUrl = await listen(elsewhere);

  const issuer = createServer(async (request, response) => {
    const arrived = await read(request);
    const { pathname } = new URL(arrived.url, url);
    if (pathname === '/.well-known/oauth-authorization-server') {
      seen.metadata.push(arrived);
      const metadata = { issuer: url, token_endpoint: `${url}/connect/token` };
      answer(response, nth(script.metadata, seen.metadata.length), (more) =>
        sendJson(response, 200, { ...metadata, ...more }),
      );
    } else if (pathname === '/connect/token') {
      seen.token.push(arrived);
      response.setHeader('x-request-id', `request-${seen.token.length}`);
      answer(response, nth(script.token, seen.token.length), (more) => issue(response, arrived, more));
    } else {
      seen.api.push(arrived);
      const chosen = nth(script.api, seen.api.length);
      const isPicky = typeof chosen === 'object' && 'refusesToken' in chosen;
      const refused = isPicky ? tokens[chosen.refusesToken - 1] : undefined;
      answer(response, isPicky ? 'good' : chosen, () => serve(response, arrived, refused));
    }
  });
  const url = await listen(issuer);

  function issue(response: ServerResponse, arrived: Seen, more: Readonly<Record<string, unknown>>): void {
    const given = secretOf(arrived);
    const isGood = accepted.some((name) => given === `${clientId}:${secrets[name as keyof typeof secrets]}`);
    if (!isGood) {
      sendJson(response, 401, { error: 'invalid_client' });
      return;
    }
    const token = `token-${tokens.length + 1}-${randomBytes(16).toString('hex')}`;
    tokens.push(token);
    sendJson(response, 200, tokenAnswer(token, more));
  }

  function serve(response: ServerResponse, { headers, body, method }: Seen, refused?: string): void {
    const isKnown = tokens.some((token) => token !== refused && headers.authorization === `Bearer ${token}`);
    const isTenant = headers[tenantHeader] === organizationId;
    sendJson(response, isKnown && isTenant ? 200 : 401, { status: isKnown && isTenant ? 200 : 401, method, body });
  }

  function answer(
    response: ServerResponse,
    chosen: Answer,
    good: (more: Readonly<Record<string, unknown>>) => void,
  ): void {
    if (chosen === 'good' || 'refusesToken' in chosen) {
      good({});
    } else if ('good' in chosen) {
      good(chosen.good);
    } else if ('redirect' in chosen) {
      response.writeHead(chosen.redirect, { location: `${elsewhereUrl}/connect/token` }).end();
    } else if ('does' in chosen) {
      misbehave(response, chosen.does);
    } else {
      const text = chosen.text ?? JSON.stringify(chosen.json ?? { status: chosen.status });
      response.writeHead(chosen.status, { 'content-type': 'application/json', ...chosen.headers }).end(text);
    }
  }

  return {
    url,
    secrets,
    tokens,
    seen,
    accept(names) {
      accepted = names;
    },
    async close() {
      await Promise.all([stop(issuer), stop(elsewhere)]);
    },
  };
}

function misbehave(response: ServerResponse, does: 'hang' | 'drip' | 'close'): void {
  if (does === 'close') response.destroy();
  if (does !== 'drip') return;
  response.writeHead(200, { 'content-type': 'application/json' });
  // Never silent for long, and never complete.
  const timer = setInterval(() => response.write(' '), 100);
  response.on('close', () => clearInterval(timer));
}

function newSecret(): string {
  return `bindery_secret_${randomBytes(20).toString('hex')}`;
}

function tokenAnswer(token: string, more: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return { access_token: token, token_type: 'Bearer', expires_in: 3600, scope: 'public', ...more };
}

function secretOf({ headers }: Seen): string {
  return Buffer.from(headers.authorization?.replace(/^Basic /, '') ?? '', 'base64').toString();
}

function nth(answers: readonly Answer[] = ['good'], count: number): Answer {
  return answers[Math.min(count, answers.length) - 1] ?? 'good';
}

function sendJson(response: ServerResponse, status: number, json: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json));
}

async function read(request: IncomingMessage): Promise<Seen> {
  const at = performance.now();
  let body = '';
  for await (const chunk of request) body += String(chunk);
  return { at, method: request.method ?? '', url: request.url ?? '', headers: request.headers, body };
}

function listen(server: Server): Promise<string> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      // A server that listens on TCP has an address of this kind.
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    });
  });
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
