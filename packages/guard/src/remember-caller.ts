import type { Caller } from './caller.ts';

/** Puts the verified caller on a request, as `request.bindery`. */
export function rememberCaller(request: object, caller: Caller): void {
  Object.assign(request, { bindery: caller });
}
