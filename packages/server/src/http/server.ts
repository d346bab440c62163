import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyRequest, LogController } from 'fastify';
import type { ActionContext } from '../actions/context.ts';
import type { Config } from '../config.ts';
import { oauthBodyBytesMax } from '../domain/limits.ts';
import { OAuthError } from '../errors.ts';
import { isGatewayPath } from '../gateway/gateway.ts';
import { routePathOf } from './base-path.ts';
import { answerOAuthError, answerProblem, sendProblem } from './error-response.ts';
import { createForwardingWarner } from './forwarded-for.ts';

/** The page that explains every code. */
export function errorsUrlOf(config: Config): string {
  return `${config.publicUrl}/docs/errors`;
}

/** The framework with its limits and its log, and without a route. */
export function createHttpServer({ config, now }: ActionContext, logger: FastifyBaseLogger): FastifyInstance {
  const toRoute = routePathOf(config);
  const app = fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    // What arrives while the server stops is still answered, and its connection closed.
    return503OnClosing: false,
    genReqId: requestIdOf,
    // Only who is believed may say where a request comes from; links and the issuer never come from a request.
    trustProxy: ['loopback', ...config.trustedProxies],
    bodyLimit: oauthBodyBytesMax,
    routerOptions: { maxParamLength: 200 },
    rewriteUrl: (request) => toRoute(request.url ?? '/'),
    requestTimeout: 30_000,
    http: { headersTimeout: 15_000, connectionsCheckingInterval: 5_000 },
    keepAliveTimeout: 65_000,
    clientErrorHandler: unreadableRefuser(errorsUrlOf(config), (target) => isGatewayPath(toRoute(target))),
  });
  app.decorate('errorsUrl', errorsUrlOf(config));
  // Every endpoint reads its own body; nothing is interpreted before it is asked for.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  const warnOfForwarding = createForwardingWarner(now);
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
    warnOfForwarding(request);
  });
  app.addHook('onResponse', async (request, reply) => {
    request.log.info(
      {
        method: request.method,
        // Without the query: it may hold what should not have been sent there.
        path: request.url.split('?', 1)[0],
        status: reply.statusCode,
        milliseconds: Math.round(reply.elapsedTime * 10) / 10,
        address: request.ip,
      },
      'request',
    );
  });
  app.setErrorHandler(answerProblem);
  return app;
}

/** A request id that came along is kept when it is plain; it joins our log to the proxy's. */
function requestIdOf(request: { readonly headers: Record<string, string | string[] | undefined> }): string {
  const given = request.headers['x-request-id'];
  return requestIdOr(typeof given === 'string' ? given : undefined);
}

/** What came along, if it is plain; else a new one. */
export function requestIdOr(given: string | undefined): string {
  return given !== undefined && /^[A-Za-z0-9_-]{8,64}$/.test(given) ? given : randomUUID();
}

/** Lets a handler take requests before the framework sees them. */
export function serveBelow(
  app: FastifyInstance,
  handle: (request: IncomingMessage, response: ServerResponse) => boolean,
): void {
  const framework = app.server.listeners('request');
  app.server.removeAllListeners('request');
  app.server.on('request', (request, response) => {
    if (!handle(request, response)) {
      for (const listener of framework) {
        listener.call(app.server, request, response);
      }
    }
  });
  // Node answers 417 by itself to any other expectation than 100-continue.
  app.server.on('checkExpectation', (request, response) => {
    if (!handle(request, response)) {
      response.writeHead(417).end();
    }
  });
}

/** Known path, other method: 405 with Allow. Unknown path: 404. In the format of the endpoint. */
export function answerUnknownRoutes(app: FastifyInstance, oauthPaths: readonly string[]): void {
  const methods = new Map<string, Set<string>>();
  app.addHook('onRoute', (route) => {
    const known = methods.get(route.url) ?? new Set();
    methods.set(route.url, known);
    for (const method of [route.method].flat()) {
      known.add(method);
    }
  });
  app.setNotFoundHandler((request, reply) => {
    const path = pathOf(request);
    const allowed = methods.get(path);
    if (allowed === undefined) {
      return sendProblem(request, reply, { status: 404, title: 'Not found' });
    }
    reply.header('allow', [...allowed].join(', '));
    return oauthPaths.includes(path)
      ? answerOAuthError(new OAuthError('method_not_allowed', 'send a POST request'), request, reply)
      : sendProblem(request, reply, { status: 405, title: 'Method not allowed' });
  });
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? '/';
}

interface ClosableSocket {
  readonly writable: boolean;
  end(text: string): void;
  destroy(): void;
}

/** What Node's own parser refuses, by its error code; anything else is no HTTP. */
const unreadable: Readonly<Record<string, readonly [string, string]>> = {
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'the headers are larger than 16 KiB'],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'the request did not arrive in time'],
};

/**
 * What cannot be read is told so in the format of the token endpoint, and the connection ends. A proxy that asks the
 * gateway passes on what its caller sent, and gets a refusal that it understands.
 */
function unreadableRefuser(
  errorsUrl: string,
  isGateway: (target: string) => boolean,
): (error: Error, socket: ClosableSocket) => void {
  return (error, socket) => {
    if (!socket.writable) {
      socket.destroy();
      return;
    }
    const code = 'code' in error ? String(error.code) : '';
    const [status, description] = unreadable[code] ?? ['400 Bad Request', 'the request is not valid HTTP'];
    if (isGateway(targetOf(error))) {
      socket.end(
        `HTTP/1.1 403 Forbidden\r\nX-Auth-Error: ${description}\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
      );
      return;
    }
    const body = JSON.stringify({
      error: 'invalid_request',
      error_description: description,
      error_uri: `${errorsUrl}#invalid_request`,
    });
    socket.end(
      `HTTP/1.1 ${status}\r\nContent-Type: application/json; charset=utf-8\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
    );
  };
}

/** The target in the request line of what could not be read; empty where it cannot be told. */
function targetOf(error: Error): string {
  const packet = 'rawPacket' in error && error.rawPacket instanceof Buffer ? error.rawPacket : Buffer.alloc(0);
  return /^[A-Z]+ (\S+) HTTP\//.exec(packet.toString('latin1', 0, targetBytesMax))?.[1] ?? '';
}

const targetBytesMax = 2048;
