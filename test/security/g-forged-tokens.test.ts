import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { once } from 'node:events';
import { createServer, request as httpRequest, type Server } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { createGuard, type Guard, GuardError } from '@bindery/guard';
import { signingAlgorithms } from '@bindery/server/domain/signing-key.ts';
import { KeyRing } from '@bindery/server/live/key-ring.ts';
import { decodeJwt } from 'jose';
import { type Forger, forgedTokens, goodToken } from '../support/forged-tokens.ts';
import { startTarget, type Target } from '../support/target.ts';

/** What a verifier says about a token. */
type Verdict = 'taken' | 'refused' | `unexpected: ${string}`;

for (const algorithm of signingAlgorithms) {
  describe(`forged tokens, with ${algorithm}`, () => {
    let target: Target;
    let guard: Guard;
    let forger: Forger;
    let canary: Server;
    let canaryRequests = 0;
    let url = '';
    let tokens: ReturnType<typeof forgedTokens>;
    let good = '';
    before(async () => {
      target = await startTarget({ BINDERY_SIGNING_ALGORITHM: algorithm });
      canary = createServer((_request, response) => {
        canaryRequests += 1;
        response.end();
      }).listen(0, '127.0.0.1');
      await once(canary, 'listening');
      url = await target.server.app.listen({ host: '127.0.0.1', port: 0 });
      const { config, now } = target.server.context;
      const signer = await new KeyRing(target.server.context).signer();
      const issued = target.expectToken(await target.send(target.good));
      const address = canary.address();
      assert.ok(typeof address === 'object' && address !== null);
      forger = {
        signer,
        publicKey: createPublicKey(signer.privateKey),
        claims: decodeJwt(String(issued['access_token'])),
        canaryUrl: `http://127.0.0.1:${address.port}/keys`,
      };
      good = goodToken(forger);
      tokens = forgedTokens(forger, good);
      guard = createGuard({
        ...{ issuer: config.publicUrl, audience: config.audience, now, requireTenantHeader: false },
        jwks: { url: `${url}/.well-known/jwks.json` },
        cutoffs: { url: `${url}/.well-known/bindery-cutoffs` },
      });
    });
    after(async () => {
      guard.close();
      canary.close();
      await target[Symbol.asyncDispose]();
    });

    /** Exactly as sent, whatever fetch would make of it. */
    async function get(path: string, token: string): Promise<{ status: number; challenge: string }> {
      const headers = ['host', 'api.test', 'authorization', `Bearer ${token}`];
      headers.push('x-tenant-id', target.client.organizationId);
      const sent = httpRequest(url + path, { headers }).end();
      const [response] = await once(sent, 'response');
      response.resume();
      await once(response, 'end');
      return { status: Number(response.statusCode), challenge: String(response.headers['www-authenticate'] ?? '') };
    }

    const judges: Readonly<Record<string, (token: string) => Promise<Verdict>>> = {
      async 'a guard elsewhere'(token) {
        try {
          await guard.verify({ method: 'GET', headers: ['authorization', `Bearer ${token}`] });
          return 'taken';
        } catch (error) {
          assert.ok(error instanceof GuardError);
          return error.status === 401 && error.error === 'invalid_token' ? 'refused' : `unexpected: ${error.code}`;
        }
      },
      async 'the API beside the server'(token) {
        const { status, challenge } = await get('/api/binders', token);
        if (status === 200) return 'taken';
        return status === 401 && challenge.includes('invalid_token') ? 'refused' : `unexpected: ${status}`;
      },
      async introspection(token) {
        const { client_id, client_secret } = target.good;
        const answer = await target.send({ client_id, client_secret, token }, { path: '/oauth/introspect' });
        if (answer.status === 200 && answer.body === '{"active":false}') return 'refused';
        // An empty token is no parameter.
        if (answer.status === 400 && token === '') return 'refused';
        return answer.body.includes('"active":true') ? 'taken' : `unexpected: ${answer.status} ${answer.body}`;
      },
      async 'the gateway'(token) {
        const { status } = await get('/verify', token);
        return status === 200 ? 'taken' : status === 401 ? 'refused' : `unexpected: ${status}`;
      },
    };

    async function refusedEverywhere(number: number): Promise<void> {
      const table = tokens[number];
      assert.ok(table);
      assert.ok(Object.keys(table).length > 0);
      for (const [judge, judgeOf] of Object.entries(judges)) {
        const verdicts: Record<string, Verdict> = {};
        for (const [name, token] of Object.entries(table)) verdicts[name] = await judgeOf(token);
        const taken = Object.entries(verdicts).filter(([, verdict]) => verdict !== 'refused');
        assert.deepEqual(taken, [], judge);
        assert.equal(await judgeOf(goodToken(forger)), 'taken', `${judge}: a good token afterwards`);
      }
    }

    test('108: an unsigned token is refused by every verifier', () => refusedEverywhere(108));
    test('109: a token signed by HMAC with the public key is refused by every verifier', () => refusedEverywhere(109));
    test('110: a token with another algorithm is refused by every verifier', () => refusedEverywhere(110));
    test('111: a token signed with a related key is refused by every verifier', () => refusedEverywhere(111));
    test('113: a token that brings or names its key is refused by every verifier, and nothing is fetched', async () => {
      await refusedEverywhere(113);
      assert.equal(canaryRequests, 0);
    });
    test('114: a token with an unexpected kid is refused by every verifier', () => refusedEverywhere(114));
    test('115: a token with a critical extension is refused by every verifier', () => refusedEverywhere(115));
    test('118: a token of another shape or size is refused by every verifier', () => refusedEverywhere(118));
    test('119: another serialisation is refused by every verifier', () => refusedEverywhere(119));
    test('123: a token of another type is refused by every verifier', () => refusedEverywhere(123));
    test('124: another kind of JWT is refused by every verifier', () => refusedEverywhere(124));
    test('125: a token that is expired, not yet valid or without times is refused by every verifier', () =>
      refusedEverywhere(125));
    test('127: a token of another issuer is refused by every verifier', () => refusedEverywhere(127));
    test('128: a token for another audience is refused by every verifier', () => refusedEverywhere(128));
    test('130: a token that differs from a valid one in one character is refused by every verifier', async () => {
      // Known to every cache before its neighbours arrive.
      for (const judge of Object.values(judges)) assert.equal(await judge(good), 'taken');
      await refusedEverywhere(130);
    });
  });
}
