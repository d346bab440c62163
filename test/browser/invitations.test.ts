import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { type Bindery, startBindery } from '../support/bindery.ts';
import {
  type ApiUser,
  drawn,
  joinByApi,
  narrow,
  openPage,
  sees,
  seriousFindings,
  setUpServer,
  signInByApi,
  startBrowser,
} from '../support/browser.ts';

const mona = {
  email: 'mona@example.com',
  name: 'Mona Ek',
  password: 'a long password of Mona',
  role: 'member',
} as const;

let bindery: Bindery;
let browser: Browser;
let api: ApiUser;
let organizationId: string;

before(async () => {
  bindery = await startBindery({ env: { BINDERY_LIMIT_USER: '1000' } });
  browser = await startBrowser();
  ({ api, organizationId } = await setUpServer(bindery));
  await joinByApi(bindery, api, organizationId, mona);
});

after(async () => {
  await browser?.close();
  await bindery?.[Symbol.asyncDispose]();
});

test('an operator is invited by link, and whoever holds it joins with an account they sign in to', async () => {
  await using operator = await openPage(browser, bindery, { cookie: api.cookie });
  const { page } = operator;
  await operator.open('/console/operator/operators');
  await page.getByRole('button', { name: 'Invite operator', exact: true }).click();
  await page.getByRole('dialog').getByLabel('Email').fill('somebody.else@example.com');
  await page.getByRole('dialog').getByRole('button', { name: 'Create invitation link' }).click();
  const code = page.getByRole('dialog').locator('code').filter({ hasText: '/console/invite#t=' });
  const link = (await code.innerText()).trim();
  await page.getByRole('dialog').getByRole('button', { name: 'Done' }).click();
  await sees(page.getByRole('table', { name: 'Pending invitations' }), 'somebody.else@example.com');

  await using guest = await openPage(browser, bindery, { viewport: narrow });
  await guest.page.goto(link);
  await drawn(guest.page);
  await sees(guest.page, /Become an operator of/);
  assert.deepEqual(await seriousFindings(guest.page), []);
  await guest.page.getByRole('radio', { name: 'Use an account you already have' }).check();
  await guest.page.getByLabel('Email').fill(mona.email);
  await guest.page.getByLabel('Password', { exact: true }).fill('not the password of Mona');
  await guest.page.getByRole('button', { name: 'Sign in and join' }).click();
  await sees(guest.page, 'The email address or the password is wrong.');
  await guest.page.getByLabel('Password', { exact: true }).fill(mona.password);
  await guest.page.getByRole('button', { name: 'Sign in and join' }).click();
  await guest.page.waitForURL('**/console/o/*');
  await page.reload();
  await sees(page.getByRole('table', { name: 'Operators' }), 'Mona Ek');
  await sees(page, 'No pending invitations');
  operator.assertCalm();
  guest.assertCalm(/status of 400/);
});

test('an operator detaches an address, and its holder is told at the next sign-in', async () => {
  const director = {
    email: 'director@example.com',
    name: 'The director',
    password: 'a long password of the director',
    role: 'member',
  };
  await joinByApi(bindery, api, organizationId, director);
  await using operator = await openPage(browser, bindery, { cookie: api.cookie });
  await operator.open('/console/operator/users');
  await operator.page.getByRole('button', { name: 'Detach address of The director' }).click();
  const dialog = operator.page.getByRole('dialog');
  await sees(dialog, /keep only the organization that invited them/);
  await dialog.getByRole('button', { name: 'Detach address' }).click();
  await sees(operator.page, /The account now signs in as [0-9a-f]{16}@detached\.invalid/);
  const { items } = await api.call<{ items: readonly { name: string; email: string }[] }>('GET', '/users');
  const placeholder = items.find(({ name }) => name === director.name)?.email ?? '';
  const { cookie } = await signInByApi(bindery, placeholder, director.password);
  await using holder = await openPage(browser, bindery, { cookie });
  await holder.open(`/console/o/${organizationId}`);
  await sees(holder.page, `You sign in as ${placeholder} now`);
  assert.deepEqual(await seriousFindings(holder.page), []);
  operator.assertCalm();
  holder.assertCalm();
});
