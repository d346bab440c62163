import type { Guard } from '@bindery/guard';
import { fastifyGuard } from '@bindery/guard/fastify';
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import type { Kysely } from 'kysely';
import { type Binder, createBinderId, isBinderId } from './binder.ts';
import { acceptJsonOnly, bodyBytesMax } from './body.ts';
import { createEtag, isNoneMatchHit, parseIfMatch } from './etag.ts';
import { parseChange, parseCreation, parsePage } from './input.ts';
import { BindersError, createErrorHandler } from './problem.ts';
import { type ChangeOutcome, createBindersStore, type OrganizationBinders } from './store.ts';
import type { BindersTables } from './table.ts';

/** What the Binders API needs to run. */
export interface BindersOptions<Tables extends BindersTables = BindersTables> {
  /** A database with the migrations of this package applied. */
  readonly db: Kysely<Tables>;
  /** Protects every route. */
  readonly guard: Guard;
  /** The clock, in milliseconds since the epoch. */
  readonly now?: () => number;
  /** Whether a database error is temporary: the response is then 503 with `Retry-After`. By default none is. */
  readonly isUnavailable?: (error: unknown) => boolean;
  /** The page that explains the errors: `type` of a problem is this URL with `#<code>`; by default `/docs/errors`. */
  readonly errorsUrl?: string;
  /** The source of randomness for ids; by default that of node:crypto. */
  readonly randomBytes?: (size: number) => Uint8Array;
}

const idAttemptsMax = 5;

interface BinderRoute {
  Params: { id: string };
}

/** The Binders API as a Fastify plugin; mount it with `app.register(createBinders(...), { prefix: '/api' })`. */
export function createBinders<Tables extends BindersTables>(options: BindersOptions<Tables>): FastifyPluginAsync {
  const store = createBindersStore(options.db);
  const now = options.now ?? Date.now;
  const bindersOf = (request: FastifyRequest): OrganizationBinders =>
    store.inOrganization(request.bindery.organizationId);

  return async (app) => {
    const path = `${app.prefix}/binders`;
    acceptJsonOnly(app);
    app.setErrorHandler(createErrorHandler(options));
    app.addHook('onRequest', async (_request, reply) => {
      // Before the guard, so that its refusals carry these headers too.
      reply.headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
    });
    await app.register(fastifyGuard(options.guard));
    answerUnknownRoutes(app, path);

    app.get('/binders', async (request) => {
      const { pageSize, pageNumber } = parsePage(request.query);
      const binders = bindersOf(request);
      const items = await binders.list({ limit: pageSize, offset: (pageNumber - 1) * pageSize });
      return { items: items.map(toWire), totalCount: await binders.count(), pageNumber, pageSize };
    });

    app.post('/binders', { bodyLimit: bodyBytesMax }, async (request, reply) => {
      const fields = parseCreation(request.body);
      for (let attempt = 0; attempt < idAttemptsMax; attempt += 1) {
        const binder = await bindersOf(request).add(createBinderId(options.randomBytes), fields, now());
        if (binder) return sendBinder(reply.code(201).header('location', `${path}/${binder.id}`), binder);
      }
      throw new Error('no free binder id was found');
    });

    app.get<BinderRoute>('/binders/:id', async (request, reply) => {
      const binder = await bindersOf(request).find(parseId(request.params.id));
      if (!binder) throw notFound();
      if (isNoneMatchHit(request.headers['if-none-match'], binder.version)) {
        return reply.code(304).header('etag', createEtag(binder.version)).send();
      }
      return sendBinder(reply, binder);
    });

    app.patch<BinderRoute>('/binders/:id', { bodyLimit: bodyBytesMax }, async (request, reply) => {
      const id = parseId(request.params.id);
      const precondition = parseIfMatch(request.headers['if-match']);
      const outcome = await bindersOf(request).update(id, parseChange(request.body), precondition, now());
      return sendBinder(reply, resultOf(outcome));
    });

    app.delete<BinderRoute>('/binders/:id', async (request, reply) => {
      const id = parseId(request.params.id);
      resultOf(await bindersOf(request).delete(id, parseIfMatch(request.headers['if-match'])));
      return reply.code(204).send();
    });
  };
}

/** Also behind the guard: an unknown path is 404, a known one with another method 405 (RFC 9110 §15.5.6). */
function answerUnknownRoutes(app: FastifyInstance, path: string): void {
  const allowed = new Map([
    [path, 'GET, HEAD, OPTIONS, POST'],
    [`${path}/:id`, 'DELETE, GET, HEAD, OPTIONS, PATCH'],
  ]);
  app.setNotFoundHandler(async (request, reply) => {
    const pathname = request.url.split('?', 1)[0] ?? '';
    const [, id] = pathname.startsWith(`${path}/`) ? pathname.split(`${path}/`, 2) : [];
    const allow = allowed.get(id !== undefined && isBinderId(id) ? `${path}/:id` : pathname);
    if (allow === undefined) throw notFound();
    reply.header('allow', allow);
    if (request.method === 'OPTIONS') return reply.code(204).send();
    throw new BindersError('method_not_allowed', 'the path does not support this method');
  });
}

function parseId(text: string): string {
  if (!isBinderId(text)) throw notFound();
  return text;
}

// The same message for everything that is not found, whoever it belongs to.
function notFound(): BindersError {
  return new BindersError('not_found', 'does not exist, or is not visible to this organization');
}

function resultOf<Result>(outcome: ChangeOutcome<Result>): Result {
  if (outcome.outcome === 'done') return outcome.result;
  if (outcome.outcome === 'not_found') throw notFound();
  throw new BindersError('precondition_failed', 'the binder has changed since it was read');
}

function sendBinder(reply: FastifyReply, binder: Binder): FastifyReply {
  return reply.header('etag', createEtag(binder.version)).send(toWire(binder));
}

function toWire(binder: Binder) {
  return {
    id: binder.id,
    name: binder.name,
    type: binder.type,
    createdAt: new Date(binder.createdAt).toISOString(),
    updatedAt: new Date(binder.updatedAt).toISOString(),
  };
}
