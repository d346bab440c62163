// Options come from plain JavaScript too, so their types are not taken for granted anywhere here.

/** Throws a TypeError for an option that is not known, with the names of those that are. */
export function refuseUnknownOptions(
  given: object,
  known: Readonly<Record<string, true>>,
  { prefix = '', where }: { readonly prefix?: string; readonly where?: string } = {},
): void {
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(known, name)) continue;
    const place = where === undefined ? '' : ` in ${where}`;
    throw new TypeError(`unknown option ${prefix}${name}${place}; known options: ${Object.keys(known).join(', ')}`);
  }
}

/** Checks a group of options, such as `jwks: { ... }`, and returns it as an object. */
export function parseGroup<Group extends object>(
  name: string,
  given: Group | undefined,
  known: Readonly<Record<keyof Group & string, true>>,
): Partial<Group> {
  const group: unknown = given ?? {};
  if (typeof group !== 'object' || group === null || Array.isArray(group)) {
    throw new TypeError(`${name} must be an object`);
  }
  refuseUnknownOptions(group, known, { prefix: `${name}.` });
  return group;
}

/** Checks that a source, which replaces the fetching, comes without the options of fetching. */
export function refuseBesidesSource(name: string, group: object): void {
  if (Object.keys(group).length > 1)
    throw new TypeError(`${name}.source cannot be combined with other ${name} options`);
}

/** Reads a number of seconds between `min` and `max`. */
export function parseSeconds(name: string, given: unknown, min: number, max: number): number {
  // Written so that NaN fails as well.
  if (typeof given !== 'number' || !(given >= min && given <= max)) {
    throw new TypeError(`${name} must be a number of seconds from ${min} to ${max}`);
  }
  return given;
}

/** Reads a function. */
export function parseFunction<Given>(name: string, given: Given): Given {
  if (typeof given !== 'function') throw new TypeError(`${name} must be a function`);
  return given;
}
