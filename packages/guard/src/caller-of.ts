import type { Caller } from './caller.ts';

/** Puts the verified caller on a request, where `callerOf` finds it. */
export function rememberCaller(request: object, caller: Caller): void {
  Object.assign(request, { caller });
}

/** Who is calling; throws where the route is not guarded, which is a mistake in the program. */
export function callerOf(request: object): Caller {
  const caller: unknown = Reflect.get(request, 'caller');
  if (typeof caller !== 'object' || caller === null) throw new Error('the route is not guarded');
  // Nothing but the guard sets it.
  return caller as Caller;
}
