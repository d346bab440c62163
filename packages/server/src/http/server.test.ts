import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestApp } from '../../../../test/support/app.ts';

test('a URL that cannot be routed is answered in our format, with a request id and a line in the log', async () => {
  await using server = await startTestApp();
  for (const [url, status] of [
    ['/%', 400],
    ['/docs/%E0', 400],
    [`/admin/organizations/${'a'.repeat(300)}`, 414],
  ] as const) {
    const response = await server.app.inject({ url, remoteAddress: '203.0.113.9' });
    assert.equal(response.statusCode, status, url);
    assert.match(String(response.headers['content-type']), /^application\/problem\+json/);
    const { traceId, ...problem } = response.json<Record<string, unknown>>();
    assert.equal(traceId, response.headers['x-request-id']);
    assert.deepEqual(problem, {
      type: 'about:blank',
      status,
      title: status === 400 ? 'Bad request' : 'URI too long',
    });
    const lines = server
      .log()
      .split('\n')
      .filter((line) => line.includes(String(traceId)));
    assert.equal(lines.length, 1);
    const { path, address, status: logged } = JSON.parse(lines[0] ?? '') as Record<string, unknown>;
    assert.deepEqual([path, address, logged], [url, '203.0.113.9', status]);
  }
});
