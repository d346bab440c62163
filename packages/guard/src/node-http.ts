import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Caller } from './caller.ts';
import type { CheckOptions, Guard } from './guard.ts';
import { parseRoute } from './route-options.ts';

/** A handler of node:http that is called with the verified caller. */
export type GuardedListener = (request: IncomingMessage, response: ServerResponse, caller: Caller) => unknown;

/**
 * Puts the guard before a node:http listener. A refused call is answered here, with problem details (RFC 9457) and the
 * challenge of RFC 6750 §3, and never reaches it. Wrong options throw a TypeError at once.
 */
export function guardListener(
  guard: Guard,
  listener: GuardedListener,
  options?: CheckOptions,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const route = parseRoute(guard, options);
  return async (request, response) => {
    let caller: Caller;
    try {
      caller = await guard.check({ method: request.method ?? '', headers: request.rawHeaders }, route);
    } catch (error) {
      const answer = guard.answer(error);
      response.writeHead(answer.status, answer.headers).end(answer.body);
      return;
    }
    await listener(request, response, caller);
  };
}
