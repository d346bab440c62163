import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { type Bindery, startBindery } from '../support/bindery.ts';
import {
  type ApiUser,
  drawn,
  founder,
  joinByApi,
  narrow,
  openPage,
  seriousFindings,
  setUpServer,
  setupLinkOf,
  startBrowser,
  wide,
} from '../support/browser.ts';
import { getToken, postForm } from '../support/token-requests.ts';
import { waitFor } from '../support/wait-for.ts';

/** Where screenshots go when requested; a plain test run leaves the sources unchanged. */
const screenshots = process.env['BINDERY_SCREENSHOTS'] === '1' ? 'docs/screenshots' : undefined;

let bindery: Bindery;
let browser: Browser;
let api: ApiUser;
let organizationId: string;
let clientId: string;
let inviteLink: string;
let setupLink: string;

before(async () => {
  bindery = await startBindery();
  browser = await startBrowser();
  setupLink = await setupLinkOf(bindery);
});

after(async () => {
  await browser?.close();
  await bindery?.[Symbol.asyncDispose]();
});

interface Look {
  readonly theme: 'light' | 'dark';
  readonly viewport: typeof wide | typeof narrow;
}

const looks: readonly Look[] = [
  { theme: 'light', viewport: wide },
  { theme: 'dark', viewport: wide },
  { theme: 'dark', viewport: narrow },
  { theme: 'light', viewport: narrow },
];

/** Inspects a page in both themes, wide and narrow. */
async function inspect(page: Page, title: string): Promise<void> {
  let width = 0;
  for (const { theme, viewport } of looks) {
    const look = `${title}, ${theme}, ${viewport.width} px`;
    await page.emulateMedia({ colorScheme: theme });
    await page.setViewportSize(viewport);
    await page.locator(`html[data-mantine-color-scheme=${theme}]`).waitFor({ state: 'attached' });
    // A theme changes only the colours.
    const what = width === viewport.width ? 'colours' : 'everything';
    width = viewport.width;
    assert.deepEqual(await seriousFindings(page, what), [], look);
    const overflow = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
    assert.ok(Number(overflow) <= 0, `${look}: ${overflow} px stand out at the side`);
  }
}

async function photograph(page: Page, name: string, { theme, viewport }: Look): Promise<void> {
  if (screenshots === undefined) {
    return;
  }
  mkdirSync(screenshots, { recursive: true });
  await page.emulateMedia({ colorScheme: theme });
  await page.setViewportSize(viewport === wide ? { width: 1200, height: 750 } : viewport);
  await page.locator(`html[data-mantine-color-scheme=${theme}]`).waitFor({ state: 'attached' });
  await page.screenshot({ path: `${screenshots}/${name}.png`, animations: 'disabled' });
}

/** Clients with some history, users, an invitation. */
async function fill(): Promise<void> {
  const clients = `/organizations/${organizationId}/clients`;
  const names = [
    ['Billing sync, production', 'Sends invoices every night', 'read_write'],
    ['Reporting', 'Reads what the monthly report needs', 'read'],
    ['Mobile back end', 'Runs in two regions', 'read_write'],
    ['Partner import', '', 'read'],
  ] as const;
  for (const [name, description, access] of names) {
    const made = await api.call<{ client: { id: string }; clientSecret: string }>('POST', clients, {
      name,
      description,
      access,
      ...(name === 'Reporting' && { secretExpiresAt: new Date(Date.now() + 9 * 86_400_000).toISOString() }),
    });
    clientId ??= made.client.id;
    const client = { client_id: made.client.id, client_secret: made.clientSecret };
    for (let times = 0; times < (name === 'Partner import' ? 0 : 3); times += 1) {
      await getToken(bindery, client);
    }
    if (name === 'Billing sync, production') {
      const wrong = { ...client, client_secret: `${client.client_secret.slice(0, -1)}x` };
      await postForm(bindery, '/connect/token', { grant_type: 'client_credentials', ...wrong });
      await api.call('POST', `${clients}/${clientId}/secrets`, {}, { 'if-match': '"1"' });
    }
  }
  const mona = { email: 'mona@example.com', name: 'Mona Ek', password: 'a long password of Mona', role: 'member' };
  await joinByApi(bindery, api, organizationId, mona);
  const invited = await api.call<{ link: string }>('POST', `/organizations/${organizationId}/invitations`, {
    email: 'kim@example.com',
    role: 'owner',
  });
  inviteLink = invited.link;
  await api.call('POST', '/organizations', { name: 'Fabrikam' });
  await api.call('POST', '/api-credentials', { name: 'Orders API', audience: 'https://orders.example.com' });
}

