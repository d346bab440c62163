import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createGuard, type Guard, GuardError } from '@bindery/guard';
import { hashCutoff } from '@bindery/guard/issuer';
import { deleteClient, updateClient } from '@bindery/server/actions/clients.ts';
import type { ActionContext } from '@bindery/server/actions/context.ts';
import { pruneCutoffs, readCutoffSeq } from '@bindery/server/store/cutoffs.ts';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { openBeside } from '../support/arrange.ts';
import { type Bindery, startBindery } from '../support/bindery.ts';
import { actor, both, clientOf, newTenant, newTokens, type Tenant, ways } from '../support/cutoff-ways.ts';
import { waitFor } from '../support/wait-for.ts';

describe('what is cut off', () => {
  let bindery: Bindery;
  let context: ActionContext;
  let guard: Guard;

  before(async () => {
    bindery = await startBindery({ env: { BINDERY_REFRESH_TOKEN_GRACE: '0', BINDERY_LOG_LEVEL: 'warn' } });
    context = await openBeside(bindery);
    guard = createGuard({ issuer: bindery.url, audience: `${bindery.url}/api`, cutoffs: { pollSeconds: 1 } });
  });
  after(async () => {
    guard.close();
    await context.database.close();
    await bindery[Symbol.asyncDispose]();
  });

  /** What an API elsewhere, the API beside the server, and the gateway say about a token. */
  async function isLive(tenant: Pick<Tenant, 'organizationId'>, accessToken: string) {
    const headers = { authorization: `Bearer ${accessToken}`, 'x-tenant-id': tenant.organizationId };
    const elsewhere = await guard.verify(new Request('https://api.example.com/', { headers })).then(
      () => true,
      (error: unknown) => {
        assert.ok(error instanceof GuardError);
        assert.equal(error.code, 'token_cut_off');
        return false;
      },
    );
    const beside = await fetch(`${bindery.url}/api/binders`, { headers });
    assert.ok(beside.status === 200 || beside.status === 401, String(beside.status));
    if (beside.status === 401) assert.match(beside.headers.get('www-authenticate') ?? '', /error="invalid_token"/);
    const gateway = await fetch(`${bindery.url}/verify`, { headers: { ...headers, 'x-original-method': 'GET' } });
    assert.ok(gateway.status === 200 || gateway.status === 401, String(gateway.status));
    // A cut-off before the first response holds for the second too; one between them only for the second.
    assert.ok(beside.status === 200 || gateway.status === 401, 'the gateway knows of it as soon as the API beside it');
    return { elsewhere, beside: beside.status === 200, gateway: gateway.status === 200 };
  }

  const live = { elsewhere: true, beside: true, gateway: true };
  const dead = { elsewhere: false, beside: false, gateway: false };

  // Each waits for the next poll of the guard, and has a tenant of its own.
  describe('by each way', { concurrency: 4 }, () => {
    for (const way of ways) {
      test(`${way.name}: its live tokens are refused everywhere, and nobody else's`, async () => {
        const tenant = await newTenant(bindery, context);
        const bystander = await newTenant(bindery, context);
        for (const kind of both) assert.deepEqual(await isLive(tenant, tenant[kind]), live, `${kind} at first`);
        await way.cut(context, bindery, tenant);
        for (const kind of way.ends) {
          await waitFor(async () => {
            const seen = await isLive(tenant, tenant[kind]);
            return seen.beside || seen.elsewhere || seen.gateway ? undefined : true;
          });
        }
        for (const kind of both) {
          const expected = way.ends.includes(kind) ? dead : live;
          assert.deepEqual(await isLive(tenant, tenant[kind]), expected, kind);
          assert.deepEqual(await isLive(bystander, bystander[kind]), live, `${kind} of a bystander`);
        }
        if (way.isForGood) return;
        await way.undo?.(context, tenant);
        // A token requested right afterwards is valid.
        const again = newTokens(bindery, tenant);
        for (const kind of way.ends) {
          const { access_token } = await waitFor(() => again[kind]().catch(() => undefined));
          assert.deepEqual(await isLive(tenant, access_token), live, `a new ${kind}`);
          assert.deepEqual(await isLive(tenant, tenant[kind]), dead, `the old ${kind}`);
        }
      });
    }
  });

  test('the list is signed and dated, and names nobody', async () => {
    const tenant = await newTenant(bindery, context);
    await updateClient(context, actor, clientOf(tenant), { access: 'read' });
    const hash = hashCutoff(bindery.url, 'client', tenant.clientId);
    const document = await waitFor(async () => {
      const answer = await fetch(`${bindery.url}/.well-known/bindery-cutoffs`);
      assert.equal(answer.status, 200);
      assert.equal(answer.headers.get('content-type'), 'application/jwt');
      assert.equal(answer.headers.get('cache-control'), 'no-cache');
      const text = await answer.text();
      return text.includes('.') && Buffer.from(text.split('.')[1] ?? '', 'base64url').includes(hash)
        ? { text, etag: answer.headers.get('etag') }
        : undefined;
    });
    const keys = createRemoteJWKSet(new URL(`${bindery.url}/.well-known/jwks.json`));
    const { payload } = await jwtVerify<{ cutoffs: Record<string, Record<string, number>> }>(document.text, keys, {
      typ: 'bindery-cutoffs+jwt',
      issuer: bindery.url,
    });
    const cutAt = payload.cutoffs['client']?.[hash] ?? 0;
    assert.ok(Math.abs(cutAt - Date.now() / 1000) < 60, `${cutAt}`);
    assert.deepEqual(Object.keys(payload.cutoffs).toSorted(), [
      ...['client', 'member', 'organization', 'session', 'token', 'user'],
    ]);
    for (const id of [tenant.clientId, tenant.organizationId, tenant.userId]) {
      assert.ok(!JSON.stringify(payload).includes(id));
    }
    const again = await fetch(`${bindery.url}/.well-known/bindery-cutoffs`, {
      headers: { 'if-none-match': document.etag ?? '' },
    });
    // Between the two a new minute may have begun, and the list is signed again.
    assert.ok([200, 304].includes(again.status));
  });

  test("the list's number grows with every cut-off, and stays when expired ones are removed", async () => {
    const { queries } = context.database;
    const tenant = await newTenant(bindery, context);
    const first = await readCutoffSeq(queries);
    await updateClient(context, actor, clientOf(tenant), { access: 'read' });
    await updateClient(context, actor, clientOf(tenant), { state: 'disabled' });
    assert.equal(await readCutoffSeq(queries), first + 2);
    await updateClient(context, actor, clientOf(tenant), { state: 'active' });
    await updateClient(context, actor, clientOf(tenant), { name: 'Another name' });
    assert.equal(await readCutoffSeq(queries), first + 2, 'a change that takes nothing away cuts nothing off');
    const removed = await pruneCutoffs(context.database, Date.now() + 100 * 86_400_000, 1000);
    assert.ok(removed >= 2);
    assert.equal(await readCutoffSeq(queries), first + 2);
  });

  test('a cut-off whose transaction is rolled back has no effect', async () => {
    const tenant = await newTenant(bindery, context);
    const first = await readCutoffSeq(context.database.queries);
    const target = { ...clientOf(tenant), version: 99 };
    await assert.rejects(deleteClient(context, actor, target), { code: 'precondition_failed' });
    assert.equal(await readCutoffSeq(context.database.queries), first);
  });
});
