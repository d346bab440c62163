import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, suite, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { bindersErrors } from '@bindery/binders';
import { guardErrors } from '@bindery/guard';
import { setBranding } from '@bindery/server/actions/branding.ts';
import { apiAnswers, oauthAnswers } from '@bindery/server/http/error-response.ts';
import { readContent } from '@bindery/server/web/portal/content.ts';
import { languages } from '@bindery/server/web/portal/languages.ts';
import { startTestApp, type TestApp, testActor } from '../support/app.ts';
import { type SignedInTest, signIn, textOf } from '../support/portal-reader.ts';

const unbranded = { productName: 'Bindery', color: null, logo: null, contact: null };
const scriptBytesMax = 15 * 1024;

let server: TestApp;
let slugs: readonly string[];

before(async () => {
  server = await startTestApp();
  slugs = readContent(server.context.config).pages.map(({ slug }) => slug);
});
after(() => server[Symbol.asyncDispose]());

function addressOf(slug: string): string {
  return slug === 'introduction' ? '/docs' : `/docs/${slug}`;
}

async function get(path: string, headers: Readonly<Record<string, string>> = {}, from: TestApp = server) {
  return from.app.inject({ url: path, headers: { accept: 'text/html', ...headers } });
}

async function htmlOf(path: string, headers: Readonly<Record<string, string>> = {}, from: TestApp = server) {
  const answer = await get(path, headers, from);
  assert.equal(answer.statusCode, 200, path);
  return answer.body;
}