test('245: the pages before the sign-in have no error, no serious accessibility issue and no request to another host, in either theme and width', async () => {
  await using setup = await openPage(browser, bindery);
  await setup.page.goto(setupLink);
  await drawn(setup.page);
  await inspect(setup.page, 'setup');
  await photograph(setup.page, 'setup', { theme: 'light', viewport: wide });
  setup.assertCalm();

  ({ api, organizationId } = await setUpServer(bindery));
  await fill();
  await using outside = await openPage(browser, bindery);
  await outside.open('/console');
  await outside.page.waitForURL('**/console/sign-in');
  assert.deepEqual(outside.messages, [], 'a visit without a session says nothing at all on the console');
  await inspect(outside.page, 'sign-in');
  await outside.page.goto(inviteLink);
  await drawn(outside.page);
  await inspect(outside.page, 'invitation');
  await outside.page.goto(`${bindery.url}/console/reset#t=wrong`);
  await drawn(outside.page);
  await inspect(outside.page, 'reset');
  outside.assertCalm();
});

test('245: every screen has no error, no serious accessibility issue and no request to another host, in either theme and width', async () => {
  await using watched = await openPage(browser, bindery, { cookie: api.cookie });
  const { page, open } = watched;
  const base = `/console/o/${organizationId}`;
  const operator = '/console/operator';
  const screens: Readonly<Record<string, string>> = {
    overview: base,
    clients: `${base}/clients`,
    'nothing found': `${base}/clients?search=zzz`,
    'new client': `${base}/clients/new`,
    client: `${base}/clients/${clientId}`,
    secrets: `${base}/clients/${clientId}/secrets`,
    activity: `${base}/clients/${clientId}/activity`,
    members: `${base}/members`,
    audit: `${base}/audit`,
    settings: `${base}/settings`,
    organizations: `${operator}/organizations`,
    users: `${operator}/users`,
    keys: `${operator}/keys`,
    credentials: `${operator}/credentials`,
    operators: `${operator}/operators`,
    branding: `${operator}/branding`,
    account: '/console/account',
    'not found': '/console/nothing/here',
  };
  const pictures: Readonly<Record<string, Look>> = {
    overview: { theme: 'light', viewport: wide },
    clients: { theme: 'light', viewport: wide },
    secrets: { theme: 'dark', viewport: wide },
    activity: { theme: 'light', viewport: wide },
    keys: { theme: 'dark', viewport: wide },
    client: { theme: 'dark', viewport: narrow },
  };
  for (const [title, path] of Object.entries(screens)) {
    await open(path);
    await inspect(page, title);
    const look = pictures[title];
    if (look !== undefined) {
      await photograph(page, title, look);
    }
  }
  watched.assertCalm();
});

