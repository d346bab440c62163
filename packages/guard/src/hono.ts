import type {} from 'hono';
import type { Caller } from './caller.ts';
import type { Guard } from './guard.ts';
import type { HeadersLike } from './headers.ts';
import { parseRoute, type RouteOptions } from './route-options.ts';

declare module 'hono' {
  interface ContextVariableMap {
    /** Who is calling; set on every request that the guard let through. */
    bindery: Caller;
  }
}

// Hono's context, as far as it is used, so that any environment type fits.
interface ContextLike {
  readonly req: { readonly raw: { readonly method: string; readonly headers: HeadersLike } };
  set(name: 'bindery', caller: Caller): void;
}

/**
 * Middleware for Hono 4: guards every route registered after it, before any body is read, and sets `context.var.bindery`.
 * For a route whose method does not tell what it does, put it before that route with `{ access }`.
 *
 * Refused requests get problem details (RFC 9457) with the challenge of RFC 6750 §3, and `next` is not called. Throws a
 * TypeError at once when an option is wrong or unknown.
 */
export function honoGuard(
  guard: Guard,
  options?: RouteOptions,
): (context: ContextLike, next: () => Promise<void>) => Promise<Response | undefined> {
  const route = parseRoute(guard, options);
  return async (context, next) => {
    try {
      context.set('bindery', await guard.verify(context.req.raw, route));
    } catch (error) {
      const { body, ...init } = guard.problem(error);
      return new Response(body, init);
    }
    await next();
    return undefined;
  };
}
