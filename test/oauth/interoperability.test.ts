// Two independent client libraries and an independent verifier, given only the issuer's URL.
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { createRemoteJWKSet, type JWTVerifyResult, jwtVerify } from 'jose';
import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';
import { createClient, type TestClient } from '../support/arrange.ts';
import { type Bindery, startBindery } from '../support/bindery.ts';

const methods = {
  client_secret_basic: { openid: openid.ClientSecretBasic, oauth: oauth.ClientSecretBasic },
  client_secret_post: { openid: openid.ClientSecretPost, oauth: oauth.ClientSecretPost },
};

for (const algorithm of ['ES256', 'RS256']) {
  suite(`with ${algorithm}`, () => {
    let bindery: Bindery;
    let client: TestClient;

    before(async () => {
      bindery = await startBindery({ env: { BINDERY_SIGNING_ALGORITHM: algorithm } });
      client = await createClient(bindery);
    });
    after(() => bindery[Symbol.asyncDispose]());

    for (const wellKnown of ['oauth2', 'oidc'] as const) {
      for (const [method, authenticateBy] of Object.entries(methods)) {
        test(`openid-client discovers the server by its ${wellKnown} name, and gets and uses a token with ${method}`, async () => {
          const configuration = await openid.discovery(
            new URL(bindery.url),
            client.client_id,
            undefined,
            authenticateBy.openid(client.client_secret),
            { algorithm: wellKnown, execute: [openid.allowInsecureRequests] },
          );
          const answer = await openid.clientCredentialsGrant(configuration, { scope: 'public' });
          assert.equal(answer.expires_in, 3600);
          const metadata = configuration.serverMetadata();
          await assertVerifies(answer.access_token, metadata.jwks_uri);
          const binders = await openid.fetchProtectedResource(
            configuration,
            answer.access_token,
            new URL(`${bindery.url}/api/binders`),
            'GET',
            null,
            new Headers({ 'x-tenant-id': client.organization_id }),
          );
          assert.equal(binders.status, 200);
        });

        test(`oauth4webapi discovers the server by its ${wellKnown} name, and gets and uses a token with ${method}`, async () => {
          const server = await discover(wellKnown);
          const token = await requestToken(server, authenticateBy.oauth(client.client_secret));
          await assertVerifies(token, server.jwks_uri);
          const binders = await oauth.protectedResourceRequest(
            token,
            'GET',
            new URL(`${bindery.url}/api/binders`),
            new Headers({ 'x-tenant-id': client.organization_id }),
            null,
            insecure,
          );
          assert.equal(binders.status, 200);
        });
      }
    }

    test('oauth4webapi accepts the token as an RFC 9068 access token of this issuer', async () => {
      const server = await discover('oauth2');
      const token = await requestToken(server, oauth.ClientSecretBasic(client.client_secret));
      const request = new Request(`${bindery.url}/api/binders`, { headers: { authorization: `Bearer ${token}` } });
      const claims = await oauth.validateJwtAccessToken(server, request, `${bindery.url}/api`, insecure);
      assert.equal(claims.client_id, client.client_id);
      assert.equal(claims.sub, client.client_id);
    });

    test('oauth4webapi parses a refusal and a challenge', async () => {
      const server = await discover('oauth2');
      await assert.rejects(requestToken(server, oauth.ClientSecretPost('wrong')), (error) => {
        assert.ok(error instanceof oauth.ResponseBodyError);
        assert.equal(error.error, 'invalid_client');
        return true;
      });
      await assert.rejects(requestToken(server, oauth.ClientSecretBasic('wrong')), (error) => {
        assert.ok(error instanceof oauth.WWWAuthenticateChallengeError);
        assert.equal(error.cause[0]?.scheme, 'basic');
        return true;
      });
    });

    const insecure = { [oauth.allowInsecureRequests]: true };

    async function discover(algorithm: 'oauth2' | 'oidc'): Promise<oauth.AuthorizationServer> {
      const issuer = new URL(bindery.url);
      return oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { algorithm, ...insecure }));
    }

    async function requestToken(server: oauth.AuthorizationServer, authentication: oauth.ClientAuth): Promise<string> {
      const self = { client_id: client.client_id };
      const fields = { scope: 'public' };
      const response = await oauth.clientCredentialsGrantRequest(server, self, authentication, fields, insecure);
      const answer = await oauth.processClientCredentialsResponse(server, self, response);
      return answer.access_token;
    }

    async function assertVerifies(token: string, jwksUri: string | undefined): Promise<void> {
      const keys = createRemoteJWKSet(new URL(jwksUri ?? ''));
      const { protectedHeader, payload }: JWTVerifyResult = await jwtVerify(token, keys, {
        issuer: bindery.url,
        audience: `${bindery.url}/api`,
        typ: 'at+jwt',
        algorithms: [algorithm],
        requiredClaims: ['exp', 'iat', 'nbf', 'jti', 'sub', 'client_id', 'scope', 'organization_id', 'access'],
      });
      assert.equal(protectedHeader.alg, algorithm);
      assert.equal(payload['organization_id'], client.organization_id);
      assert.equal(payload['access'], 'read_write');
    }
  });
}
