import type {} from 'fastify';
import type { Caller } from './caller.ts';
import type { Guard } from './guard.ts';
import { rememberCaller } from './remember-caller.ts';
import { parseRoute, parseRouteOptions, type RouteOptions } from './route-options.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who is calling; set on every request that the guard let through. */
    readonly bindery: Caller;
  }
  interface FastifyContextConfig {
    /** What the route needs, where its method does not tell. */
    readonly bindery?: RouteOptions;
  }
}

// Fastify's types, as far as they are used, so that any server, logger and type provider fits.
interface RequestLike {
  readonly id: string;
  readonly raw: { readonly method?: string | undefined; readonly rawHeaders: readonly string[] };
  readonly routeOptions: { readonly config: object };
  readonly log: { error(details: object, message: string): void };
}
interface ReplyLike {
  code(status: number): unknown;
  headers(headers: Record<string, string>): unknown;
  send(body: string): unknown;
}
interface RouteLike {
  readonly method: string | readonly string[];
  readonly url: string;
  readonly config?: object;
}
interface FastifyLike {
  decorateRequest(name: string): unknown;
  addHook(name: 'onRoute', hook: (route: RouteLike) => void): unknown;
  addHook(name: 'onRequest', hook: (request: RequestLike, reply: ReplyLike) => Promise<unknown>): unknown;
}

/**
 * A Fastify 5 plugin: guards every route of the scope that it is registered in, before any body is read, and sets
 * `request.bindery`. A route whose method does not tell what it does says so: `config: { bindery: { access: 'read' } }`.
 *
 * Refused requests get problem details (RFC 9457) with the challenge of RFC 6750 §3. Throws a TypeError for anything but
 * a guard, and when a route with wrong, unknown or misspelt options is registered.
 */
export function fastifyGuard(guard: Guard): (app: FastifyLike, options: unknown, done: () => void) => void {
  parseRoute(guard);
  const optionsOf = createRouteReader();
  const plugin = (app: FastifyLike, _options: unknown, done: () => void): void => {
    app.decorateRequest('bindery');
    app.addHook('onRoute', ({ method, url, config = {} }) => {
      // Read while starting, so that a mistake stops the start.
      optionsOf(config, `${[method].flat().join(', ')} ${url}`);
    });
    app.addHook('onRequest', async (request, reply) => {
      try {
        const route = optionsOf(request.routeOptions.config, 'this route');
        rememberCaller(request, await guard.verify(request.raw, route));
        return undefined;
      } catch (error) {
        const { status, headers, body } = guard.problem(error, { traceId: request.id });
        if (status >= 500) request.log.error({ err: error }, 'the guard could not verify the request');
        reply.code(status);
        reply.headers(headers);
        // Responding in the hook ends the request: the handler is not called.
        return reply.send(body);
      }
    });
    done();
  };
  // Fastify's mark for a plugin that works on the scope it is registered in, not on a child of it.
  return Object.assign(plugin, { [Symbol.for('skip-override')]: true });
}

/** Reads the guard's options from a route's `config`, once for each. */
function createRouteReader(): (config: object, route: string) => RouteOptions {
  const read = new WeakMap<object, RouteOptions>();
  return (config, route) => {
    const known = read.get(config);
    if (known !== undefined) return known;
    const options = readConfig(config, route);
    read.set(config, options);
    return options;
  };
}

function readConfig(config: object, route: string): RouteOptions {
  for (const [name, value] of Object.entries(config)) {
    if (name === 'bindery' || typeof value !== 'object' || !isMisspelling(name)) continue;
    throw new TypeError(`${route}: config.${name} looks like a misspelling of config.bindery`);
  }
  const options: unknown = Reflect.get(config, 'bindery');
  return options === undefined ? {} : parseRouteOptions(options, `config.bindery of ${route}`);
}

/** Whether a name is "bindery" but for its case and one letter that was left out, added, changed or swapped. */
function isMisspelling(name: string): boolean {
  const given = name.toLowerCase();
  const meant = 'bindery';
  let start = 0;
  while (start < meant.length && given[start] === meant[start]) start += 1;
  const [givenRest, meantRest] = [given.slice(start), meant.slice(start)];
  return (
    givenRest === meantRest ||
    givenRest === meantRest.slice(1) ||
    givenRest.slice(1) === meantRest ||
    givenRest.slice(1) === meantRest.slice(1) ||
    givenRest === `${meantRest[1]}${meantRest[0]}${meantRest.slice(2)}`
  );
}
