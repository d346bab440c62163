import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startBindery } from '../support/bindery.ts';
import { openPage, sees, setupLinkOf, startBrowser } from '../support/browser.ts';

test('a field keeps what was typed and says once what is wrong with it', async () => {
  await using bindery = await startBindery();
  await using browser = await startBrowser();
  await using watched = await openPage(browser, bindery);
  const { page, assertCalm } = watched;
  await page.goto(await setupLinkOf(bindery));

  const name = page.getByLabel('Name', { exact: true });
  await name.fill('n'.repeat(93));
  await name.blur();
  await sees(page, 'Too long: 93 of at most 80 characters.');
  assert.equal((await name.inputValue()).length, 93);

  const password = page.getByLabel('Password', { exact: true });
  const short = page.getByText('Too short: at least 12 characters.');
  await password.fill('short');
  await short.waitFor();
  assert.equal(await short.count(), 1, 'while it is typed');
  await password.blur();
  await page.locator('.mantine-PasswordInput-error').waitFor();
  assert.equal(await short.count(), 1, 'after leaving the field');
  assertCalm();
});
