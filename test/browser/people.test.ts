import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { createClient } from '../support/arrange.ts';
import { type Bindery, startBindery } from '../support/bindery.ts';
import {
  type ApiUser,
  callAdmin,
  drawn,
  founder,
  joinByApi,
  openPage,
  sees,
  setUpServer,
  signInByApi,
  startBrowser,
} from '../support/browser.ts';
import { getToken, postForm } from '../support/token-requests.ts';

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

const base = () => `/console/o/${organizationId}`;

async function newClient(name: string) {
  const made = await api.call<{ client: { id: string }; clientSecret: string }>(
    'POST',
    `/organizations/${organizationId}/clients`,
    { name },
  );
  return { client_id: made.client.id, client_secret: made.clientSecret };
}

test('an owner shares an invitation, and whoever opens its link joins with their own password', async () => {
  await using owner = await openPage(browser, bindery, { cookie: api.cookie });
  await owner.open(`${base()}/members`);
  await owner.page.getByRole('button', { name: 'Invite', exact: true }).click();
  const dialog = owner.page.getByRole('dialog');
  await dialog.getByLabel('Email').fill('kim@example.com');
  await dialog.getByRole('button', { name: 'Create invitation link' }).click();
  const code = owner.page.getByRole('dialog').locator('code').filter({ hasText: '/console/invite#t=' });
  const link = (await code.innerText()).trim();
  await owner.page.getByRole('dialog').getByRole('button', { name: 'Done' }).click();

  await using guest = await openPage(browser, bindery);
  await guest.page.goto(link);
  await guest.page.getByLabel('Name', { exact: true }).fill('Kim Holm');
  await guest.page.getByLabel('Password', { exact: true }).fill('a long password of Kim');
  assert.ok(!guest.page.url().includes('t='), guest.page.url());
  assert.equal(await guest.page.getByLabel('Email').inputValue(), 'kim@example.com');
  await guest.page.getByRole('button', { name: 'Create account and join', exact: true }).click();
  await guest.page.waitForURL(`**${base()}`);
  await drawn(guest.page);

  await owner.page.reload();
  await sees(owner.page.getByRole('table', { name: 'Members' }), 'Kim Holm');
  await using late = await openPage(browser, bindery);
  await late.page.goto(link);
  await sees(late.page, 'This invitation is invalid, already used, revoked or expired. Ask for a new one.');
  assert.equal(await late.page.getByRole('alert').getByText('the link is wrong').count(), 0);
  await late.page.getByRole('link', { name: 'Sign in' }).click();
  await late.page.waitForURL('**/console/sign-in*');
  owner.assertCalm();
  guest.assertCalm();
});

test('a member sees what an owner sees, with buttons disabled and the reason given', async () => {
  const { client_id } = await newClient('Seen by a member');
  const { cookie } = await signInByApi(bindery, mona.email, mona.password);
  await using watched = await openPage(browser, bindery, { cookie });
  const { page, open } = watched;
  const reason = `Only owners of ${founder.organizationName} can do this. You are a member.`;
  const off = async (name: string): Promise<void> => {
    const found = page.getByRole('main').getByRole('button', { name, exact: true }).first();
    await found.waitFor();
    assert.equal(await found.getAttribute('aria-disabled'), 'true', name);
    assert.equal(await found.getAttribute('aria-description'), reason, name);
    await found.click({ force: true });
    assert.equal(await page.getByRole('dialog').count(), 0, name);
  };
  await open(`${base()}/clients`);
  await off('Create API client');
  await open(`${base()}/clients/${client_id}`);
  await off('Disable');
  await off('Delete');
  await open(`${base()}/clients/${client_id}/secrets`);
  await off('Rotate secret');
  await open(`${base()}/members`);
  await off('Invite');
  await off('Change role of Mona Ek');
  assert.equal(await page.getByRole('link', { name: 'Signing keys' }).count(), 0);
  await open('/console/operator/keys');
  await sees(page, 'Only operators of this server can see these pages.');
  watched.assertCalm();
});

