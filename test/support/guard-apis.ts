import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { Caller, Guard } from '@bindery/guard';
import { expressGuard } from '@bindery/guard/express';
import { fastifyGuard } from '@bindery/guard/fastify';
import { honoGuard } from '@bindery/guard/hono';
import { guardListener } from '@bindery/guard/node-http';
import express from 'express';
import fastify from 'fastify';
import { Hono } from 'hono';

/** A small API on loopback with things of an organization, to read, to add and to search by POST. */
export interface GuardedApi {
  readonly url: string;
  /** How many requests reached a handler. */
  handled(): number;
  [Symbol.asyncDispose](): Promise<void>;
}

/** The same API on each framework that the guard has an entry for. */
export const guardedApis: Readonly<Record<string, (guard: Guard) => Promise<GuardedApi>>> = {
  Express: startExpress,
  Fastify: startFastify,
  Hono: startHono,
  'node:http': startNodeHttp,
};

async function startExpress(guard: Guard): Promise<GuardedApi> {
  const app = express();
  let handled = 0;
  app.disable('x-powered-by');
  app.post('/search', expressGuard(guard, { access: 'read' }), (request, response) => {
    handled += 1;
    response.json(shown(request.bindery));
  });
  app.use(expressGuard(guard));
  app.use(express.json());
  app.all('/things', (request, response) => {
    handled += 1;
    response.json(shown(request.bindery));
  });
  return listen(app, () => handled);
}

async function startHono(guard: Guard): Promise<GuardedApi> {
  const app = new Hono();
  let handled = 0;
  app.post('/search', honoGuard(guard, { access: 'read' }), (context) => {
    handled += 1;
    return context.json(shown(context.get('bindery')));
  });
  app.use(honoGuard(guard));
  app.all('/things', (context) => {
    handled += 1;
    return context.json(shown(context.var.bindery));
  });
  return listen(
    (request, response) => {
      void (async () => {
        const answer = await app.fetch(toRequest(request));
        response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text());
      })();
    },
    () => handled,
  );
}

async function startFastify(guard: Guard): Promise<GuardedApi> {
  const app = fastify();
  let handled = 0;
  await app.register(fastifyGuard(guard));
  app.post('/search', { config: { bindery: { access: 'read' } } }, async (request) => {
    handled += 1;
    return shown(request.bindery);
  });
  app.all('/things', async (request) => {
    handled += 1;
    return shown(request.bindery);
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return { url, handled: () => handled, [Symbol.asyncDispose]: () => app.close() };
}

async function startNodeHttp(guard: Guard): Promise<GuardedApi> {
  let handled = 0;
  const answer = (read: boolean) =>
    guardListener(
      guard,
      (request, response) => {
        handled += 1;
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify(shown(request.bindery)));
      },
      read ? { access: 'read' } : {},
    );
  const search = answer(true);
  const things = answer(false);
  return listen(
    (request, response) =>
      void (request.method === 'POST' && request.url === '/search' ? search : things)(request, response),
    () => handled,
  );
}

function shown({ organizationId, clientId, userId, access }: Caller) {
  return { organizationId, clientId, userId: userId ?? null, access };
}

/** As Hono's adapter for node:http does it. */
function toRequest(request: IncomingMessage): Request {
  const headers = new Headers();
  const { rawHeaders } = request;
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    headers.append(rawHeaders[index] ?? '', rawHeaders[index + 1] ?? '');
  }
  return new Request(new URL(request.url ?? '/', 'http://127.0.0.1'), { method: request.method ?? 'GET', headers });
}

/** Serves a node:http listener on a free loopback port. */
export async function listen(listener: RequestListener, handled: () => number = () => 0): Promise<GuardedApi> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the server has no address');
  return {
    url: `http://127.0.0.1:${address.port}`,
    handled,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