test('245: in Swedish no text on a screen is left in English, and no screen has a serious accessibility issue', async () => {
  await using watched = await openPage(browser, bindery, { cookie: api.cookie, locale: 'sv-SE' });
  const { page } = watched;
  const base = `/console/o/${organizationId}`;
  await watched.open(base);
  assert.equal(await page.locator('html').getAttribute('lang'), 'sv');
  const english = englishAlone();
  const paths = [
    ...['', '/clients', '/clients?search=zzz', '/clients/new', `/clients/${clientId}`].map((path) => base + path),
    ...[`/clients/${clientId}/secrets`, `/clients/${clientId}/activity`].map((path) => base + path),
    ...['/members', '/audit', '/settings'].map((path) => base + path),
    ...['organizations', 'users', 'keys', 'credentials', 'operators', 'branding'].map(
      (name) => `/console/operator/${name}`,
    ),
    ...['/console/account', '/console/nothing/here', '/console/sign-in', '/console/reset', '/setup'],
  ];
  let words = 0;
  for (const path of paths) {
    await watched.go(path);
    const shown = await page.evaluate<string[]>(shownTexts);
    words += shown.length;
    assert.deepEqual(
      shown.filter((text) => english.has(text) || /\{\{|^[a-z]+(?:\.\w+)+$/i.test(text)),
      [],
      path,
    );
    assert.deepEqual(await seriousFindings(page, 'texts'), [], path);
  }
  assert.ok(words > 500, `${words} texts`);
  watched.assertCalm();
});

/** The English texts that are translated in Swedish and appear nowhere among the Swedish texts. */
function englishAlone(): Set<string> {
  const [english, swedish] = ['en', 'sv'].map((language) => textsOf(JSON.parse(readLocale(language))));
  assert.ok(english !== undefined && swedish !== undefined);
  const known = new Set(swedish);
  return new Set(english.filter((text) => !known.has(text)));
}

function readLocale(language: string): string {
  return readFileSync(new URL(`../../packages/console/src/locales/${language}.json`, import.meta.url), 'utf8');
}

function textsOf(value: unknown): readonly string[] {
  return typeof value === 'string' ? [value] : Object.values(value as object).flatMap(textsOf);
}

/** Every text on the screen and every name read only by screen readers; neither code nor what people typed. */
const shownTexts = `(() => {
  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    if (node.parentElement.closest('pre, code, script, style, [translate=no]') === null) texts.push(node.data.trim());
  }
  for (const element of document.querySelectorAll('[aria-label], [aria-description], [placeholder], [title]')) {
    for (const name of ['aria-label', 'aria-description', 'placeholder', 'title']) {
      texts.push((element.getAttribute(name) ?? '').trim());
    }
  }
  return texts.filter((text) => text !== '');
})()`;

test('245: the dialog of a new secret has no error and no serious accessibility issue, in either theme and width', async () => {
  await using watched = await openPage(browser, bindery, { cookie: api.cookie });
  const { page, open } = watched;
  await open(`/console/o/${organizationId}/clients/new?name=Warehouse&access=read_write`);
  await page.getByRole('button', { name: 'Create API client', exact: true }).click();
  await page.getByRole('dialog').getByText('Warehouse is ready').waitFor();
  await page.getByRole('button', { name: 'Test now' }).click();
  await page.getByText('It works').waitFor();
  await inspect(page, 'new secret');
  await photograph(page, 'new-secret', { theme: 'light', viewport: wide });
  watched.assertCalm();
});

test('245: the console can be reached and used with the keyboard only', async () => {
  await using watched = await openPage(browser, bindery);
  const { page, open } = watched;
  await open('/console/sign-in');
  await page.keyboard.type(founder.email);
  await page.keyboard.press('Tab');
  await page.keyboard.type(founder.password);
  await page.keyboard.press('Enter');
  await page.waitForURL(`**/console/o/${organizationId}`);
  await drawn(page);
  const focused = 'document.activeElement?.textContent?.trim() ?? ""';
  const reach = async (text: string): Promise<void> => {
    for (let steps = 0; steps < 40; steps += 1) {
      await page.keyboard.press('Tab');
      if (String(await page.evaluate(focused)) === text) {
        return;
      }
    }
    assert.fail(`the tabulator does not reach ${text}`);
  };
  await reach('API clients');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/clients');
  await drawn(page);
  await reach('Create API client');
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name', { exact: true }).waitFor();
  await waitFor(async () => ((await page.evaluate('document.activeElement?.tagName')) === 'INPUT' ? true : undefined));
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  watched.assertCalm();
});