suite('the pages', () => {
  test('are all there, as HTML and as Markdown, with nothing left open', async () => {
    for (const wanted of [
      ...['introduction', 'quick-start', 'authentication', 'calling-the-api', 'access-control', 'errors'],
      ...['rotating-secrets', 'client-libraries', 'best-practices', 'guarding-your-api', 'reference'],
    ]) {
      assert.ok(slugs.includes(wanted), wanted);
    }
    for (const slug of slugs) {
      const html = await htmlOf(addressOf(slug));
      assert.match(html, /^<!doctype html>\n<html lang="en"/);
      assert.equal([...html.matchAll(/<h1[ >]/g)].length, 1, slug);
      assert.doesNotMatch(html, /VALUE_|\[object/, slug);
      assert.doesNotMatch(html.replaceAll(/<pre.*?<\/pre>/gs, ''), /undefined/, slug);
      const twin = await get(`/docs/${slug}.md`);
      assert.equal(twin.statusCode, 200, slug);
      assert.match(String(twin.headers['content-type']), /^text\/markdown/);
      assert.match(twin.body, /^# /);
      assert.doesNotMatch(twin.body, /VALUE_|```undefined|^undefined|\{sample|\[object/m, slug);
    }
    const llms = await get('/llms.txt');
    assert.equal(llms.statusCode, 200);
    for (const slug of slugs) {
      assert.ok(llms.body.includes(`http://localhost:8080/docs/${slug}.md)`), slug);
    }
  });

  test('have only links and anchors with a target, and no id twice', async () => {
    const pages = new Map<string, string>();
    for (const slug of slugs) {
      pages.set(addressOf(slug), await htmlOf(addressOf(slug)));
    }
    for (const [path, html] of pages) {
      const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
      assert.equal(new Set(ids).size, ids.length, path);
      for (const [, href = ''] of html.matchAll(/ href="([^"]*)"/g)) {
        const url = new URL(href.replaceAll('&amp;', '&'), `http://localhost:8080${path}`);
        if (url.protocol === 'data:') continue;
        assert.equal(url.origin, 'http://localhost:8080', `${path}: ${href}`);
        const target = pages.get(url.pathname);
        if (target === undefined) {
          const { statusCode } = await get(url.pathname);
          assert.ok(statusCode < 400, `${path}: ${href} is ${statusCode}`);
        } else if (url.hash !== '') {
          assert.ok(target.includes(` id="${url.hash.slice(1)}"`), `${path}: ${href}`);
        }
      }
    }
  });

  test('that do not exist are 404 with the navigation', async () => {
    const answer = await get('/docs/nothing');
    assert.equal(answer.statusCode, 404);
    assert.match(answer.body, /There is no such page/);
    assert.match(answer.body, /aria-label="Pages"/);
    assert.equal((await get('/docs/nothing.md')).statusCode, 404);
    assert.equal((await get('/docs/introduction')).headers['location'], '/docs');
  });

  test('that have moved redirect to their new place', async () => {
    assert.equal((await get('/docs/caching-tokens')).headers['location'], '/docs/calling-the-api#access-tokens');
    assert.equal((await get('/docs/caching-tokens.md')).headers['location'], '/docs/calling-the-api.md');
  });

  test('keep the anchors that older links use', async () => {
    for (const [path, anchor] of [
      ['/docs', 'where-to-go-on'],
      ['/docs/authentication', 'asking-and-ending'],
      ['/docs/access-control', 'what-ends-access'],
      ['/docs/calling-the-api', 'the-rules'],
      ['/docs/guarding-your-api', 'verify'],
    ] as const) {
      assert.ok((await htmlOf(path)).includes(` id="${anchor}"`), `${path}#${anchor}`);
    }
  });

  test('show nothing of how the same Markdown reads on a code host', async () => {
    for (const slug of slugs) {
      const html = await htmlOf(addressOf(slug));
      const main = html.slice(html.indexOf('<main'));
      assert.doesNotMatch(main, /&lt;!--|&lt;a id=|\.md[#"]|examples\/|(?:id|api)\.example\.com/, slug);
      assert.doesNotMatch((await get(`/docs/${slug}.md`)).body, /<!--|<a id=|\]\((?:\.\.?\/|[\w-]+\.md)/, slug);
    }
  });
});

test('every error code has an anchor on the errors page', async () => {
  const html = await htmlOf('/docs/errors');
  const codes = [oauthAnswers, guardErrors, bindersErrors, apiAnswers].flatMap((table) => Object.keys(table));
  for (const code of [...codes, 'server_error']) {
    assert.ok(html.includes(`<h3 id="${code}">`), code);
  }
});

suite('the languages', () => {
  test('every sample comes in all five, and the tabs are links to them', async () => {
    for (const slug of slugs) {
      const html = await htmlOf(addressOf(slug));
      const count = (id: string): number => html.split(`<figure data-lang="${id}"`).length - 1;
      const counts = languages.map(({ id }) => count(id));
      assert.equal(new Set(counts).size, 1, `${slug}: ${counts.join()}`);
      for (const { id, label } of languages) {
        assert.equal(
          html.includes(`href="${addressOf(slug)}?lang=${id}" data-lang="${id}"`),
          (counts[0] ?? 0) > 0,
          slug,
        );
        assert.equal(html.includes(`>${label}</a>`), (counts[0] ?? 0) > 0, slug);
      }
    }
    assert.ok((await htmlOf('/docs')).includes('<figure data-lang="csharp" hidden>'));
  });

  test('the one in the URL is shown without a script, and every link keeps it', async () => {
    for (const { id } of languages) {
      const html = await htmlOf(`/docs/authentication?lang=${id}`);
      const shown = [...html.matchAll(/<figure data-lang="(\w+)">/g)].map(([, one]) => one);
      assert.deepEqual(new Set(shown), new Set([id]));
      assert.match(html, new RegExp(`data-lang="${id}" aria-current="true"`));
      assert.ok(html.includes(`href="/docs/quick-start?lang=${id}"`));
      assert.ok(html.includes(`href="/docs/errors?lang=${id}#invalid_client"`));
    }
    const unknown = await htmlOf('/docs?lang=%22%3E%3Cscript%3E');
    assert.ok(unknown.includes('<figure data-lang="shell">'));
    assert.ok(!unknown.includes('"><script>'));
    assert.match((await get('/docs/quick-start.md?lang=python')).body, /```python\n"""Gets an access token/);
  });

  test('C# says that the tests do not run it', async () => {
    assert.match(textOf(await htmlOf('/docs?lang=csharp')), /Not run by the tests/);
  });
});

suite('what a page sends', () => {
  test('231: the portal loads from this server only: no inline script, no inline style, nothing from other hosts', async () => {
    for (const path of [...slugs.map(addressOf), '/docs/search?q=token', '/docs/nothing', '/']) {
      const { headers, body } = await get(path);
      const policy = String(headers['content-security-policy']);
      assert.match(policy, /default-src 'none'/);
      assert.match(policy, /frame-ancestors 'none'/);
      assert.doesNotMatch(policy, /unsafe|https?:|\*/);
      assert.equal(headers['x-content-type-options'], 'nosniff');
      assert.equal(headers['referrer-policy'], 'no-referrer');
      assert.doesNotMatch(body, / style=| on\w+=|<script(?![^>]* src="\/docs\/assets\/)/, path);
      for (const [, source = ''] of body.matchAll(/ (?:src|action)="([^"]*)"/g)) {
        assert.match(source, /^\//, path);
      }
    }
  });

  test('may be cached with an ETag, and files named by their content forever', async () => {
    const first = await get('/docs');
    assert.equal(first.headers['cache-control'], 'no-cache');
    assert.equal(first.headers['vary'], 'cookie');
    const again = await get('/docs', { 'if-none-match': String(first.headers['etag']) });
    assert.equal(again.statusCode, 304);
    assert.equal(again.body, '');
    const assets = [...first.body.matchAll(/(?:src|href)="(\/docs\/assets\/[^"]*\?v=[^"]*)"/g)].map(([, url]) => url);
    assert.equal(assets.length, 2);
    for (const url of assets) {
      assert.match(String((await get(String(url))).headers['cache-control']), /max-age=31536000, immutable/);
      assert.equal((await get(`${url}x`)).headers['cache-control'], 'no-cache');
    }
  });

  test('has a script of at most 15 KB', () => {
    const script = readFileSync(new URL('../../packages/server/assets/portal/portal.js', import.meta.url));
    assert.ok(gzipSync(script).length <= scriptBytesMax, `${gzipSync(script).length} bytes`);
  });
});

test('the search finds pages by their words, with and without a script', async () => {
  const html = await htmlOf('/docs/search?q=tenant+header');
  assert.ok(html.includes('href="/docs/calling-the-api#the-tenant-header"'));
  assert.ok((await htmlOf('/docs/search?q=zzzz')).includes('No results.'));
  const hostile = await htmlOf('/docs/search?q=%22%3E%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E+VALUE_BASE');
  assert.ok(!hostile.includes('<img src=x'));
  const entries = (await get('/docs/search.json')).json<{ heading: string; href: string; text: string }[]>();
  assert.ok(entries.some(({ href }) => href === '/docs/errors#invalid_client'));
  assert.ok(!JSON.stringify(entries).includes('VALUE_'));
});

suite('the addresses', () => {
  test('of identity provider and API, the token path, header and scope are as configured', async () => {
    await using other = await startTestApp({
      BINDERY_PUBLIC_URL: 'https://login.acme.test/id',
      BINDERY_API_URL: 'https://api.acme.test',
      BINDERY_TOKEN_PATHS: '/token',
      BINDERY_TENANT_HEADERS: 'x-customer',
      BINDERY_SCOPES: 'acme',
    });
    for (const { id } of languages) {
      const html = await htmlOf(`/id/docs/quick-start?lang=${id}`, {}, other);
      const [, code = ''] = new RegExp(`<figure data-lang="${id}">(.*?)</figure>`, 's').exec(html) ?? [];
      const text = textOf(code);
      assert.ok(text.includes('https://login.acme.test/id/token'), id);
      assert.ok(text.includes('https://api.acme.test/api/binders'), id);
      assert.ok(text.includes('x-customer'), id);
      assert.match(text, /scope.{0,8}acme/, id);
      assert.doesNotMatch(text, /connect\/token|x-tenant-id|BINDERY_|localhost/, id);
    }
    for (const slug of slugs) {
      const html = await htmlOf(`/id${addressOf(slug)}`, {}, other);
      assert.doesNotMatch(textOf(html), /\bscope\b\W{1,8}public\b|connect\/token|x-tenant-id/, slug);
      for (const [, target = ''] of html.matchAll(/ (?:href|src|action)="(\/[^"]*)"/g)) {
        assert.match(target, /^\/id\//, slug);
      }
    }
    assert.match((await get('/id/', {}, other)).body, /href="\/id\/docs"/);
    const { tokenUrl, apiUrl, tenantHeader, scope } = (await get('/id/admin/instance', {}, other)).json();
    assert.deepEqual(
      [tokenUrl, apiUrl, tenantHeader, scope],
      ['https://login.acme.test/id/token', 'https://api.acme.test', 'x-customer', 'acme'],
      'what the console shows in its samples',
    );
  });
});

suite('the branding', () => {
  after(() => setBranding(server.context, testActor, unbranded));

  test("is the company's: name, colour, logo and contact, and no mention of Bindery in what people read", async () => {
    await setBranding(server.context, testActor, {
      productName: 'Acme Cloud',
      color: '#ffee00',
      logo: 'data:image/png;base64,iVBORw0KGgo=',
      contact: 'help@acme.test',
    });
    for (const slug of slugs) {
      const html = await htmlOf(addressOf(slug));
      assert.match(html, /<title>[^<]* · Acme Cloud<\/title>/);
      assert.ok(html.includes('<a href="mailto:help@acme.test">Contact us</a>'));
      assert.ok(html.includes('src="/admin/branding/logo"'));
      assert.doesNotMatch(textOf(html).replaceAll(/X-Bindery-Request/g, ''), /\bBindery\b/, slug);
    }
    const { body, headers } = await get('/docs/assets/brand.css');
    assert.match(String(headers['content-type']), /^text\/css/);
    const [light = '', dark = ''] = [...body.matchAll(/--accent:(#[0-9a-f]{6})/g)].map(([, color]) => color);
    assert.ok(contrastOf(light, '#ffffff') >= 4.5, light);
    assert.equal(dark, '#ffee00');
  });

  test('233: the branding is only ever text in the portal, whatever it contains', async () => {
    const hostile = '"><script>alert(1)</script>';
    await setBranding(server.context, testActor, {
      productName: hostile,
      color: 'red}body{display:none',
      logo: null,
      contact: `a@b.test?subject=x"onclick="alert(1)`,
    });
    for (const path of ['/docs', '/docs/search?q=x', '/docs/nothing', '/']) {
      const { body } = await get(path);
      assert.ok(!body.includes('<script>alert'), path);
      assert.ok(!body.includes('"onclick'), path);
      assert.ok(body.includes('&lt;script&gt;alert(1)&lt;/script&gt;'), path);
    }
    assert.equal((await get('/docs/assets/brand.css')).body, '');
    assert.equal((await get('/openapi.json')).json<{ info: { title: string } }>().info.title, `${hostile} API`);
  });
});

suite('a signed-in reader', () => {
  const hostile = '</option></select><script>alert(1)</script> VALUE_CLIENT_ID';
  let reader: SignedInTest;

  before(async () => {
    reader = await signIn(server, {
      organizationName: `Acme ${hostile}`,
      clientNames: ['Billing', `Export ${hostile}`],
    });
  });

  test('238: a signed-in reader finds the ids of their organization and the chosen client in the samples, and never a secret', async () => {
    const [first, second] = reader.clients;
    assert.ok(first && second);
    const html = await htmlOf('/docs', { cookie: reader.cookie });
    assert.ok(html.includes(reader.organizationId) && html.includes(`client_id=${first.id}`));
    const chosen = await htmlOf(`/docs?client=${second.id}`, { cookie: reader.cookie });
    assert.ok(chosen.includes(`client_id=${second.id}`) && !chosen.includes(`client_id=${first.id}`));
    assert.ok(chosen.includes(`<option value="${second.id}" selected>`));
    assert.ok(chosen.includes(`href="/docs/quick-start?client=${second.id}"`));
    assert.ok(chosen.includes(`href="/docs?lang=php&amp;client=${second.id}"`));
    for (const text of [html, chosen]) {
      assert.ok(!text.includes(first.secret) && !text.includes(second.secret));
      assert.ok(textOf(text).includes('"$CLIENT_SECRET"'));
    }
    const twin = await get(`/docs/quick-start.md?client=${second.id}&lang=php`, { cookie: reader.cookie });
    assert.ok(twin.body.includes(`'client_id' => '${second.id}'`));
  });

  test('233: a signed-in reader of the portal sees names as text, on pages that no cache may store', async () => {
    const { headers, body } = await get('/docs', { cookie: reader.cookie });
    assert.equal(headers['cache-control'], 'no-store');
    assert.ok(!body.includes('<script>alert'));
    assert.ok(body.includes('&lt;/option&gt;&lt;/select&gt;&lt;script&gt;'));
    assert.ok(!String((await get('/docs')).body).includes(reader.organizationId));
  });

  test("236: no URL shows a reader another organization's client or anything else of it", async () => {
    const stranger = await server.newClient();
    for (const asked of [stranger.clientId, '%22%3E%3Cscript%3Ealert(1)%3C/script%3E', 'a&client=b']) {
      const html = await htmlOf(`/docs?client=${asked}`, { cookie: reader.cookie });
      assert.ok(!html.includes(stranger.clientId) && !html.includes('"><script>'));
      assert.ok(html.includes(`client_id=${reader.clients[0]?.id}`));
    }
    const anonymous = await htmlOf(`/docs?client=${reader.clients[0]?.id}`);
    assert.ok(!anonymous.includes(String(reader.clients[0]?.id)));
  });

  test('a reader without an organization, or whose session has expired, reads what everyone reads', async () => {
    const operator = await signIn(server, {});
    assert.ok(!(await htmlOf('/docs', { cookie: operator.cookie })).includes('class="reader"'));
    assert.ok(!(await htmlOf('/docs', { cookie: `${reader.cookie}x` })).includes('class="reader"'));
  });
});

test('the first page leads to the setup, and afterwards to the console; programs get JSON', async () => {
  await using fresh = await startTestApp();
  const before = await htmlOf('/', {}, fresh);
  assert.ok(before.includes('href="/setup"') && !before.includes('href="/console"') && before.includes('href="/docs"'));
  await signIn(fresh, {});
  const then = await htmlOf('/', {}, fresh);
  assert.ok(then.includes('href="/console"') && !then.includes('href="/setup"') && then.includes('href="/docs"'));
  const links = (await fresh.app.inject('/')).json<Record<string, string>>();
  assert.equal(links['documentation'], 'http://localhost:8080/docs');
  assert.equal(links['issuer'], 'http://localhost:8080');
});

/** The contrast of WCAG 2.2, computed here a second time. */
function contrastOf(one: string, other: string): number {
  const luminance = (color: string): number => {
    const channels = [color.slice(1, 3), color.slice(3, 5), color.slice(5, 7)].map((hex) => {
      const value = Number.parseInt(hex, 16) / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * (channels[0] ?? 0) + 0.7152 * (channels[1] ?? 0) + 0.0722 * (channels[2] ?? 0);
  };
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].toSorted((left, right) => left - right);
  return (light + 0.05) / (dark + 0.05);
}
