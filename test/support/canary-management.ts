import assert from 'node:assert/strict';
import { type OperationName, operations } from '@bindery/server/admin/contract/index.ts';
import type { Operation } from '@bindery/server/admin/contract/operation.ts';
import type { Bindery } from './bindery.ts';
import type { Canaries } from './canary-secrets.ts';

/** An answer with what tells of the object and of the session. */
export interface ManagementAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly etag: string;
  readonly cookie: string | undefined;
}

/** What a call gives besides its name. */
export interface ManagementCall {
  readonly cookie?: string | undefined;
  readonly path?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Sent as it is. */
  readonly text?: string;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Calls the management API, and looks into every answer: none repeats a secret that was known before. */
export class ManagementCaller {
  /** Operations that have succeeded, and that have been refused. */
  readonly succeeded = new Set<OperationName>();
  readonly refused = new Set<OperationName>();
  readonly failed = new Set<OperationName>();
  readonly #bindery: Bindery;
  readonly #canaries: Canaries;

  constructor(bindery: Bindery, canaries: Canaries) {
    this.#bindery = bindery;
    this.#canaries = canaries;
  }

  async call(name: OperationName, call: ManagementCall = {}): Promise<ManagementAnswer> {
    const operation: Operation = operations[name];
    const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, parameter: string) => call.path?.[parameter] ?? 'none');
    const body = call.text ?? (call.body === undefined ? undefined : JSON.stringify(call.body));
    const response = await fetch(this.#bindery.url + path + (call.query ?? ''), {
      method: operation.method,
      headers: {
        origin: this.#bindery.url,
        'x-bindery-request': 'console',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(call.cookie === undefined ? {} : { cookie: call.cookie }),
        ...call.headers,
      },
      ...(body === undefined ? {} : { body }),
    });
    const text = await response.text();
    const headers = JSON.stringify([...response.headers]);
    assert.deepEqual(this.#canaries.foundIn(text + headers), [], `${name} answered ${response.status} with a secret`);
    const kind = response.status < 300 ? this.succeeded : response.status < 500 ? this.refused : this.failed;
    kind.add(name);
    const [cookie] = (response.headers.get('set-cookie') ?? '').split(';', 1);
    const isJson = response.headers.get('content-type')?.includes('json') === true && operation.ndjson !== true;
    return {
      status: response.status,
      // Every JSON answer of this API is an object.
      body: isJson && text !== '' ? (JSON.parse(text) as Record<string, unknown>) : {},
      etag: response.headers.get('etag') ?? '',
      cookie: cookie === '' ? undefined : cookie,
    };
  }

  /** As `call`, and it must succeed. */
  async mustCall(name: OperationName, call: ManagementCall = {}): Promise<ManagementAnswer> {
    const answer = await this.call(name, call);
    assert.ok(answer.status < 300, `${name}: ${answer.status} ${JSON.stringify(answer.body)}`);
    if (answer.cookie?.includes('=') === true && !answer.cookie.endsWith('=')) {
      this.#canaries.add(`cookie of ${name}`, answer.cookie.slice(answer.cookie.indexOf('=') + 1));
    }
    return answer;
  }
}

/** Calls every operation with secrets in all the wrong places. */
export async function callEverythingWrongly(
  caller: ManagementCaller,
  canaries: Canaries,
  cookie: string | undefined,
): Promise<void> {
  const secret = (what: string): string => canaries.add(`misplaced ${what}`, `misplaced-canary-${what}`);
  const fields = Object.fromEntries(
    ['token', 'password', 'currentPassword', 'newPassword', 'clientSecret', 'email', 'name', 'unknown'].map((field) => [
      field,
      secret(field),
    ]),
  );
  // The keys are those of the contract itself.
  for (const name of Object.keys(operations) as OperationName[]) {
    // Signing out would be right.
    if (name === 'signOut') {
      continue;
    }
    const hasBody = 'body' in operations[name];
    await caller.call(name, { cookie, ...(hasBody ? { body: fields } : {}) });
    if (hasBody) {
      await caller.call(name, { cookie, text: `{"password":"${secret('broken')}"` });
    }
    await caller.call(name, {
      cookie: `bindery_session=${secret('cookie')}`,
      query: `?token=${secret('query')}`,
      headers: { authorization: `Bearer ${secret('bearer')}` },
    });
  }
}
