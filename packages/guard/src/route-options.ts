import { type Access, isAccess } from './caller.ts';
import type { Guard } from './guard.ts';
import { refuseUnknownOptions } from './option-values.ts';

/** What one route needs. */
export interface RouteOptions {
  /** The access that the route needs; by default the method decides: GET, HEAD and OPTIONS read, all others write. */
  readonly access?: Access;
}

const knownOptions: Record<keyof RouteOptions, true> = { access: true };

/**
 * Checks a guard and the options of a route while the API starts, and returns the options. Throws a TypeError for
 * anything else, since a misspelt option would leave the access to the method.
 */
export function parseRoute(guard: Guard, options: RouteOptions = {}, where = 'the options of a route'): RouteOptions {
  // Both come from plain JavaScript too, so the types are not taken for granted.
  const given: unknown = guard;
  if (typeof given !== 'object' || given === null || typeof Reflect.get(given, 'verify') !== 'function') {
    throw new TypeError('expected a guard created by createGuard');
  }
  return parseRouteOptions(options, where);
}

/** Checks the options of a route; throws a TypeError that begins with `where` for anything that is not one. */
export function parseRouteOptions(options: unknown, where: string): RouteOptions {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new TypeError(`${where} must be an object`);
  }
  refuseUnknownOptions(options, knownOptions, { where });
  return 'access' in options ? { access: parseAccess(options.access, where) } : {};
}

/** Reads the access that a route needs; throws a TypeError for anything but `read` and `read_write`. */
export function parseAccess(access: unknown, where = 'the options of a route'): Access {
  if (!isAccess(access)) throw new TypeError(`${where}: access must be read or read_write`);
  return access;
}
