import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Caller } from './caller.ts';
import type { CheckOptions, Guard } from './guard.ts';

/** A handler of node:http that is called with the verified caller. */
export type GuardedListener = (request: IncomingMessage, response: ServerResponse, caller: Caller) => unknown;

/** Puts the guard before a node:http listener; a refused call is answered here and never reaches it. */
export function guardListener(
  guard: Guard,
  listener: GuardedListener,
  options?: CheckOptions,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (request, response) => {
    let caller: Caller;
    try {
      caller = await guard.check({ method: request.method ?? '', headers: request.rawHeaders }, options);
    } catch (error) {
      const answer = guard.answer(error);
      response.writeHead(answer.status, answer.headers).end(answer.body);
      return;
    }
    await listener(request, response, caller);
  };
}
