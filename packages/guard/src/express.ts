import type { Caller } from './caller.ts';
import type { Guard } from './guard.ts';
import { rememberCaller } from './remember-caller.ts';
import { parseRoute, type RouteOptions } from './route-options.ts';

declare global {
  // The place that Express's types keep for what middleware adds to a request.
  namespace Express {
    interface Request {
      /** Who is calling; set on every request that the guard let through. */
      readonly bindery: Caller;
    }
  }
}

// Express's types, as far as they are used, so that nothing has to be installed with the guard.
interface RequestLike {
  readonly method: string;
  readonly rawHeaders: readonly string[];
}
interface ResponseLike {
  writeHead(status: number, headers: Readonly<Record<string, string>>): { end(body: string): unknown };
}

/**
 * Middleware for Express 5 (and 4): guards every route registered after it, before any body is read, and sets
 * `request.bindery`. For a route whose method does not tell what it does, put it before that route with `{ access }`.
 *
 * Refused requests get problem details (RFC 9457) with the challenge of RFC 6750 §3, and `next` is not called. Throws a
 * TypeError at once when an option is wrong or unknown.
 */
export function expressGuard(
  guard: Guard,
  options?: RouteOptions,
): (request: RequestLike, response: ResponseLike, next: () => void) => Promise<void> {
  const route = parseRoute(guard, options);
  return async (request, response, next) => {
    try {
      rememberCaller(request, await guard.verify(request, route));
    } catch (error) {
      const { status, headers, body } = guard.problem(error);
      response.writeHead(status, headers).end(body);
      return;
    }
    next();
  };
}
