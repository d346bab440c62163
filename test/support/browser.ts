import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { type Browser, type BrowserContext, chromium, type Locator, type Page } from 'playwright-core';
import type { Bindery } from './bindery.ts';
import { waitFor } from './wait-for.ts';

/** Debian's; another one is named by the environment. */
const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const isRoot = process.getuid?.() === 0;

/** How long one step of a page may take; a busy machine is slow. */
const stepMilliseconds = 30_000;

export const wide = { width: 1440, height: 900 } as const;
export const narrow = { width: 390, height: 844 } as const;

/** The user who sets up the server in these tests. */
export const founder = {
  email: 'robin@example.com',
  name: 'Robin Lind',
  password: 'correct horse battery staple',
  organizationName: 'Northwind Traders',
} as const;

/** Starts a headless browser. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      ...(isRoot ? ['--no-sandbox'] : []),
      ...['--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
      ...['--no-first-run', '--disable-dev-shm-usage'],
    ],
  });
}

/** A page, with a record of everything that must not happen on it. */
export interface Watched {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Errors on the console, exceptions, violations of the policy, dialogs and requests to other hosts so far. */
  readonly troubles: string[];
  /** Everything printed on the browser's console, harmless or not. */
  readonly messages: string[];
  /** Asserts that there was none. `expected` are responses that the browser itself reports as errors. */
  assertCalm(expected?: RegExp): void;
  /** Opens a path of the server and waits until it is rendered. */
  open(path: string): Promise<void>;
  /** Navigates to a console screen as its links do, without loading a page, and waits until it is rendered. */
  go(path: string): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Opens a page in its own context; `cookie` is a session's. */
export async function openPage(
  browser: Browser,
  bindery: Pick<Bindery, 'url'>,
  options: { readonly cookie?: string; readonly viewport?: typeof wide | typeof narrow; readonly locale?: string } = {},
): Promise<Watched> {
  const context = await browser.newContext({
    locale: options.locale ?? 'en-GB',
    viewport: options.viewport ?? wide,
    colorScheme: 'light',
    reducedMotion: 'reduce',
    timezoneId: 'UTC',
  });
  context.setDefaultTimeout(stepMilliseconds);
  if (options.cookie !== undefined) {
    await context.addCookies([{ name: 'bindery_session', value: options.cookie, url: bindery.url, httpOnly: true }]);
  }
  const troubles: string[] = [];
  const messages: string[] = [];
  const page = await watchedPage(context, bindery, troubles, messages);
  return {
    page,
    context,
    troubles,
    messages,
    assertCalm(expected) {
      assert.deepEqual(
        troubles.filter((trouble) => expected?.test(trouble) !== true),
        [],
      );
    },
    async open(path) {
      await page.goto(bindery.url + path);
      await drawn(page);
    },
    async go(path) {
      await page.evaluate(`history.pushState(null, '', ${JSON.stringify(path)})`);
      await drawn(page);
    },
    [Symbol.asyncDispose]: () => context.close(),
  };
}

async function watchedPage(
  context: BrowserContext,
  bindery: Pick<Bindery, 'url'>,
  troubles: string[],
  messages: string[],
): Promise<Page> {
  const page = await context.newPage();
  await page.addInitScript(
    "addEventListener('securitypolicyviolation', (event) => console.error('policy: ' + event.violatedDirective + ' ' + event.blockedURI))",
  );
  page.on('console', (message) => {
    messages.push(`${message.type()}: ${message.text()}`);
    if (message.type() === 'error' || message.type() === 'warning') {
      troubles.push(`${message.type()}: ${message.text()} (${message.location().url})`);
    }
  });
  page.on('pageerror', (error) => troubles.push(`exception: ${error.message}`));
  page.on('dialog', (dialog) => {
    troubles.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.origin !== new URL(bindery.url).origin && !['data:', 'blob:', 'about:'].includes(url.protocol)) {
      troubles.push(`request to another host: ${request.url()}`);
    }
    if (url.pathname === '/canary') {
      troubles.push(`request of a stored script: ${request.url()}`);
    }
  });
  return page;
}

/** Waits until a screen has its heading and nothing on it is still loading. */
export async function drawn(page: Page): Promise<void> {
  await page.getByRole('heading', { level: 1 }).first().waitFor();
  // Not as a function in the page: our content security policy forbids evaluating text.
  const busy = page.locator('.mantine-Skeleton-root, [aria-busy=true]');
  await waitFor(async () => ((await busy.count()) === 0 ? true : undefined));
}

/** Waits until a page shows some text. */
export async function sees(where: Page | Locator, text: string | RegExp): Promise<void> {
  await where.getByText(text).first().waitFor();
}

