import type { Forge } from './forge.ts';
import type { Attempt } from './send.ts';

/** A request that only a token with `read_write` may make. */
export interface WriteRequest {
  readonly method: string;
  readonly path: string;
  /** A JSON text; by default the request has no body. */
  readonly body?: string | undefined;
}

/** The API under attack. */
export interface Target {
  /** The base URL, http or https; the paths below are appended to it. */
  readonly url: string;
  /** A path that a token with `read` may GET. */
  readonly readPath: string;
  /** A write. It is made for real once, and once for each attack that the API does not withstand. */
  readonly write?: WriteRequest | undefined;
  /** The path of an object that belongs to the organization and that no other organization may see. */
  readonly objectPath?: string | undefined;
}

/** What attacks are made with. */
export interface AttackOptions {
  readonly target: Target;
  /** Makes the tokens, valid and forged ones. */
  readonly forge: Forge;
  /** The name of the API's tenant header. */
  readonly tenantHeader: string;
  /** The organization of the valid tokens; the same as the forge's. */
  readonly organizationId: string;
  /** A different one; best one that exists. */
  readonly otherOrganizationId: string;
}

/** One attack. The API withstands it if every attempt is refused. */
export interface Attack {
  readonly id: string;
  /** What is tried, in words. */
  readonly title: string;
  /** The rule that it breaks: a section of an RFC, or a sentence. */
  readonly source: string;
  /** What it needs of the target, besides a path to read. */
  readonly needs?: 'write' | 'objectPath';
  readonly attempts: (options: AttackOptions) => Promise<readonly Attempt[]>;
}

/** A GET of the read path; headers are a flat list. */
export function reading({ target }: AttackOptions, headers: readonly string[]): Attempt {
  return { method: 'GET', path: target.readPath, headers };
}

/** The write; headers are a flat list. */
export function writing({ target: { write } }: AttackOptions, headers: readonly string[]): Attempt {
  if (write === undefined) {
    throw new Error('the target has no write');
  }
  const { method, path, body } = write;
  return { method, path, headers, ...(body === undefined ? {} : { body }) };
}

/** The headers of a valid request with a token. */
export function validHeaders({ tenantHeader, organizationId }: AttackOptions, token: string): readonly string[] {
  return [...bearer(token), tenantHeader, organizationId];
}

/** The header that carries a token. */
export function bearer(token: string): readonly string[] {
  return ['authorization', `Bearer ${token}`];
}
