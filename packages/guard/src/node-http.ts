import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Caller } from './caller.ts';
import type { Guard } from './guard.ts';
import { rememberCaller } from './remember-caller.ts';
import { parseRoute, type RouteOptions } from './route-options.ts';

/** A request that the guard let through. */
export type VerifiedMessage = IncomingMessage & {
  /** Who is calling. */
  readonly bindery: Caller;
};

/** A listener of node:http that is called for verified requests only. */
export type GuardedListener = (request: VerifiedMessage, response: ServerResponse) => unknown;

/**
 * Puts the guard before a node:http listener, which finds the caller in `request.bindery`. Refused requests get problem
 * details (RFC 9457) with the challenge of RFC 6750 §3 and do not reach the listener. Throws a TypeError at once when an
 * option is wrong or unknown.
 */
export function guardListener(
  guard: Guard,
  listener: GuardedListener,
  options?: RouteOptions,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const route = parseRoute(guard, options);
  if (typeof listener !== 'function') throw new TypeError('expected a listener after the guard');
  return async (request, response) => {
    try {
      rememberCaller(request, await guard.verify(request, route));
    } catch (error) {
      const { status, headers, body } = guard.problem(error);
      response.writeHead(status, headers).end(body);
      return;
    }
    // It has the caller now.
    await listener(request as VerifiedMessage, response);
  };
}
