import type { Access } from './caller.ts';
import { callerOf, rememberCaller } from './caller-of.ts';
import type { Guard } from './guard.ts';
import { parseAccess, parseRoute } from './route-options.ts';

export { callerOf };

// Fastify's types as far as they are used here, so that the guard does not depend on it.
interface RequestLike {
  readonly id: string;
  readonly method: string;
  readonly raw: { readonly rawHeaders: readonly string[] };
  readonly routeOptions: { readonly config: object };
  readonly log: { error(details: object, message: string): void };
}
interface ReplyLike {
  code(status: number): unknown;
  headers(headers: Record<string, string>): unknown;
  send(body: string): unknown;
}
interface RouteLike {
  readonly url: string;
  readonly config?: object;
}
interface FastifyLike {
  decorateRequest(name: 'caller', value: null): unknown;
  addHook(name: 'onRoute', hook: (route: RouteLike) => void): unknown;
  addHook(name: 'onRequest', hook: (request: RequestLike, reply: ReplyLike) => Promise<unknown>): unknown;
}

/** What a route may say in its `config`: the access it needs, where the method does not tell. */
export interface GuardedRouteConfig {
  readonly guard?: { readonly access: Access };
}

/**
 * A Fastify plugin that guards every route of the scope it is registered in, before any body is read. A route names
 * its access with `config: { guard: { access: 'read' } }`. A refused call is answered here, with problem details (RFC
 * 9457) and the challenge of RFC 6750 §3. Anything but a guard throws a TypeError, and so does a route with a wrong access.
 */
export function fastifyGuard(guard: Guard): (app: FastifyLike, options: unknown, done: () => void) => void {
  parseRoute(guard);
  const plugin = (app: FastifyLike, _options: unknown, done: () => void): void => {
    app.decorateRequest('caller', null);
    app.addHook('onRoute', (route) => {
      // Read once while starting, so that a misspelt access stops the start.
      routeAccess(route.config ?? {}, route.url);
    });
    app.addHook('onRequest', async (request, reply) => {
      try {
        const access = routeAccess(request.routeOptions.config, 'this route');
        const headers = request.raw.rawHeaders;
        const checked = { method: request.method, headers };
        rememberCaller(request, await guard.check(checked, access === undefined ? {} : { access }));
        return undefined;
      } catch (error) {
        const answer = guard.answer(error, request.id);
        if (answer.status >= 500) request.log.error({ err: error }, 'the guard could not check the call');
        reply.code(answer.status);
        reply.headers(answer.headers);
        // Answering in the hook ends the request: the handler is not called.
        return reply.send(answer.body);
      }
    });
    done();
  };
  // Fastify's mark for a plugin that works on the scope it is registered in, not on one of its own.
  return Object.assign(plugin, { [Symbol.for('skip-override')]: true });
}

function routeAccess(config: object & GuardedRouteConfig, url: string): Access | undefined {
  return config.guard === undefined ? undefined : parseAccess(config.guard?.access, url);
}
