import type { IncomingMessage, ServerResponse } from 'node:http';
import { BlockList, isIPv6 } from 'node:net';
import { type Caller, type Guard, GuardError } from '@bindery/guard';

/** Where proxies ask whether a request may pass. */
export const gatewayPath = '/verify';

/** What the gateway works with. */
export interface GatewayDeps {
  readonly guard: Guard;
  /** Proxies besides loopback, as addresses or networks. */
  readonly trustedProxies: readonly string[];
  readonly onError: (error: unknown) => void;
}

/** The two spellings in which proxies pass on what was asked of them. */
const families = [
  { method: 'x-forwarded-method', uri: 'x-forwarded-uri' },
  { method: 'x-original-method', uri: 'x-original-uri' },
] as const;

/**
 * Answers proxies: 200 with who is calling, 401 or 403 with the reason. Never another status on the caller's account,
 * since nginx and others turn it into 500. Served below the framework: it is asked for every request of an API.
 */
export function createGateway(deps: GatewayDeps): (request: IncomingMessage, response: ServerResponse) => boolean {
  const trusted = trustedPeers(deps.trustedProxies);
  return (request, response) => {
    if (!isGatewayPath(request.url ?? '')) {
      return false;
    }
    // A body is of no interest; read away so that the connection stays usable.
    request.resume();
    void answer(deps, trusted, request, response);
    return true;
  };
}

function isGatewayPath(url: string): boolean {
  const next = url.charCodeAt(gatewayPath.length);
  // End of the path, `/` or `?`.
  return url.startsWith(gatewayPath) && (Number.isNaN(next) || next === 0x2f || next === 0x3f);
}

async function answer(
  { guard, onError }: GatewayDeps,
  trusted: BlockList,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const method = originalMethod(request.headersDistinct, isTrustedPeer(trusted, request.socket.remoteAddress));
    if (method === undefined) {
      send(response, 403, { 'x-auth-error': 'the proxy passed on two different requests' });
      return;
    }
    const caller = await guard.check({ method, headers: request.rawHeaders });
    send(response, 200, identityOf(caller));
  } catch (error) {
    sendRefusal(guard, response, error, onError);
  }
}

/** The method that was asked of the proxy; a write when nobody says, undefined when two say different things. */
export function originalMethod(headers: NodeJS.Dict<string[]>, isTrusted: boolean): string | undefined {
  if (!isTrusted) {
    // Anybody may write these headers.
    return 'POST';
  }
  const methods = families.flatMap(({ method }) => headers[method] ?? []);
  const uris = families.flatMap(({ uri }) => headers[uri] ?? []);
  if (new Set(methods).size > 1 || new Set(uris).size > 1) {
    return undefined;
  }
  return methods[0] === undefined || methods[0] === '' ? 'POST' : methods[0];
}

function identityOf(caller: Caller): Record<string, string> {
  return {
    'x-client-id': caller.clientId,
    'x-organization-id': caller.organizationId,
    'x-access': caller.access,
    'x-scope': caller.scopes.join(' '),
    // Always there, so that a proxy that copies it overwrites what a caller sent.
    'x-user-id': caller.userId ?? '',
  };
}

function sendRefusal(guard: Guard, response: ServerResponse, error: unknown, onError: (error: unknown) => void): void {
  const refusal = guard.answer(error);
  if (refusal.status >= 500) {
    onError(error);
    send(response, refusal.status, { 'x-auth-error': 'the guard cannot check now' });
    return;
  }
  const challenge = refusal.headers['www-authenticate'];
  send(response, refusal.status === 401 ? 401 : 403, {
    ...(challenge === undefined ? {} : { 'www-authenticate': challenge }),
    'x-auth-error': error instanceof GuardError ? error.message : 'refused',
  });
}

function send(response: ServerResponse, status: number, headers: Record<string, string>): void {
  response.writeHead(status, {
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'content-length': '0',
    ...headers,
  });
  response.end();
}

/** The peers whose words about the original request are believed: loopback, and those that are named. */
export function trustedPeers(trustedProxies: readonly string[]): BlockList {
  const trusted = new BlockList();
  for (const entry of ['127.0.0.0/8', '::1/128', ...trustedProxies]) {
    const [address = '', bits] = entry.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    trusted.addSubnet(address, bits === undefined ? (family === 'ipv6' ? 128 : 32) : Number(bits), family);
  }
  return trusted;
}

export function isTrustedPeer(trusted: BlockList, address: string | undefined): boolean {
  return address !== undefined && trusted.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}