test('an owner cannot create a reset link for someone with rights elsewhere, and is told why', async () => {
  const olle = { email: 'olle@example.com', name: 'Olle Berg', password: 'a long password of Olle', role: 'owner' };
  const owner = await joinByApi(bindery, api, organizationId, olle);
  await using watched = await openPage(browser, bindery, { cookie: owner.cookie });
  await watched.open(`${base()}/members`);
  const linkFor = (name: string) =>
    watched.page.getByRole('button', { name: `Create a reset link for ${name}`, exact: true });
  const reason = 'This person has rights beyond this organization, so only an operator can create the link.';
  assert.equal(await linkFor(founder.name).getAttribute('aria-disabled'), 'true');
  assert.equal(await linkFor(founder.name).getAttribute('aria-description'), reason);
  await linkFor(founder.name).click({ force: true });
  await linkFor(mona.name).click();
  await sees(watched.page.getByRole('dialog'), `Reset link for ${mona.email}`);
  watched.assertCalm();
});

test('when two tabs rotate the same secret, one is told that it changed and nothing is lost', async () => {
  const client = await newClient('Rotated twice');
  await using first = await openPage(browser, bindery, { cookie: api.cookie });
  await using second = await openPage(browser, bindery, { cookie: api.cookie });
  for (const { open, page } of [first, second]) {
    await open(`${base()}/clients/${client.client_id}/secrets`);
    await page.getByRole('button', { name: 'Rotate secret' }).click();
    await page.getByRole('dialog').getByRole('radio', { name: '24 hours' }).waitFor();
  }
  const outcomes = await Promise.all(
    [first, second].map(async ({ page }) => {
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('button', { name: 'Rotate secret' }).click();
      const told = dialog.getByRole('alert').getByText(/^Somebody else changed this while you had it open/);
      const made = dialog.getByText('New secret for Rotated twice');
      await told.or(made).first().waitFor();
      return (await told.count()) > 0 ? 'told' : 'made';
    }),
  );
  assert.deepEqual(outcomes.toSorted(), ['made', 'told']);
  const loser = outcomes[0] === 'told' ? first : second;
  await getToken(bindery, client);
  await loser.page.getByRole('dialog').getByRole('button', { name: 'Reload' }).click();
  await sees(loser.page, 'Two secrets are valid');
  for (const { assertCalm } of [first, second]) {
    assertCalm(/status of 412/);
  }
});

test('a session that expires mid-way asks for a sign-in on top of the page, and what was typed stays', async () => {
  const own = await signInByApi(bindery, founder.email, founder.password);
  await using watched = await openPage(browser, bindery, { cookie: own.cookie });
  const { page, open } = watched;
  await open(`${base()}/settings`);
  await page.getByLabel('Contact email').fill('ops@example.com');
  await own.call('DELETE', '/session');
  await page.getByRole('button', { name: 'Save' }).first().click();
  const dialog = page.getByRole('dialog', { name: 'Your session has ended' });
  await dialog.getByLabel('Password', { exact: true }).fill(founder.password);
  await dialog.getByRole('button', { name: 'Sign in' }).click();
  await dialog.waitFor({ state: 'hidden' });
  await sees(page, 'Saved.');
  assert.equal(await page.getByLabel('Contact email').inputValue(), 'ops@example.com');
  watched.assertCalm(/status of 401/);
});

test('a deep link opened without a session leads through the sign-in to its target and nowhere else', async () => {
  await using watched = await openPage(browser, bindery);
  const { page } = watched;
  const signIn = async (): Promise<void> => {
    await page.getByLabel('Email').fill(founder.email);
    await page.getByLabel('Password', { exact: true }).fill(founder.password);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  };
  await page.goto(`${bindery.url}${base()}/members`);
  await signIn();
  await page.waitForURL(`**${base()}/members`);
  for (const next of ['//evil.example/', 'https://evil.example/', 'javascript:canary()', '/\\evil.example', '/docs']) {
    // Otherwise what the screen is still loading would be refused.
    await drawn(page);
    await watched.context.clearCookies();
    await page.goto(`${bindery.url}/console/sign-in?next=${encodeURIComponent(next)}`);
    await signIn();
    await page.waitForURL((url) => !url.pathname.includes('sign-in'));
    assert.ok(page.url().startsWith(`${bindery.url}/console`), `${next} led to ${page.url()}`);
  }
  watched.assertCalm();
});

test('232: a page of another site that frames the console gets an empty frame', async () => {
  const frames = [`${bindery.url}/console`, `${bindery.url}/console/sign-in`, `${bindery.url}/docs`, bindery.url];
  const site = createServer((_, response) => {
    response.setHeader('content-type', 'text/html');
    response.end(frames.map((url) => `<iframe src="${url}"></iframe>`).join(''));
  });
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  const address = site.address();
  assert.ok(typeof address === 'object' && address !== null);
  try {
    await using context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(`http://127.0.0.1:${address.port}/`);
    const framed = page.frames().filter((frame) => frame !== page.mainFrame());
    assert.equal(framed.length, frames.length);
    for (const frame of framed) {
      assert.match(frame.url(), /^chrome-error:/);
      assert.equal(await frame.locator('#root, form, input').count(), 0);
    }
  } finally {
    site.closeAllConnections();
    site.close();
  }
});

