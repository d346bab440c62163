import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { startBindery } from '../support/bindery.ts';
import { drawn, founder, openPage, sees, setupLinkOf, startBrowser } from '../support/browser.ts';
import { getToken, postForm } from '../support/token-requests.ts';

async function labelled(page: Page, label: string): Promise<string> {
  return (await page.getByRole('group', { name: label, exact: true }).locator('code').innerText()).trim();
}

function button(page: Page, name: string | RegExp) {
  return page.getByRole('button', { name, exact: typeof name === 'string' });
}

test('from the setup link to a working client, and its whole life: rotate, expire, disable, enable, delete', async () => {
  await using bindery = await startBindery();
  await using browser = await startBrowser();
  await using watched = await openPage(browser, bindery);
  const { page, open, assertCalm } = watched;

  // The first visit: the link of the log carries the token; the address bar loses it.
  const link = await setupLinkOf(bindery);
  await page.goto(link);
  await page.getByLabel('Email', { exact: true }).fill(founder.email);
  assert.ok(!page.url().includes('t='), page.url());
  await page.getByLabel('Name', { exact: true }).fill(founder.name);
  await page.getByLabel('Password', { exact: true }).fill(founder.password);
  await page.getByLabel('Organization name').fill(founder.organizationName);
  await button(page, 'Set up').click();
  await page.getByRole('link', { name: 'Create your first API client' }).click();

  // The first client, whose secret is shown once.
  await page.getByLabel('Name', { exact: true }).fill('Billing sync');
  await page.getByLabel('Description').fill('Invoices of each night');
  await page.getByRole('radio', { name: 'Read and write' }).check();
  await sees(page, /Billing sync can read, create, change and delete/);
  await button(page, 'Create API client').click();
  await page.getByRole('dialog').getByText('Billing sync is ready').waitFor();
  const client = { client_id: await labelled(page, 'Client ID'), client_secret: await labelled(page, 'Client secret') };
  assert.match(client.client_id, /^client_/);
  assert.match(await labelled(page, 'Organization ID'), /^[0-9a-f-]{36}$/);
  assert.equal(await labelled(page, 'Token URL'), `${bindery.url}/connect/token`);
  await button(page, 'Test now').click();
  await sees(page, 'It works');
  await sees(page, client.client_id);

  // Done is disabled until it is stored; closing earlier asks again.
  const dialog = page.getByRole('dialog');
  assert.equal(await button(page, 'Done').isEnabled(), false);
  await page.keyboard.press('Escape');
  await page.getByRole('alertdialog', { name: 'Close without storing the secret?' }).waitFor();
  await button(page, 'Back to the secret').click();
  assert.equal(await labelled(page, 'Client secret'), client.client_secret);
  await page.getByLabel('I have stored the secret').check();
  await button(page, 'Done').click();
  await dialog.waitFor({ state: 'hidden' });
  await page.getByRole('heading', { level: 1, name: 'Billing sync' }).waitFor();
  const clientPath = new URL(page.url()).pathname;
  assert.ok(!(await page.content()).includes(client.client_secret), 'the secret is gone from the page');
  const kept = await page.evaluate('JSON.stringify([localStorage, sessionStorage, location.href, history.state])');
  assert.ok(!String(kept).includes(client.client_secret), 'the secret is kept nowhere');
  await getToken(bindery, client);

  // A second secret; the first keeps working for a while and is then expired.
  await open(`${clientPath}/secrets`);
  await button(page, 'Rotate secret').click();
  const form = page.getByRole('dialog');
  await form.getByRole('radio', { name: '24 hours' }).waitFor();
  await form.getByRole('button', { name: 'Rotate secret' }).click();
  await form.getByText('New secret for Billing sync').waitFor();
  const rotated = { client_id: client.client_id, client_secret: await labelled(page, 'Client secret') };
  await page.getByLabel('I have stored the secret').check();
  await button(page, 'Done').click();
  await sees(page, 'Two secrets are valid');
  await getToken(bindery, client);
  await getToken(bindery, rotated);
  await button(page, 'Revoke the old secret').click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
  await page.getByText('Two secrets are valid').waitFor({ state: 'hidden' });
  await assert.rejects(getToken(bindery, client), /401/);
  await getToken(bindery, rotated);

  // Its use is shown, with the real reason for each refusal.
  await open(`${clientPath}/activity`);
  await sees(page.getByRole('table'), 'Token issued');
  await sees(
    page.getByRole('table'),
    /The secret does not belong to this client|The secret has expired or was revoked/,
  );

  await button(page, 'Disable').click();
  await page.getByRole('dialog').getByRole('button', { name: 'Disable' }).click();
  await button(page, 'Enable').waitFor();
  assert.equal(
    (await postForm(bindery, '/connect/token', { grant_type: 'client_credentials', ...rotated })).status,
    401,
  );
  await button(page, 'Enable').click();
  await page.getByRole('dialog').getByRole('button', { name: 'Enable' }).click();
  await button(page, 'Disable').waitFor();
  await getToken(bindery, rotated);

  // Deleting requires typing its name.
  await button(page, 'Delete').click();
  const confirm = page.getByRole('dialog');
  await confirm.getByText(/In the last 24 hours it got \d+ tokens/).waitFor();
  assert.equal(await confirm.getByRole('button', { name: 'Delete API client' }).isEnabled(), false);
  await confirm.getByRole('textbox').fill('Billing sync');
  await confirm.getByRole('button', { name: 'Delete API client' }).click();
  await page.waitForURL(/\/clients$/);
  await drawn(page);
  await sees(page, 'No API clients yet');
  assert.equal(
    (await postForm(bindery, '/connect/token', { grant_type: 'client_credentials', ...rotated })).status,
    401,
  );

  // The setup is gone for good, and nothing went wrong on the way.
  assert.equal((await fetch(`${bindery.url}/setup`)).status, 404);
  assertCalm();
});
