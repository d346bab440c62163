import type {
  BodyInputOf,
  OperationName,
  operations,
  QueryInputOf,
  ResponseOf,
} from '@bindery/server/admin/contract/index.ts';
import { currentGate } from './gate.ts';
import { paths } from './paths.ts';
import { place } from './place.ts';
import { Problem, readProblem } from './problem.ts';

type Operations = typeof operations;
type NamesIn<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}` ? Name | NamesIn<Rest> : never;
type PathNames<Name extends OperationName> = NamesIn<Operations[Name]['path']>;

/** The input of an operation; what it does not take is absent. */
export type CallInput<Name extends OperationName> = ([PathNames<Name>] extends [never]
  ? { readonly path?: undefined }
  : { readonly path: { readonly [Part in PathNames<Name>]: string } }) &
  (BodyInputOf<Name> extends undefined ? { readonly body?: undefined } : { readonly body: BodyInputOf<Name> }) &
  (QueryInputOf<Name> extends undefined ? { readonly query?: undefined } : { readonly query?: QueryInputOf<Name> }) &
  (Operations[Name] extends { conditional: true } ? { readonly etag: string } : { readonly etag?: undefined });

/** A response with its version, for the `If-Match` of a change. */
export interface Answer<Value> {
  readonly value: Value;
  readonly etag: string;
}

interface Request {
  readonly path?: Readonly<Record<string, string>> | undefined;
  readonly body?: unknown;
  readonly query?: unknown;
  readonly etag?: string | undefined;
}

// These need no session: their 401 is about the input.
const withoutSession: readonly OperationName[] = [
  'getInstance',
  'getSession',
  'setUp',
  'signIn',
  'signOut',
  'lookUpInvitation',
  'acceptInvitation',
  'resetPassword',
];

/** Calls an operation; when the server requires a password or a new sign-in, asks for it and repeats the call. */
export async function call<Name extends OperationName>(
  name: Name,
  input: CallInput<Name>,
  signal?: AbortSignal,
): Promise<Answer<ResponseOf<Name>>> {
  try {
    // The type comes from the contract that the server follows.
    return (await send(name, input, signal)) as Answer<ResponseOf<Name>>;
  } catch (error) {
    if (!(error instanceof Problem) || !(await recoveredFrom(name, error))) throw error;
    return (await send(name, input, signal)) as Answer<ResponseOf<Name>>;
  }
}

/** The URL of an operation that is a download or an image. */
export function addressOf(name: OperationName, request: Request): string {
  const [, path = ''] = paths[name].split(' ');
  const filled = path.replace(/\{(\w+)\}/g, (_, part: string) => encodeURIComponent(request.path?.[part] ?? ''));
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(queryOf(request.query))) {
    if (value !== undefined && value !== '') query.set(key, String(value));
  }
  return `${place}${filled}${query.size > 0 ? `?${query}` : ''}`;
}

function queryOf(query: unknown): object {
  return typeof query === 'object' && query !== null ? query : {};
}

async function recoveredFrom(name: OperationName, problem: Problem): Promise<boolean> {
  const gate = currentGate();
  if (gate === undefined || withoutSession.includes(name)) return false;
  if (problem.code === 'unauthenticated' && name !== 'reauthenticate' && name !== 'changePassword') {
    if (await gate.askSignIn()) return true;
    throw new Problem({ code: 'cancelled', status: 0 });
  }
  if (problem.code !== 'reauthentication_required') return false;
  if (await gate.askPassword()) return true;
  throw new Problem({ code: 'cancelled', status: 0 });
}

async function send(name: OperationName, request: Request, signal?: AbortSignal): Promise<Answer<unknown>> {
  const [method = 'GET'] = paths[name].split(' ');
  const headers: Record<string, string> = { accept: 'application/json' };
  if (method !== 'GET') {
    headers['x-bindery-request'] = 'console';
    headers['content-type'] = 'application/json';
  }
  if (request.etag !== undefined) headers['if-match'] = request.etag;
  // Fastify refuses an empty body with a JSON content type.
  const body = method === 'GET' ? null : JSON.stringify(request.body ?? {});
  const response = await reach(addressOf(name, request), { method, headers, body, signal: signal ?? null });
  if (!response.ok) throw await readProblem(response);
  const value: unknown = response.status === 204 ? undefined : await response.json();
  return { value, etag: response.headers.get('etag') ?? '' };
}

async function reach(address: string, request: RequestInit): Promise<Response> {
  try {
    return await fetch(address, { ...request, cache: 'no-store', credentials: 'same-origin' });
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause;
    throw new Problem({ code: 'network', status: 0 });
  }
}
