import type { Forge } from './forge.ts';
import type { Attempt } from './send.ts';

/** Where the API is attacked. */
export interface Target {
  /** Its address, without the paths below. */
  readonly url: string;
  /** A path that a read token may GET. */
  readonly readPath: string;
  /** What only a read/write token may do; it is done once for real. */
  readonly write: { readonly path: string; readonly method: string; readonly body: string | undefined } | undefined;
  /** The path of a thing that belongs to the organization. */
  readonly objectPath: string | undefined;
}

/** What attacks are made of. */
export interface Lab {
  readonly target: Target;
  readonly forge: Forge;
  readonly tenantHeader: string;
  readonly organizationId: string;
  /** Another one, which exists where there are two. */
  readonly otherOrganizationId: string;
}

/** One attack: every attempt of it must be refused. */
export interface Attack {
  readonly id: string;
  /** What is tried, in words. */
  readonly title: string;
  /** Where it comes from. */
  readonly source: string;
  /** What it needs of the target, besides a path to read. */
  readonly needs?: 'write' | 'objectPath';
  readonly attempts: (lab: Lab) => Promise<readonly Attempt[]>;
}

/** A GET of the read path, with headers as a flat list. */
export function reading({ target }: Lab, headers: readonly string[]): Attempt {
  return { method: 'GET', path: target.readPath, headers };
}

/** The write, with headers as a flat list. */
export function writing({ target }: Lab, headers: readonly string[]): Attempt {
  const { write } = target;
  if (write === undefined) {
    throw new Error('the target has nothing to write');
  }
  return {
    method: write.method,
    path: write.path,
    headers,
    ...(write.body === undefined ? {} : { body: write.body }),
  };
}

/** The headers of a good call with a token. */
export function goodHeaders({ tenantHeader, organizationId }: Lab, token: string): readonly string[] {
  return [...bearer(token), tenantHeader, organizationId];
}

/** The header that carries a token. */
export function bearer(token: string): readonly string[] {
  return ['authorization', `Bearer ${token}`];
}
