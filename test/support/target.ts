import assert from 'node:assert/strict';
import { createClient } from '@bindery/server/actions/clients.ts';
import type { Access, GrantType } from '@bindery/server/domain/access.ts';
import { startTestApp, type TestApp, testActor } from './app.ts';

/** A response, however it was obtained. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number | readonly string[] | undefined>>;
  readonly body: string;
}

/** A client of the server under attack. */
export interface Credentials {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly organizationId: string;
}

/** How a request differs from a plain POST of a form to the token endpoint. */
export interface Sending {
  readonly method?: string;
  readonly path?: string;
  /** With the question mark. */
  readonly query?: string;
  /** undefined takes the content type away. */
  readonly type?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly remoteAddress?: string;
}

/** A server under attack, with one valid client whose requests must keep working. */
export interface Target {
  readonly server: TestApp;
  readonly client: Credentials;
  /** The parameters of a valid request. */
  readonly good: Readonly<Record<string, string>>;
  /** What must never appear in a response or in the log. */
  readonly secrets: Set<string>;
  send(body: string | Buffer | Readonly<Record<string, unknown>>, sending?: Sending): Promise<Answer>;
  newClient(options?: {
    readonly access?: Access;
    readonly grants?: readonly GrantType[];
    readonly organizationId?: string;
  }): Promise<Credentials>;
  /** Asserts a refusal and everything that holds for every refusal. */
  expectRefusal(answer: Answer, status: number, error: string, note?: string): Promise<void>;
  /** Asserts a token response and returns it. */
  expectToken(answer: Answer, note?: string): Record<string, unknown>;
  /** The row counts of the tables that a stranger must not change. */
  rowCounts(): Promise<Readonly<Record<string, number>>>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Limits on guessing are tested elsewhere; here each attempt gets its own response. */
const withoutLimits = { BINDERY_LIMIT_CLIENT: '1000000', BINDERY_LIMIT_NETWORK: '1000000' };

/** Starts it, with settings as an operator would make them. */
export async function startTarget(environment: Readonly<Record<string, string>> = {}): Promise<Target> {
  const server = await startTestApp({ ...withoutLimits, ...environment });
  const client = await server.newClient();
  const secrets = new Set([client.clientSecret]);
  const good = {
    grant_type: 'client_credentials',
    client_id: client.clientId,
    client_secret: client.clientSecret,
  };
  let logChecked = 0;

  const target: Target = {
    server,
    client,
    good,
    secrets,
    async send(body, sending = {}) {
      const type = 'type' in sending ? sending.type : 'application/x-www-form-urlencoded';
      const response = await server.app.inject({
        // Methods missing from inject's types are sent too; Node's parser knows them.
        method: (sending.method ?? 'POST') as 'POST',
        url: (sending.path ?? '/connect/token') + (sending.query ?? ''),
        headers: { ...(type !== undefined && { 'content-type': type }), ...sending.headers },
        payload: encode(body, type),
        ...(sending.remoteAddress !== undefined && { remoteAddress: sending.remoteAddress }),
      });
      return { status: response.statusCode, headers: response.headers, body: response.body };
    },
    async newClient({ access, grants, organizationId } = {}) {
      const made = await createClient(server.context, testActor, {
        organizationId: organizationId ?? client.organizationId,
        name: 'Another client',
        access: access ?? 'read_write',
        grants: grants ?? ['client_credentials'],
        secretExpiresAt: null,
      });
      secrets.add(made.clientSecret);
      return {
        clientId: made.client.id,
        clientSecret: made.clientSecret,
        organizationId: made.client.organizationId,
      };
    },
    async expectRefusal(answer, status, error, note = '') {
      assert.equal(answer.status, status, `${note} ${answer.body}`);
      assertSound(answer, note);
      const body = JSON.parse(answer.body) as Record<string, unknown>;
      assert.deepEqual(Object.keys(body), ['error', 'error_description', 'error_uri'], note);
      const errorsUrl = `${server.context.config.publicUrl}/docs/errors#`;
      assert.ok(String(body['error_uri']).startsWith(errorsUrl), note);
      assert.match(String(body['error_uri']).slice(errorsUrl.length), /^[a-z_]+$/, note);
      assert.equal(body['error'], error, `${note} ${answer.body}`);
      // RFC 6749 §5.2
      assert.match(String(body['error_description']), /^[\x20\x21\x23-\x5b\x5d-\x7e]+$/, note);
      assertSilent(answer.body + JSON.stringify(answer.headers), 'the answer');
      assert.doesNotMatch(answer.body, /\bat .+:\d+:\d+|node_modules|\.ts\b|sqlite|select |\/work|\/tmp/i, note);
      target.expectToken(await target.send(good), `the next good request ${note}`);
      const log = server.log();
      assertSilent(log.slice(logChecked), 'the log');
      logChecked = log.length;
    },
    expectToken(answer, note = '') {
      assert.equal(answer.status, 200, `${note} ${answer.body}`);
      assertSound(answer, note);
      const body = JSON.parse(answer.body) as Record<string, unknown>;
      assert.equal(typeof body['access_token'], 'string', note);
      secrets.add(String(body['access_token']));
      return body;
    },
    async rowCounts() {
      const counts: Record<string, number> = {};
      for (const table of [
        'organizations',
        'api_clients',
        'client_secrets',
        'audit_entries',
        'client_hours',
        'unknown_client_refusals',
      ] as const) {
        const { count } = await server.context.database.queries
          .selectFrom(table)
          .select((expression) => expression.fn.countAll<number>().as('count'))
          .executeTakeFirstOrThrow();
        counts[table] = count;
      }
      return counts;
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };

  function assertSilent(text: string, where: string): void {
    for (const secret of secrets) {
      assert.ok(!text.includes(secret), `a secret stands in ${where}`);
    }
  }
  return target;
}

/** What holds for every response of the token endpoint. */
export function assertSound({ status, headers }: Answer, note = ''): void {
  assert.ok(status < 500, `${note} ${status}`);
  assert.match(String(headers['content-type']), /^application\/json(?:;|$)/, note);
  assert.equal(headers['cache-control'], 'no-store', note);
  assert.equal(headers['x-content-type-options'], 'nosniff', note);
  assert.equal(headers['set-cookie'], undefined, note);
}

/** The value of an Authorization header. */
export function basic(clientId: string, clientSecret: string): string {
  return `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
}

/** A form with these names and values in this order, including repetitions. */
export function form(...pairs: readonly (readonly [string, string])[]): string {
  return new URLSearchParams(pairs.map(([name, value]) => [name, value])).toString();
}

function encode(body: string | Buffer | Readonly<Record<string, unknown>>, type: string | undefined): string | Buffer {
  if (typeof body === 'string' || Buffer.isBuffer(body)) {
    return body;
  }
  return type?.startsWith('application/json')
    ? JSON.stringify(body)
    : form(...Object.entries(body).map(([name, value]) => [name, String(value)] as const));
}
