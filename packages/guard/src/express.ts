import type { Caller } from './caller.ts';
import { callerOf, rememberCaller } from './caller-of.ts';
import type { CheckOptions, Guard } from './guard.ts';
import { parseRoute } from './route-options.ts';

export { callerOf };

// Express's types as far as they are used here, so that the guard does not depend on it.
interface RequestLike {
  readonly method: string;
  readonly rawHeaders: readonly string[];
}
interface ResponseLike {
  writeHead(status: number, headers: Readonly<Record<string, string>>): { end(body: string): unknown };
}

/** What the guard adds to a request of Express. */
export interface GuardedRequestOfExpress {
  /** Who is calling; there is none where the route is not guarded. */
  readonly caller?: Caller;
}

/**
 * Middleware for Express 5 (and 4) that guards every route registered after it, before any body is read. Put it before
 * a single route with `{ access: 'read' }` where the method does not tell what the route does. A refused call is
 * answered here, with problem details (RFC 9457) and the challenge of RFC 6750 §3, and `next` is not called. Wrong options
 * throw a TypeError at once.
 */
export function expressGuard(
  guard: Guard,
  options?: CheckOptions,
): (request: RequestLike, response: ResponseLike, next: () => void) => Promise<void> {
  const route = parseRoute(guard, options);
  return async (request, response, next) => {
    try {
      rememberCaller(request, await guard.check({ method: request.method, headers: request.rawHeaders }, route));
    } catch (error) {
      const answer = guard.answer(error);
      response.writeHead(answer.status, answer.headers).end(answer.body);
      return;
    }
    next();
  };
}
