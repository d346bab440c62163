import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { describe, test } from 'node:test';
import { createGuard } from '@bindery/guard';
import { createTestIssuer, type TestTokenOptions } from '@bindery/guard/testing';
import { guardedApis } from '../support/guard-apis.ts';

const otherOrganization = '22222222-2222-4222-8222-222222222222';

/** Sends a flat list of headers as given, repetitions included. */
async function send(url: string, method: string, headers: readonly string[]) {
  const sent = httpRequest(url, { method, headers: ['host', 'api.test', 'content-length', '0', ...headers] }).end();
  const [response] = await once(sent, 'response');
  let text = '';
  for await (const chunk of response) text += chunk;
  return { status: Number(response.statusCode), challenge: response.headers['www-authenticate'], text };
}

for (const [name, start] of Object.entries(guardedApis)) {
  describe(`an API on ${name}`, () => {
    const issuer = createTestIssuer();
    const good = (options?: TestTokenOptions) => Object.entries(issuer.headers(options)).flat();
    const startApi = () => start(createGuard(issuer.guardOptions));

    test('passes the caller to the handler, both for a client and for a user', async () => {
      await using api = await startApi();
      const client = await send(`${api.url}/things`, 'GET', good());
      assert.deepEqual(
        { status: client.status, ...JSON.parse(client.text) },
        {
          ...{ status: 200, organizationId: issuer.organizationId, clientId: 'client_test' },
          ...{ userId: null, access: 'read_write' },
        },
      );
      const person = await send(`${api.url}/things`, 'GET', good({ userId: 'user_1' }));
      assert.equal(JSON.parse(person.text).userId, 'user_1');
    });

    test('refuses before the handler runs, with the status and challenge of each refusal', async () => {
      await using api = await startApi();
      const reader = good({ access: 'read' });
      const [authorization = '', token = ''] = good();
      const refusals: readonly (readonly [string, string, readonly string[], number, RegExp | undefined])[] = [
        ['no token', 'GET', [], 401, /^Bearer$/],
        ['another scheme', 'GET', ['authorization', 'Basic YTpi'], 401, /^Bearer$/],
        [
          'garbage',
          'GET',
          [authorization, 'Bearer garbage', 'x-tenant-id', issuer.organizationId],
          401,
          /invalid_token/,
        ],
        ['no tenant', 'GET', [authorization, token], 400, undefined],
        ['another tenant', 'GET', [authorization, token, 'x-tenant-id', otherOrganization], 403, undefined],
        ['two tenants', 'GET', [...good(), 'x-tenant-id', otherOrganization], 400, undefined],
        ['two tokens', 'GET', [...good(), 'Authorization', token], 400, /invalid_request/],
        ['a read token that writes', 'POST', reader, 403, /insufficient_scope/],
        ['a read token that deletes', 'DELETE', reader, 403, /insufficient_scope/],
        ['a read token with an override', 'POST', [...reader, 'x-http-method-override', 'GET'], 403, /insufficient/],
      ];
      for (const [what, method, headers, status, challenge] of refusals) {
        const answer = await send(`${api.url}/things?access_token=${token.slice(7)}`, method, headers);
        assert.equal(answer.status, status, what);
        if (challenge === undefined) assert.equal(answer.challenge, undefined, what);
        else assert.match(answer.challenge ?? '', challenge, what);
        assert.equal(JSON.parse(answer.text).status, status, what);
      }
      assert.equal((await send(`${api.url}/nowhere`, 'GET', [])).status, 401, 'what is not there is guarded too');
      assert.equal(api.handled(), 0);
    });

    test('lets a route name its access where the method does not imply it', async () => {
      await using api = await startApi();
      const reader = good({ access: 'read' });
      assert.equal((await send(`${api.url}/search`, 'POST', reader)).status, 200);
      assert.equal((await send(`${api.url}/things`, 'POST', reader)).status, 403);
      assert.equal((await send(`${api.url}/search`, 'POST', [])).status, 401);
      assert.equal(api.handled(), 1);
    });

    test('refuses a token that was cut off after it was issued', async () => {
      await using api = await startApi();
      const headers = good({ clientId: `client_${name}` });
      assert.equal((await send(`${api.url}/things`, 'GET', headers)).status, 200);
      issuer.cutOff('client', `client_${name}`);
      const answer = await send(`${api.url}/things`, 'GET', headers);
      assert.equal(answer.status, 401);
      assert.match(answer.challenge ?? '', /invalid_token/);
    });
  });
}
