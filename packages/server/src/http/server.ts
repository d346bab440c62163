import type { IncomingMessage, ServerResponse } from 'node:http';
import { errorsPath } from '@bindery/guard/issuer';
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import type { ActionContext } from '../actions/context.ts';
import type { Config } from '../config.ts';
import { oauthBodyBytesMax } from '../domain/limits.ts';
import { parseAddress } from './address.ts';
import { routePathOf } from './base-path.ts';
import { answerProblem } from './error-response.ts';
import { createHiddenCallerWarning, findCaller } from './forwarded-for.ts';
import { malformedRequestHandler } from './malformed-request.ts';
import { requestIdOr } from './request-id.ts';
import { isTrustedPeer, trustedPeers } from './trusted-peers.ts';
import { createUntrustedPeerWarning } from './untrusted-peer-warning.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Where the request comes from, through trusted proxies; `ip` is only the peer. */
    callerAddress: string;
  }
}

/** The page that explains every error code. */
export function errorsUrlOf(config: Config): string {
  return config.publicUrl + errorsPath;
}

/** The framework with its limits and its log, without any route. `isGateway`: whether a path is the gateway's. */
export function createHttpServer(
  { config, now }: ActionContext,
  { logger, isGateway }: { readonly logger: FastifyBaseLogger; readonly isGateway: (path: string) => boolean },
): FastifyInstance {
  const toRoute = routePathOf(config);
  const identify = createIdentifier(config, now);
  const app = fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    // A request that arrives while the server stops is still answered, and its connection closed.
    return503OnClosing: false,
    genReqId: ({ headers }) => {
      const received = headers['x-request-id'];
      return requestIdOr(typeof received === 'string' ? received : undefined);
    },
    bodyLimit: oauthBodyBytesMax,
    routerOptions: { maxParamLength: 200 },
    rewriteUrl: (request) => toRoute(request.url ?? '/'),
    requestTimeout: 30_000,
    http: { headersTimeout: 15_000, connectionsCheckingInterval: 5_000 },
    keepAliveTimeout: 65_000,
    // A URL that no route can be looked up with, such as /% or one with a parameter that is too long.
    frameworkErrors: (error, request, reply) => {
      identify(request, reply);
      answerProblem(error, request, reply);
      logRequest(request, reply);
    },
    clientErrorHandler: malformedRequestHandler(errorsUrlOf(config), (target) => isGateway(toRoute(target))),
  });
  app.decorate('errorsUrl', errorsUrlOf(config));
  // Every endpoint parses its own body; nothing is interpreted before that.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.decorateRequest('callerAddress', '');
  app.addHook('onRequest', async (request, reply) => identify(request, reply));
  app.addHook('onResponse', async (request, reply) => logRequest(request, reply));
  app.setErrorHandler(answerProblem);
  return app;
}

/** Gives a request its id and its caller's address. Only trusted proxies may say where a request comes from. */
function createIdentifier({ trustedProxies }: Config, now: () => number) {
  const trusted = trustedPeers(trustedProxies);
  const warn = createUntrustedPeerWarning('X-Forwarded-For', now);
  const warnOfHidden = createHiddenCallerWarning();
  return (request: FastifyRequest, reply: FastifyReply): void => {
    reply.header('x-request-id', request.id);
    const forwardedFor = request.headers['x-forwarded-for'];
    if (forwardedFor === undefined) {
      request.callerAddress = parseAddress(request.ip) ?? request.ip;
      return;
    }
    const caller = findCaller(request.ip, [forwardedFor].flat(), trusted);
    request.callerAddress = caller.address ?? request.ip;
    warnOfHidden(request.log, caller);
    if (!isTrustedPeer(trusted, request.ip)) {
      warn(request.log, request.ip);
    }
  };
}

function logRequest(request: FastifyRequest, reply: FastifyReply): void {
  request.log.info(
    {
      method: request.method,
      // Without the query, which may contain what should not have been sent there.
      path: request.url.split('?', 1)[0],
      status: reply.statusCode,
      milliseconds: Math.round(reply.elapsedTime * 10) / 10,
      address: request.callerAddress,
    },
    'request',
  );
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
  // Without a listener Node answers 417 to any expectation other than 100-continue.
  app.server.on('checkExpectation', (request, response) => {
    if (!handle(request, response)) {
      response.writeHead(417).end();
    }
  });
}
