import type { Caller } from './caller.ts';
import { callerOf, rememberCaller } from './caller-of.ts';
import type { CheckOptions, Guard } from './guard.ts';

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
 * a single route with `{ access: 'read' }` where the method does not tell what the route does.
 */
export function expressGuard(
  guard: Guard,
  options?: CheckOptions,
): (request: RequestLike, response: ResponseLike, next: () => void) => Promise<void> {
  return async (request, response, next) => {
    try {
      rememberCaller(request, await guard.check({ method: request.method, headers: request.rawHeaders }, options));
    } catch (error) {
      const answer = guard.answer(error);
      response.writeHead(answer.status, answer.headers).end(answer.body);
      return;
    }
    next();
  };
}
