import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type Caller, type Guard, GuardError } from '@bindery/guard';
import { originalRequest, readAskedHeaders } from './headers.ts';
import { createGatewayLog, type GatewayLogger } from './log.ts';
import { isTrustedPeer, trustedPeers } from './peers.ts';

/** Where proxies ask whether a request may pass. */
export const gatewayPath = '/verify';

/** What the gateway works with. */
export interface GatewayDeps {
  readonly guard: Guard;
  /** Proxies besides loopback, as addresses or networks. */
  readonly trustedProxies: readonly string[];
  readonly logger: GatewayLogger;
  /** The path that routes are known by, of what stands in the request line. */
  readonly routePath: (target: string) => string;
  /** The id of a request, from the `X-Request-Id` that came along, if one did. */
  readonly requestId: (given: string | undefined) => string;
  /** Whether the server is stopping: then each answer is the last on its connection. */
  readonly isDraining: () => boolean;
  /** The clock, in milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * Answers proxies: 200 with who is calling, 401 or 403 with the reason. Never another status on the caller's account,
 * since nginx and others turn it into 500. Served below the framework: it is asked for every request of an API.
 */
export function createGateway(deps: GatewayDeps): (request: IncomingMessage, response: ServerResponse) => boolean {
  const trusted = trustedPeers(deps.trustedProxies);
  const log = createGatewayLog(deps.logger, trusted, deps.now);
  // The peer of a connection stays the same, and a look into the list is dear.
  const peers = new WeakMap<Socket, boolean>();

  function isFromTrusted({ socket }: IncomingMessage): boolean {
    const known = peers.get(socket);
    if (known !== undefined) {
      return known;
    }
    const isTrusted = isTrustedPeer(trusted, socket.remoteAddress);
    peers.set(socket, isTrusted);
    return isTrusted;
  }

  function serve(request: IncomingMessage, response: ServerResponse): void {
    const asked = readAskedHeaders(request.rawHeaders);
    const isTrusted = isFromTrusted(request);
    const requestId = deps.requestId(asked.requestIds.length === 1 ? asked.requestIds[0] : undefined);
    const asking = { request, asked, isTrusted, requestId, started: performance.now() };

    // Of a flat list Node makes a head in half the time that an object takes.
    function send(status: number, headers: readonly string[]): void {
      const last = deps.isDraining() ? ['connection', 'close'] : [];
      response.writeHead(status, [...headers, 'x-request-id', requestId, ...last]);
      // A body that came along is of no interest: Node reads it away after the answer.
      response.end();
    }

    function refuse({ status, reason, challenge, error }: Refusal): void {
      const challenged = challenge === undefined ? [] : ['www-authenticate', challenge];
      send(status, [...commonHeaders, ...challenged, 'x-auth-error', reason]);
      log.refused({ ...asking, status, reason, error });
    }

    const original = originalRequest(asked, isTrusted);
    if (original === undefined) {
      refuse({ status: 403, reason: 'the proxy passed on two different requests' });
      return;
    }
    deps.guard.check({ method: original.method, headers: request.rawHeaders }).then(
      (caller) => {
        send(200, identityOf(caller));
        if (log.isVerbose) {
          log.letIn({ ...asking, status: 200 });
        }
      },
      (error: unknown) => refuse(refusalOf(deps.guard, error)),
    );
  }

  return (request, response) => {
    const target = request.url ?? '';
    if (!isGatewayPath(target) && !isGatewayPath(deps.routePath(target))) {
      return false;
    }
    serve(request, response);
    return true;
  };
}

/** Whether a path, or a target that begins with one, is the gateway's. */
export function isGatewayPath(path: string): boolean {
  const next = path.charCodeAt(gatewayPath.length);
  // End of the path, `/` or `?`.
  return path.startsWith(gatewayPath) && (Number.isNaN(next) || next === 0x2f || next === 0x3f);
}

const commonHeaders = [
  'cache-control',
  'no-store',
  'x-content-type-options',
  'nosniff',
  'content-length',
  '0',
] as const;

/** A caller is the same object for every call with the same token. */
const identities = new WeakMap<Caller, readonly string[]>();

function identityOf(caller: Caller): readonly string[] {
  const known = identities.get(caller);
  if (known !== undefined) {
    return known;
  }
  const headers = [
    ...commonHeaders,
    ...['x-client-id', caller.clientId],
    ...['x-organization-id', caller.organizationId],
    ...['x-access', caller.access],
    ...['x-scope', caller.scopes.join(' ')],
    // Always there, so that a proxy that copies it overwrites what a caller sent.
    ...['x-user-id', caller.userId ?? ''],
  ];
  identities.set(caller, headers);
  return headers;
}

interface Refusal {
  readonly status: number;
  readonly reason: string;
  readonly challenge?: string | undefined;
  /** What went wrong on this side. */
  readonly error?: unknown;
}

function refusalOf(guard: Guard, error: unknown): Refusal {
  const { status, headers } = guard.answer(error);
  if (status >= 500) {
    return { status, reason: 'the guard cannot check now', error };
  }
  return {
    // A header that is sent twice is 400 by the guard, which proxies would turn into 500.
    status: status === 401 ? 401 : 403,
    reason: error instanceof GuardError ? error.message : 'refused',
    challenge: headers['www-authenticate'],
  };
}
