import assert from 'node:assert/strict';
import { createServer, request as send } from 'node:http';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { type Bindery, startBindery } from '../support/bindery.ts';
import { drawn, setUpServer, setupLinkOf, startBrowser } from '../support/browser.ts';

let bindery: Bindery;
let browser: Browser;
let publicUrl: string;

// An unconfigured proxy: the server sees its own name in `Host`, whatever the visitor opened.
const proxy = createServer((incoming, outgoing) => {
  const { host: _, ...headers } = incoming.headers;
  const forwarded = send(bindery.url + incoming.url, { method: incoming.method ?? 'GET', headers }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
  });
  forwarded.on('error', () => outgoing.destroy());
  incoming.pipe(forwarded);
});

before(async () => {
  await new Promise<void>((resolve) => proxy.listen(0, 'localhost', resolve));
  const address = proxy.address();
  assert.ok(typeof address === 'object' && address !== null);
  publicUrl = `http://localhost:${address.port}`;
  bindery = await startBindery({ env: { BINDERY_PUBLIC_URL: publicUrl } });
  browser = await startBrowser();
});

after(async () => {
  await browser?.close();
  proxy.closeAllConnections();
  proxy.close();
  await bindery?.[Symbol.asyncDispose]();
});

/** Opens an address; returns the page and how many documents were requested until it settled. */
async function visit(address: string): Promise<{ readonly page: Page; readonly documents: string[] }> {
  const page = await browser.newPage();
  const documents: string[] = [];
  page.on('request', (request) => {
    if (request.isNavigationRequest()) documents.push(request.url());
  });
  await page.goto(address);
  await page.waitForURL(`${publicUrl}/**`);
  await drawn(page);
  return { page, documents };
}

test('setup, console and invitation opened elsewhere move to the public URL, with everything their links carry', async () => {
  const elsewhere = bindery.url.replace('localhost', '127.0.0.1');
  const link = await setupLinkOf(bindery);
  assert.ok(link.startsWith(`${publicUrl}/setup#t=`), link);
  const setup = await visit(link.replace(publicUrl, elsewhere));
  await setup.page.getByLabel('Organization name').waitFor();
  assert.equal(setup.page.url(), `${publicUrl}/setup`);
  assert.equal(setup.documents.length, 2);
  await setup.page.close();

  const site = { ...bindery, url: publicUrl };
  const { api, organizationId } = await setUpServer(site);
  const signIn = await visit(`${bindery.url}/console/o/${organizationId}/clients?search=x`);
  const { pathname, searchParams } = new URL(signIn.page.url());
  assert.equal(pathname, '/console/sign-in');
  assert.equal(searchParams.get('next'), `/console/o/${organizationId}/clients?search=x`);
  await signIn.page.close();

  const email = 'kim@example.com';
  const invited = await api.call<{ link: string }>('POST', `/organizations/${organizationId}/invitations`, {
    email,
    role: 'member',
  });
  const invite = await visit(invited.link.replace(publicUrl, elsewhere));
  assert.equal(await invite.page.getByLabel('Email').inputValue(), email);
  await invite.page.close();
});

test('behind a proxy that changes Host, the public URL opens at once and does not redirect in a loop', async () => {
  const { page, documents } = await visit(`${publicUrl}/console/sign-in`);
  await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
  assert.deepEqual(documents, [`${publicUrl}/console/sign-in`]);
  await page.close();
});

test('a public URL that sends visitors back shows where the console is instead of redirecting in a loop', async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  let documents = 0;
  await page.route(`${publicUrl}/console**`, (route) => {
    documents += 1;
    return route.fulfill({ status: 302, headers: { location: `${bindery.url}/console/sign-in` } });
  });
  await page.goto(`${bindery.url}/console/sign-in`);
  await page.getByRole('heading', { name: 'Open the console at its own address' }).waitFor();
  assert.equal(await page.getByRole('link', { name: `${publicUrl}/console` }).count(), 1);
  assert.equal(documents, 1);
  await context.close();
});