/** Each would request a canary, open a dialog or break out of its place. */
const scripts = [
  '<img src=/canary onerror=alert(1)>',
  '"><script src=/canary></script>',
  "';alert(1);//{{7*7}}",
  '<svg onload=alert(1)>{{name}}',
] as const;

test('233: a script stored in any text field stays text on every screen', async () => {
  const [image, script, quote, svg] = scripts;
  const person = { email: 'script@example.com', name: image, password: 'a long password of theirs', role: 'owner' };
  const other = await api.call<{ id: string }>('POST', '/organizations', { name: svg });
  const id = organizationId;
  await joinByApi(bindery, api, id, person);
  const { cookie } = await callAdmin(bindery, 'POST', '/session', {
    body: { email: person.email, password: person.password },
    headers: { 'user-agent': script },
  });
  const made = await api.call<{ client: { id: string }; clientSecret: string }>(
    'POST',
    `/organizations/${id}/clients`,
    {
      name: image,
      description: script,
    },
  );
  const clientId = made.client.id;
  await postForm(
    bindery,
    '/connect/token',
    { grant_type: quote, client_id: clientId, client_secret: made.clientSecret, scope: svg },
    { 'user-agent': image },
  );
  await getToken(bindery, { client_id: clientId, client_secret: made.clientSecret });
  await api.call('POST', `/organizations/${id}/invitations`, {
    email: '<svg/onload=alert(1)>@example.com',
    role: 'member',
  });
  await api.call('POST', '/api-credentials', { name: script, audience: 'https://x/<img/src=/canary>' });
  await api.call('PUT', '/branding', {
    productName: image,
    color: null,
    logo: null,
    contact: 'a"><svg/onload=alert(1)>@b',
  });
  await api.call('PATCH', `/account`, { name: svg });
  assert.ok(cookie !== undefined);

  for (const session of [api.cookie, cookie]) {
    await using watched = await openPage(browser, bindery, { cookie: session });
    const { page } = watched;
    const query = `name=${encodeURIComponent(image)}&description=${encodeURIComponent(script)}`;
    const paths = [
      ...['', '/clients', `/clients?search=${encodeURIComponent(script)}`, `/clients/new?${query}`].map(
        (path) => base() + path,
      ),
      ...[`/clients/${clientId}`, `/clients/${clientId}/secrets`, `/clients/${clientId}/activity`].map(
        (path) => base() + path,
      ),
      ...['/members', '/audit', `/audit?action=${encodeURIComponent(image)}`, '/settings'].map((path) => base() + path),
      ...['organizations', 'users', 'keys', 'credentials', 'operators', 'branding'].map(
        (name) => `/console/operator/${name}`,
      ),
      ...['/console/account', `/console/${encodeURIComponent(script)}`, `/console/o/${other.id}`],
      ...['/', '/docs', '/docs/authentication', '/docs/errors'],
    ];
    let seen = 0;
    await watched.open(base());
    for (const path of paths) {
      await (path.startsWith('/console') ? watched.go(path) : watched.open(path));
      const text = String(await page.evaluate('document.documentElement.innerText'));
      seen += scripts.some((stored) => text.includes(stored)) ? 1 : 0;
      const found = await page
        .locator('[onerror], [onload], img[src*=canary], script[src*=canary], svg[onload]')
        .count();
      assert.equal(found, 0, path);
    }
    assert.ok(seen >= 10, `${seen} screens show what was stored`);
    watched.assertCalm(/status of (?:400|403|404)/);
  }
  await api.call('PUT', '/branding', { productName: 'Bindery', color: null, logo: null, contact: null });
});

test('a client created on the command line turns green by itself when it gets its first token', async () => {
  const client = await createClient(bindery, { org: organizationId });
  await using watched = await openPage(browser, bindery, { cookie: api.cookie });
  await watched.open(`${base()}/clients/${client.client_id}`);
  await sees(watched.page, 'Waiting for the first token request…');
  await getToken(bindery, client);
  await sees(watched.page, 'The first token was issued. The client works.');
  watched.assertCalm();
});
