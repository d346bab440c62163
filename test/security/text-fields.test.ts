import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { binderyCommand } from '../support/bindery.ts';
import { type Site, startSite } from '../support/console.ts';
import { cleanEnvironment, type Finished, runProgram } from '../support/programs.ts';

/** What no name may be or have. */
const badNames = [
  ...['\u200b', '\u2060 \u200b', '\u2800', '\u3164', 'Ac\u200bme', 'Ac\u00adme', 'Ac\u200dme'],
  ...[
    'a\u001b[2Jb',
    'a\u009b2Jb',
    'a\u0000b',
    'a\nb',
    'a\u2028b',
    'Acme\u202egpj',
    '\u2067Acme',
    'Ac\u200eme',
    'Ac\ud800',
  ],
];
const badDescriptions = ['a\u001b[2Jb', 'a\rb', 'a\u202eb', 'a\u200bb', 'a\udc00'];
const badEmails = ['a\u200bna@example.com', 'ana\u202e@example.com', 'ana@exa\u00admple.com', 'ana\u001b@example.com'];

/** What a terminal obeys, besides the line breaks between lines. */
const obeyed = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

describe('9.13 text fields have one validator', () => {
  test('at the API, every field that people type refuses what cannot be seen or is a command, and names itself', async () => {
    await using site = await startSite();
    const { organizationId } = await site.newWorld();
    const owner = await site.signedIn(site.owner);
    const operator = await site.signedIn(site.operator);
    const parameters = { organizationId };
    const branding = { productName: 'Acme', color: null, logo: null, contact: null };
    const before = await site.contents();
    const refused = async (field: string, asked: ReturnType<typeof owner.call>) => {
      const answer = await asked;
      assert.equal(answer.status, 400, `${field}: ${answer.text}`);
      assert.ok(Object.keys(answer.json['errors'] ?? {}).includes(field), answer.text);
    };
    for (const name of badNames) {
      await refused('name', operator.call('createOrganization', { body: { name } }));
      await refused('name', owner.call('updateOrganization', { parameters, body: { name }, version: 1 }));
      await refused('name', owner.call('createClient', { parameters, body: { name } }));
      await refused('name', owner.call('updateAccount', { body: { name } }));
      await refused('name', operator.call('createApiCredential', { body: { name, audience: 'https://a.example' } }));
      await refused('productName', operator.call('setBranding', { body: { ...branding, productName: name } }));
    }
    for (const description of badDescriptions) {
      await refused('description', owner.call('createClient', { parameters, body: { name: 'A', description } }));
    }
    for (const email of badEmails) {
      await refused('email', owner.call('createInvitation', { parameters, body: { email, role: 'member' } }));
      await refused('contact', owner.call('updateOrganization', { parameters, body: { contact: email }, version: 1 }));
      await refused('contact', operator.call('setBranding', { body: { ...branding, contact: email } }));
    }
    for (const locale of ['\u001b[2J', 'e\u200bn', '', 'en_', '<b>']) {
      await refused('locale', owner.call('updateAccount', { body: { locale } }));
    }
    assert.deepEqual(await site.contents(), before);
  });

  test('at the command line too, and it never prints what a terminal obeys, not even from an older store or an argument', async () => {
    await using site = await startSite();
    const { organizationId, clientId } = await site.newWorld();
    const run = (...args: readonly string[]): Promise<Finished> =>
      runProgram(process.execPath, [binderyCommand, ...args], {
        env: { ...cleanEnvironment(), ...site.server.storeEnvironment },
      });
    const created = await run('org', 'create', '--name', 'a\u202eb');
    assert.equal(created.code, 2, created.stderr);
    // As a version without the rule could store it.
    await poison(site, organizationId, clientId);
    const outputs = [
      await run('org', 'list'),
      await run('client', 'show', clientId),
      await run('client', 'show', clientId, '--json'),
      await run('audit', '--limit', '5'),
      await run('audit', '--limit', '5', '--json'),
      await run('client', 'show', 'client_\u001b[2J\u009b2J'),
      await run('org', 'create', '--\u001b[2J'),
      created,
    ];
    for (const { stdout, stderr } of outputs) {
      assert.doesNotMatch(stdout, obeyed);
      assert.doesNotMatch(stderr, obeyed);
    }
    assert.match(outputs[0]?.stdout ?? '', /red\\u001b\[31m\\u009b2J\\u202e/);
    assert.match(outputs[2]?.stdout ?? '', /\\u001b\[31m\\u009b2J/);
  });

  test('the pages of the server isolate the name of the product', async () => {
    await using site = await startSite();
    for (const url of ['/', '/docs']) {
      const { body } = await site.server.app.inject({ url, headers: { accept: 'text/html' } });
      assert.match(body, /<bdi>Bindery<\/bdi>/, url);
    }
  });
});

async function poison({ server }: Site, organizationId: string, clientId: string): Promise<void> {
  const { queries } = server.context.database;
  const name = 'red\u001b[31m\u009b2J\u202e';
  await queries.updateTable('organizations').set({ name }).where('id', '=', organizationId).execute();
  await queries
    .updateTable('api_clients')
    .set({ name, description: `${name}\n\u001b]0;title\u0007` })
    .where('id', '=', clientId)
    .execute();
  await queries
    .updateTable('audit_entries')
    .set({ details: JSON.stringify({ name }) })
    .execute();
}
