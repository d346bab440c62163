import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OperationName, ResponseOf } from '@bindery/server/admin/contract/index.ts';
import { type Browser, startSite } from '../support/console.ts';

type Limits = ResponseOf<'getInstance'>['limits'];

test('the instance document lists the rules that the management API enforces', async () => {
  await using site = await startSite();
  const operator = await site.signedIn(site.operator);
  // The contract is what the console's types are made from.
  const limits = (await operator.call('getInstance')).json['limits'] as Limits;
  const names = (length: number) => 'n'.repeat(length);
  await accepts(operator, 'createOrganization', { name: names(limits.nameLengthMax) });
  await refuses(operator, 'createOrganization', { name: names(limits.nameLengthMax + 1) }, 'name');

  const password = 'gq7wl2§z0vteK83mXr'.slice(0, limits.passwordCharactersMin);
  assert.equal(password.length, limits.passwordCharactersMin);
  const account = { currentPassword: site.operator.password };
  await refuses(operator, 'changePassword', { ...account, newPassword: password.slice(1) }, 'newPassword');
  await accepts(operator, 'changePassword', { ...account, newPassword: password });

  const branding = { productName: 'Acme', color: null, logo: null, contact: null };
  const tooLong = 'p'.repeat(limits.productNameLengthMax + 1);
  await accepts(operator, 'setBranding', { ...branding, productName: tooLong.slice(1) });
  await refuses(operator, 'setBranding', { ...branding, productName: tooLong }, 'productName');
  const logo = (bytes: number) => `data:image/jpeg;base64,${Buffer.alloc(bytes).toString('base64')}`;
  await accepts(operator, 'setBranding', { ...branding, logo: logo(limits.logoBytesMax) });
  await refuses(operator, 'setBranding', { ...branding, logo: logo(limits.logoBytesMax + 3) }, 'logo');

  const patterns = [
    { pattern: limits.emailPattern, field: 'contact', good: 'ana@example.com', bad: 'ana example.com' },
    { pattern: limits.brandColorPattern, field: 'color', good: '#1f5f5b', bad: 'teal' },
  ];
  for (const { pattern, field, good, bad } of patterns) {
    assert.match(good, new RegExp(pattern, 'u'));
    assert.doesNotMatch(bad, new RegExp(pattern, 'u'));
    await accepts(operator, 'setBranding', { ...branding, [field]: good });
    await refuses(operator, 'setBranding', { ...branding, [field]: bad }, field);
  }
  assert.doesNotMatch('with "quotes"', new RegExp(limits.audiencePattern, 'u'));
  await refuses(operator, 'createApiCredential', { name: 'API', audience: 'with "quotes"' }, 'audience');
});

test('the instance document gives the longest overlap of a rotation and the lifetimes of a session', async () => {
  await using site = await startSite();
  const world = await site.newWorld();
  const owner = await site.signedIn(site.owner);
  const limits = (await owner.call('getInstance')).json['limits'] as Limits;
  const rotate = (overlapSeconds: number) =>
    owner.call('rotateSecret', { parameters: { ...world }, version: 1, body: { overlapSeconds } });
  assert.equal((await rotate(limits.secretOverlapSecondsMax + 1)).status, 400);
  assert.equal((await rotate(limits.secretOverlapSecondsMax)).status, 201);

  const { expiresAt, recentUntil } = (await owner.call('getSession')).json;
  const now = site.server.context.now();
  assert.equal(Date.parse(String(expiresAt)), now + limits.sessionAbsoluteSeconds * 1000);
  assert.equal(Date.parse(String(recentUntil)), now + limits.sessionRecentSeconds * 1000);
});

async function accepts(browser: Browser, name: OperationName, body: object): Promise<void> {
  const answer = await browser.call(name, { body });
  assert.ok(answer.status < 300, `${name}: ${answer.text}`);
}

async function refuses(browser: Browser, name: OperationName, body: object, field: string): Promise<void> {
  const answer = await browser.call(name, { body });
  assert.equal(answer.status, 400, `${name}: ${answer.text}`);
  assert.deepEqual(Object.keys(answer.json['errors'] as object), [field], name);
}
