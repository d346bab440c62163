/** Why a call came to nothing: the server's problem details, or that it could not be reached. */
export class Problem extends Error {
  /** A code of the management API, or `network`, `cancelled` and `unreadable`, which are ours. */
  readonly code: string;
  readonly status: number;
  readonly detail: string | undefined;
  /** By field, what is wrong with it. */
  readonly fields: Readonly<Record<string, readonly string[]>>;
  readonly requestId: string | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(problem: {
    readonly code: string;
    readonly status: number;
    readonly detail?: string | undefined;
    readonly fields?: Readonly<Record<string, readonly string[]>> | undefined;
    readonly requestId?: string | undefined;
    readonly retryAfterSeconds?: number | undefined;
  }) {
    super(problem.code);
    this.code = problem.code;
    this.status = problem.status;
    this.detail = problem.detail;
    this.fields = problem.fields ?? {};
    this.requestId = problem.requestId;
    this.retryAfterSeconds = problem.retryAfterSeconds;
  }
}

/** Reads the problem out of an answer that is not a success. */
export async function readProblem(response: Response): Promise<Problem> {
  const body = readObject(await response.json().catch(() => undefined));
  const requestId = response.headers.get('x-request-id') ?? readText(body['traceId']);
  const retryAfterSeconds = Number.parseInt(response.headers.get('retry-after') ?? '', 10);
  return new Problem({
    code: readText(body['code']) ?? 'unreadable',
    status: response.status,
    detail: readText(body['detail']),
    fields: readFields(body['errors']),
    requestId,
    retryAfterSeconds: Number.isNaN(retryAfterSeconds) ? undefined : retryAfterSeconds,
  });
}

/** Makes a Problem of whatever was thrown. */
export function toProblem(error: unknown): Problem {
  return error instanceof Problem ? error : new Problem({ code: 'unreadable', status: 0 });
}

function readObject(value: unknown): Record<string, unknown> {
  // Any object can be looked into by name.
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function readText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function readFields(value: unknown): Record<string, readonly string[]> {
  const entries = Object.entries(readObject(value));
  return Object.fromEntries(
    entries.map(([field, messages]) => [field, Array.isArray(messages) ? messages.map(String) : []]),
  );
}