/** The setup link that a server without an operator printed. */
export function setupLinkOf(bindery: Bindery): Promise<string> {
  return waitFor(() => /http:\S+\/setup#t=[A-Za-z0-9_-]+/.exec(bindery.log())?.[0]);
}

/** A user of the management API without a browser, to create what a test needs. */
export interface ApiUser {
  readonly cookie: string;
  call<Answer = Record<string, unknown>>(
    method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE',
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer>;
}

/** Sends a request as the console does, and asserts success. */
export async function callAdmin(
  bindery: Pick<Bindery, 'url'>,
  method: string,
  path: string,
  options: { readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> } = {},
): Promise<{ readonly json: unknown; readonly cookie: string | undefined }> {
  const response = await fetch(`${bindery.url}/admin${path}`, {
    method,
    headers: {
      origin: bindery.url,
      'x-bindery-request': 'console',
      ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...options.headers,
    },
    ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
  });
  const text = await response.text();
  assert.ok(response.ok, `${method} ${path}: ${response.status} ${text}`);
  const cookie = /bindery_session=([^;]+)/.exec(response.headers.get('set-cookie') ?? '')?.[1];
  return { json: text === '' ? {} : JSON.parse(text), cookie };
}

function userOf(bindery: Pick<Bindery, 'url'>, cookie: string): ApiUser {
  return {
    cookie,
    async call<Answer>(
      method: string,
      path: string,
      body?: unknown,
      headers: Readonly<Record<string, string>> = {},
    ): Promise<Answer> {
      const sent = { ...headers, cookie: `bindery_session=${cookie}` };
      const { json } = await callAdmin(bindery, method, path, { body, headers: sent });
      // The caller says which operation's answer it asked for.
      return json as Answer;
    },
  };
}

/** Sets a server up; returns its operator and the organization. */
export async function setUpServer(
  bindery: Bindery,
): Promise<{ readonly api: ApiUser; readonly organizationId: string }> {
  const token = new URL(await setupLinkOf(bindery)).hash.replace('#t=', '');
  const { json, cookie } = await callAdmin(bindery, 'POST', '/setup', { body: { ...founder, token } });
  const { organizations } = json as { readonly organizations: readonly { readonly id: string }[] };
  return { api: userOf(bindery, cookie ?? ''), organizationId: organizations[0]?.id ?? '' };
}

/** Signs a user in. */
export async function signInByApi(bindery: Bindery, email: string, password: string): Promise<ApiUser> {
  const { cookie } = await callAdmin(bindery, 'POST', '/session', { body: { email, password } });
  return userOf(bindery, cookie ?? '');
}

/** Creates a user who joins by invitation, without a browser. */
export async function joinByApi(
  bindery: Bindery,
  owner: ApiUser,
  organizationId: string,
  person: { readonly email: string; readonly name: string; readonly password: string; readonly role: string },
): Promise<ApiUser> {
  const { email, role, name, password } = person;
  const { link } = await owner.call<{ link: string }>('POST', `/organizations/${organizationId}/invitations`, {
    email,
    role,
  });
  const token = new URL(link).hash.replace('#t=', '');
  const { cookie } = await callAdmin(bindery, 'POST', '/invitations/accept', { body: { token, name, password } });
  return userOf(bindery, cookie ?? '');
}

interface Finding {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly { readonly target: readonly string[]; readonly failureSummary: string }[];
}

// The axe-core that `@axe-core/playwright` depends on, without sending half a megabyte again for each inspection.
const require = createRequire(createRequire(import.meta.url).resolve('@axe-core/playwright'));
const { source: axeSource } = require('axe-core') as { readonly source: string };

const colourRules = ['color-contrast', 'link-in-text-block'];
const rulesFor = {
  everything: {},
  /** For a page of which only the colours changed since everything was inspected. */
  colours: { runOnly: { type: 'rule', values: colourRules } },
  /** For a page of which only the texts changed since. */
  texts: { rules: Object.fromEntries(colourRules.map((rule) => [rule, { enabled: false }])) },
};

/** The serious and critical findings of axe on a page, with their places. */
export async function seriousFindings(page: Page, what: keyof typeof rulesFor = 'everything'): Promise<string[]> {
  if ((await page.evaluate('typeof axe')) === 'undefined') {
    await page.evaluate(axeSource);
  }
  const options = JSON.stringify({ ...rulesFor[what], resultTypes: ['violations'] });
  const violations = await page.evaluate<Finding[]>(`axe.run(document, ${options}).then((found) => found.violations)`);
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target} ${failureSummary}`));
}
