/** Why a call failed: the server's problem details, or that the server is unreachable. */
export class Problem extends Error {
  /** A code of the management API, or the console's own `network`, `cancelled` or `unreadable`. */
  readonly code: string;
  readonly status: number;
  readonly detail: string | undefined;
  /** Which rule was broken, for which the console may have words of its own. */
  readonly reason: string | undefined;
  /** What is wrong with each field. */
  readonly fields: Readonly<Record<string, readonly string[]>>;
  readonly requestId: string | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(problem: {
    readonly code: string;
    readonly status: number;
    readonly detail?: string | undefined;
    readonly reason?: string | undefined;
    readonly fields?: Readonly<Record<string, readonly string[]>> | undefined;
    readonly requestId?: string | undefined;
    readonly retryAfterSeconds?: number | undefined;
  }) {
    super(problem.code);
    this.code = problem.code;
    this.status = problem.status;
    this.detail = problem.detail;
    this.reason = problem.reason;
    this.fields = problem.fields ?? {};
    this.requestId = problem.requestId;
    this.retryAfterSeconds = problem.retryAfterSeconds;
  }
}

/** Reads the problem from an error response. */
export async function readProblem(response: Response): Promise<Problem> {
  const body = readObject(await response.json().catch(() => undefined));
  const requestId = response.headers.get('x-request-id') ?? readText(body['traceId']);
  const retryAfterSeconds = Number.parseInt(response.headers.get('retry-after') ?? '', 10);
  return new Problem({
    code: readText(body['code']) ?? 'unreadable',
    status: response.status,
    detail: readText(body['detail']),
    reason: readText(body['reason']),
    fields: readFields(body['errors']),
    requestId,
    retryAfterSeconds: Number.isNaN(retryAfterSeconds) ? undefined : retryAfterSeconds,
  });
}

/** Converts anything thrown to a Problem. */
export function toProblem(error: unknown): Problem {
  return error instanceof Problem ? error : new Problem({ code: 'unreadable', status: 0 });
}

function readObject(value: unknown): Record<string, unknown> {
  // Any object can be indexed by name.
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
