import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type Caller, type Guard, GuardError } from '@bindery/guard';
import { requestIdOr } from '../http/request-id.ts';
import { isTrustedPeer, trustedPeers } from '../http/trusted-peers.ts';
import { originalRequest, readProxyHeaders } from './headers.ts';
import { createGatewayLog, type GatewayLogger } from './log.ts';

/** The path at which proxies ask whether a request is allowed. */
export const gatewayPath = '/verify';

/** The dependencies of the gateway. */
export interface GatewayDeps {
  readonly guard: Guard;
  /** Trusted proxies besides loopback, as addresses or networks. */
  readonly trustedProxies: readonly string[];
  readonly logger: GatewayLogger;
  /** The path that routes are registered under, from the target in a request line. */
  readonly routePath: (target: string) => string;
  /** Whether the server is stopping: then each response is the last on its connection. */
  readonly isDraining: () => boolean;
  /** The clock, in milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * Answers proxies: 200 with the caller's identity, or 401 or 403 with the reason. A caller can cause no other status,
 * because nginx and others turn it into 500. Served below the framework, since every request to an API asks it.
 */
export function createGateway(deps: GatewayDeps): (request: IncomingMessage, response: ServerResponse) => boolean {
  const trusted = trustedPeers(deps.trustedProxies);
  const log = createGatewayLog(deps.logger, trusted, deps.now);
  // The peer of a connection never changes, and a lookup in the list is expensive.
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
    const forwarded = readProxyHeaders(request.rawHeaders);
    const isTrusted = isFromTrusted(request);
    const requestId = requestIdOr(forwarded.requestIds.length === 1 ? forwarded.requestIds[0] : undefined);
    const received = { request, forwarded, isTrusted, requestId, started: performance.now() };

    // Node writes headers from a flat list in half the time that an object takes.
    function send(status: number, headers: readonly string[]): void {
      const last = deps.isDraining() ? ['connection', 'close'] : [];
      response.writeHead(status, [...headers, 'x-request-id', requestId, ...last]);
      // Node discards a request body after the response.
      response.end();
    }

    function refuse({ status, reason, challenge, error }: Refusal): void {
      const challenged = challenge === undefined ? [] : ['www-authenticate', challenge];
      send(status, [...commonHeaders, ...challenged, 'x-auth-error', reason]);
      log.refused({ ...received, status, reason, error });
    }

    const original = originalRequest(forwarded, isTrusted);
    if (original === undefined) {
      refuse({ status: 403, reason: 'the proxy forwarded two different methods or URIs' });
      return;
    }
    deps.guard.verify({ method: original.method, headers: request.rawHeaders }).then(
      (caller) => {
        send(200, identityOf(caller));
        if (log.isVerbose) {
          log.allowed({ ...received, status: 200 });
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

/** Whether a path, or a target that starts with one, is the gateway's. */
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

/** The guard returns the same object for every call with the same token. */
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
    // Always set, so that a proxy that copies it overwrites what a caller sent.
    ...['x-user-id', caller.userId ?? ''],
  ];
  identities.set(caller, headers);
  return headers;
}

interface Refusal {
  readonly status: number;
  readonly reason: string;
  readonly challenge?: string | undefined;
  /** What failed on our side. */
  readonly error?: unknown;
}

function refusalOf(guard: Guard, error: unknown): Refusal {
  const { status, headers } = guard.problem(error);
  if (status >= 500) {
    return { status, reason: 'the request cannot be checked now', error };
  }
  return {
    // The guard refuses a repeated header with 400, which proxies would turn into 500.
    status: status === 401 ? 401 : 403,
    reason: error instanceof GuardError ? error.message : 'refused',
    challenge: headers['www-authenticate'],
  };
}
