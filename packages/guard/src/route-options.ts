import { type Access, isAccess } from './caller.ts';
import type { CheckOptions, Guard } from './guard.ts';

/**
 * Checks what a route is guarded with while the API starts, and gives its options back; throws a TypeError for
 * anything else than a guard and an access, since a misspelt option would leave the access to the method.
 */
export function parseRoute(guard: Guard, options: CheckOptions = {}): CheckOptions {
  // Both come from plain JavaScript too, so the types are not taken for granted.
  const given: unknown = guard;
  if (typeof given !== 'object' || given === null || typeof Reflect.get(given, 'check') !== 'function') {
    throw new TypeError('give a guard, as createGuard makes it');
  }
  if (typeof options !== 'object' || options === null) throw new TypeError('the options of a route must be an object');
  for (const name of Object.keys(options)) {
    if (name !== 'access') throw new TypeError(`unknown option ${name} of a route`);
  }
  return 'access' in options ? { access: parseAccess(options.access) } : {};
}

/** Reads the access that a route needs; throws a TypeError for anything but `read` and `read_write`. */
export function parseAccess(access: unknown, where = 'this route'): Access {
  if (!isAccess(access)) throw new TypeError(`${where}: access must be read or read_write`);
  return access;
}
