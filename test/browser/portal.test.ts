import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { after, before, suite, test } from 'node:test';
import { AxeBuilder } from '@axe-core/playwright';
import { setBranding } from '@bindery/server/actions/branding.ts';
import { readContent } from '@bindery/server/web/portal/content.ts';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { startTestApp, type TestApp, testActor } from '../support/app.ts';
import { signIn } from '../support/portal-reader.ts';
import { freePort } from '../support/ports.ts';

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
const skip = executablePath === undefined ? 'this machine has no Chromium' : false;

let server: TestApp;
let browser: Browser;
let origin: string;
let addresses: readonly string[];

before(async () => {
  if (executablePath === undefined) return;
  const port = await freePort();
  origin = `http://localhost:${port}`;
  server = await startTestApp({ BINDERY_PUBLIC_URL: origin });
  await server.app.listen({ host: '127.0.0.1', port });
  const { pages } = readContent(server.context.config);
  addresses = pages.map(({ slug }) => (slug === 'introduction' ? '/docs' : `/docs/${slug}`));
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
});
after(async () => {
  await browser?.close();
  await server?.[Symbol.asyncDispose]();
});

/** Runs in its own browser context; a console message, a request to another host or a dialog fails the test. */
async function inBrowser(options: BrowserContextOptions, visit: (page: Page) => Promise<void>): Promise<void> {
  await using context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('console', (message) => faults.push(`${page.url()} console: ${message.text()}`));
  page.on('pageerror', (error) => faults.push(`${page.url()} error: ${error.message}`));
  page.on('dialog', (dialog) => {
    faults.push(`${page.url()} dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(origin) && !request.url().startsWith('data:')) faults.push(request.url());
  });
  await visit(page);
  assert.deepEqual(faults, []);
}

const shownLanguages = (page: Page): Promise<string[]> =>
  page.locator('figure[data-lang]:visible').evaluateAll((all) => all.map((one) => one.getAttribute('data-lang') ?? ''));

/** One page of each kind; the others consist of the same parts. */
const kinds = ['/', '/docs', '/docs/errors', '/docs/reference/gateway'];

suite('every page in a browser', { skip }, () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [390, 1440]) {
      test(`is accessible: ${colorScheme}, ${width} px`, async () => {
        await inBrowser({ colorScheme, viewport: { width, height: 900 } }, async (page) => {
          for (const address of kinds) {
            await page.goto(origin + address);
            const { violations } = await new AxeBuilder({ page }).analyze();
            assert.deepEqual(
              violations.map(({ id, impact, nodes }) => `${address} ${impact} ${id} ${nodes[0]?.html}`),
              [],
            );
          }
        });
      });
    }
  }

  test('245: every page of the portal fits its window and causes no error, no policy violation and no request to another host', async () => {
    for (const width of [390, 900, 1440]) {
      await inBrowser({ viewport: { width, height: 900 } }, async (page) => {
        for (const address of addresses) {
          await page.goto(origin + address);
          const beyond = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
          assert.ok(beyond <= 0, `${address} is ${beyond} px too wide at ${width}`);
        }
      });
    }
  });
});

suite('the portal in a browser', { skip }, () => {
  test('keeps the chosen language in the URL, on every page and for the next visit', async () => {
    await inBrowser({}, async (page) => {
      await page.goto(`${origin}/docs/authentication`);
      assert.deepEqual(new Set(await shownLanguages(page)), new Set(['shell']));
      await page.getByRole('link', { name: 'Python', exact: true }).click();
      assert.deepEqual(new Set(await shownLanguages(page)), new Set(['python']));
      assert.equal(new URL(page.url()).search, '?lang=python');
      await page.getByRole('link', { name: 'Quick start', exact: true }).click();
      assert.equal(new URL(page.url()).pathname, '/docs/quick-start');
      assert.deepEqual(await shownLanguages(page), ['python']);
      await page.goto(`${origin}/docs`);
      assert.deepEqual(await shownLanguages(page), ['python']);
      assert.equal(new URL(page.url()).search, '?lang=python');
      await page.goto(`${origin}/docs?lang=php`);
      assert.deepEqual(await shownLanguages(page), ['php']);
      await page.locator('.languages a[aria-current]').press('ArrowRight');
      assert.deepEqual(await shownLanguages(page), ['python']);
    });
  });

  test('works without its script: languages, search and navigation are links and a form', async () => {
    await inBrowser({ javaScriptEnabled: false, viewport: { width: 390, height: 800 } }, async (page) => {
      await page.goto(`${origin}/docs`);
      await page.getByRole('link', { name: 'C#', exact: true }).click();
      assert.equal(new URL(page.url()).search, '?lang=csharp');
      assert.equal(await page.locator('figure[data-lang="csharp"]').isVisible(), true);
      assert.equal(await page.locator('figure[data-lang="shell"]').isVisible(), false);
      await page.getByRole('link', { name: 'Menu', exact: true }).click();
      await page.getByRole('searchbox').fill('tenant header');
      await page.getByRole('searchbox').press('Enter');
      await page.locator('.results a').first().click();
      assert.match(page.url(), /\/docs\/.*tenant/);
    });
  });

  test('can be used with the keyboard only', async () => {
    await inBrowser({}, async (page) => {
      await page.goto(`${origin}/docs`);
      await page.keyboard.press('Tab');
      assert.equal(await page.evaluate('document.activeElement.textContent'), 'Skip to content');
      await page.keyboard.press('Enter');
      assert.equal(await page.evaluate('document.activeElement.id'), 'content');
      await page.keyboard.press('/');
      await page.keyboard.type('invalid_client');
      await page.locator('.found a').first().waitFor();
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      await page.waitForURL(/\/docs\/errors(\?.*)?#invalid_client$/);
      assert.equal(await page.locator('#invalid_client').isVisible(), true);
    });
  });

  test('233: the portal shows hostile names as text', async () => {
    const hostile = '"><img src=x onerror=alert(1)><script>alert(1)</script>';
    await setBranding(server.context, testActor, {
      // A product name has at most 40 characters.
      productName: '"><img src=x onerror=alert(1)>',
      color: '#aa0000',
      logo: null,
      contact: 'a"onmouseover="alert(1)@b.test',
    });
    const reader = await signIn(server, { organizationName: hostile, clientNames: [hostile] });
    const [name = '', value = ''] = reader.cookie.split('=');
    await inBrowser({}, async (page) => {
      await page.context().addCookies([{ name, value, url: origin }]);
      for (const address of ['/docs', '/docs/quick-start', '/']) {
        await page.goto(origin + address);
        await page.waitForLoadState('networkidle');
        assert.equal(await page.locator('img[src="x"]').count(), 0);
      }
      await page.goto(`${origin}/docs`);
      assert.equal(await page.locator('.reader option').textContent(), hostile);
      const sample = await page.locator('figure[data-lang="shell"] code').first().textContent();
      assert.ok(sample?.includes(reader.clients[0]?.id ?? '-'));
    });
  });
});
