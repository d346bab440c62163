import type { Caller } from './caller.ts';
import type { CheckOptions, Guard } from './guard.ts';
import { parseRoute } from './route-options.ts';

// Hono's types as far as they are used here, so that the guard does not depend on it.
interface ContextLike {
  readonly req: { readonly raw: Request };
  set(name: 'caller', caller: Caller): void;
}

/** What the guard sets: `new Hono<{ Variables: GuardVariables }>()` types `c.get('caller')` and `c.var.caller`. */
export interface GuardVariables {
  /** Who is calling. */
  caller: Caller;
}

/**
 * Middleware for Hono that guards every route registered after it, before any body is read. Put it before a single
 * route with `{ access: 'read' }` where the method does not tell what the route does. A refused call is answered here,
 * with problem details (RFC 9457) and the challenge of RFC 6750 §3, and `next` is not called. Wrong options throw a
 * TypeError at once.
 */
export function honoGuard(
  guard: Guard,
  options?: CheckOptions,
): (context: ContextLike, next: () => Promise<void>) => Promise<Response | undefined> {
  const route = parseRoute(guard, options);
  return async (context, next) => {
    try {
      context.set('caller', await guard.verify(context.req.raw, route));
    } catch (error) {
      const answer = guard.answer(error);
      return new Response(answer.body, { status: answer.status, headers: { ...answer.headers } });
    }
    await next();
    return undefined;
  };
}
