import assert from 'node:assert/strict';
import { test } from 'node:test';
import Fastify, { type FastifyInstance } from 'fastify';
import { ApiError, type ApiErrorCode, OAuthError, type OAuthErrorCode } from '../errors.ts';
import { ReadRefusedError, StoreUnavailableError } from '../store/unavailable.ts';
import { answerOAuthError, answerProblem, apiAnswers, oauthAnswers, unavailableDescription } from './error-response.ts';

const errorsUrl = 'https://auth.example.test/docs/errors';

/** Servers whose only route throws `error`. */
function throwing(error: unknown): { oauth: FastifyInstance; api: FastifyInstance; log: () => string } {
  const lines: string[] = [];
  const make = (errorHandler: typeof answerOAuthError) => {
    const app = Fastify({ logger: { stream: { write: (line: string) => void lines.push(line) } } });
    app.decorate('errorsUrl', errorsUrl);
    app.get('/', { errorHandler }, () => {
      throw error;
    });
    return app;
  };
  return { oauth: make(answerOAuthError), api: make(answerProblem), log: () => lines.join('') };
}

test('every OAuth error is answered in the format of RFC 6749 and is not cacheable', async () => {
  for (const [code, { status, error }] of Object.entries(oauthAnswers)) {
    // The keys of the table are the codes.
    const answer = await throwing(new OAuthError(code as OAuthErrorCode, 'a description')).oauth.inject('/');
    assert.equal(answer.statusCode, status, code);
    assert.deepEqual(answer.json(), {
      error: error ?? code,
      error_description: 'a description',
      // The anchor is our own code, even if several share one code on the wire.
      error_uri: `${errorsUrl}#${code}`,
    });
    assert.equal(answer.headers['cache-control'], 'no-store');
    assert.equal(answer.headers['pragma'], 'no-cache');
    assert.equal(answer.headers['x-content-type-options'], 'nosniff');
    assert.match(String(answer.headers['content-type']), /^application\/json/);
    assert.equal(answer.headers['retry-after'] !== undefined, status === 503, code);
  }
});

test('every management error is problem details with the request id', async () => {
  for (const [code, { status, title }] of Object.entries(apiAnswers)) {
    // The keys of the table are the codes.
    const error = new ApiError(code as ApiErrorCode, 'a detail', { fields: { name: ['is too long'] } });
    const answer = await throwing(error).api.inject('/');
    const problem = answer.json<Record<string, unknown>>();
    const { detail, errors, traceId } = problem;
    assert.deepEqual(
      [answer.statusCode, problem['status'], problem['title'], detail, errors],
      [status, status, title, 'a detail', { name: ['is too long'] }],
    );
    assert.equal(problem['type'], `${errorsUrl}#${code}`);
    assert.equal(typeof traceId, 'string');
    assert.match(String(answer.headers['content-type']), /^application\/problem\+json/);
    assert.equal(answer.headers['cache-control'], 'no-store');
  }
});

test('9.3: a read that was refused is 503 with its own words, any other trouble of the store with words of ours', async () => {
  for (const [error, detail] of [
    [new ReadRefusedError('ask for less'), 'ask for less'],
    [new StoreUnavailableError('no answer from 192.0.2.1'), unavailableDescription],
  ] as const) {
    const answer = await throwing(error).api.inject('/');
    assert.equal(answer.statusCode, 503);
    assert.equal(answer.json<Record<string, unknown>>()['detail'], detail);
    assert.match(String(answer.headers['retry-after']), /^[1-9]/);
  }
});

test('any other error is a bare 500, and only the log has its text', async () => {
  for (const error of [
    new Error('canary'),
    new TypeError('canary'),
    'canary',
    { statusCode: 404, message: 'canary' },
    Object.assign(new Error('canary'), { statusCode: 502 }),
    null,
  ]) {
    for (const kind of ['oauth', 'api'] as const) {
      const server = throwing(error);
      const answer = await server[kind].inject('/');
      assert.equal(answer.statusCode, 500, String(error));
      assert.doesNotMatch(answer.body, /canary|at .+:\d+/);
      assert.equal(answer.json()['error_uri'], kind === 'oauth' ? `${errorsUrl}#server_error` : undefined);
      assert.match(server.log(), /request failed/);
    }
  }
});

test('a refusal by the HTTP layer keeps its status, without its message', async () => {
  for (const status of [400, 413, 415]) {
    const error = Object.assign(new Error('canary'), { statusCode: status });
    for (const kind of ['oauth', 'api'] as const) {
      const answer = await throwing(error)[kind].inject('/');
      assert.equal(answer.statusCode, status);
      assert.doesNotMatch(answer.body, /canary/);
      if (kind === 'oauth') {
        assert.equal(answer.json<Record<string, unknown>>()['error'], 'invalid_request');
      }
    }
  }
});

test('429 says when to try again', async () => {
  const error = new OAuthError('too_many_requests', 'later', { retryAfterSeconds: 42 });
  const answer = await throwing(error).oauth.inject('/');
  assert.equal(answer.statusCode, 429);
  assert.equal(answer.headers['retry-after'], '42');
});

test('the cause of an error does not reach the caller', async () => {
  const error = new OAuthError('temporarily_unavailable', 'try again', { cause: new Error('canary') });
  const server = throwing(error);
  const answer = await server.oauth.inject('/');
  assert.doesNotMatch(answer.body, /canary/);
  assert.match(server.log(), /store failed/);
});
