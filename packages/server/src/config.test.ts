import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { isLoopbackUrl, loadConfig, withPort } from './config.ts';
import { ConfigurationError } from './errors.ts';
import { settings } from './settings.ts';

function problemsOf(environment: Readonly<Record<string, string>>): readonly string[] {
  try {
    loadConfig(environment);
  } catch (error) {
    assert.ok(error instanceof ConfigurationError);
    return error.problems;
  }
  return [];
}

function fileWith(test: TestContext, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'bindery-config-'));
  test.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'secret');
  writeFileSync(file, text);
  return file;
}

const key = Buffer.alloc(32, 7);

test('without settings, the server is for this machine only', () => {
  const config = loadConfig({});
  assert.equal(config.port, 8080);
  assert.equal(config.host, '127.0.0.1');
  assert.equal(config.publicUrl, 'http://localhost:8080');
  assert.equal(config.audience, 'http://localhost:8080/api');
  assert.match(config.dataDir, /\/data$/);
  assert.equal(config.accessTokenLifetimeSeconds, 3600);
  assert.equal(config.signingAlgorithm, 'ES256');
  assert.equal(config.apiClientsByDefault, true);
  assert.equal(config.auditRetentionDays, 90);
  assert.deepEqual(config.tokenPaths, ['/connect/token', '/access_token', '/oauth/token']);
  assert.deepEqual(config.scopes, ['public', 'ibinder_public']);
  assert.deepEqual(config.tenantHeaders, ['x-tenant-id', 'x-ibinder-tenantid']);
  assert.deepEqual(config.warnings, []);
  assert.ok(Object.isFrozen(config));
});

test('an empty setting counts as not set', () => {
  const empty = Object.fromEntries(Object.keys(settings).map((name) => [name, '']));
  assert.deepEqual({ ...loadConfig(empty), warnings: [] }, { ...loadConfig({}), warnings: [] });
});

test('all problems are reported at once, each in a sentence with the name of the setting', () => {
  const wrong = {
    PORT: '65536',
    BINDERY_PUBLIC_URL: 'localhost',
    BINDERY_API_URL: 'https://user:pass@example.com',
    BINDERY_AUDIENCE: 'a"b',
    BINDERY_MASTER_KEY: 'short',
    BINDERY_TRUSTED_PROXIES: '10.0.0.0/33',
    BINDERY_ACCESS_TOKEN_LIFETIME: '0',
    BINDERY_SIGNING_ALGORITHM: 'none',
    BINDERY_RSA_BITS: '1024',
    BINDERY_API_CLIENTS: 'yes',
    BINDERY_AUDIT_RETENTION_DAYS: '-1',
    BINDERY_TOKEN_PATHS: 'token',
    BINDERY_SCOPES: 'a b',
    BINDERY_TENANT_HEADERS: 'X-Tenant',
    BINDERY_LOG_LEVEL: 'loud',
    BINDERY_LOG_FORMAT: 'xml',
    BINDERY_SHUTDOWN_TIMEOUT: '1.5',
  };
  const problems = problemsOf(wrong);
  assert.deepEqual(
    problems.map((problem) => problem.split(' ')[0]),
    Object.keys(wrong),
  );
  for (const problem of problems) {
    assert.match(problem, /must be/);
    // A value may contain a secret.
    assert.ok(!problem.includes('pass@') && !problem.includes('short'));
  }
});

test('a URL that a verifier would spell differently is refused, not corrected', () => {
  for (const url of [
    'https://Example.com',
    'HTTPS://example.com',
    'https://example.com:443',
    'https://example.com?x=1',
    'https://example.com#x',
    'https://example.com/a/../b',
    'https://example.com/ø',
    'ftp://example.com',
    'https://',
    '//example.com',
    ' https://example.com',
  ]) {
    assert.equal(problemsOf({ BINDERY_PUBLIC_URL: url }).length, 1, url);
  }
  assert.equal(loadConfig({ BINDERY_PUBLIC_URL: 'https://example.com/auth//' }).publicUrl, 'https://example.com/auth');
});

test('a secret can come from a file, which may end with a line break', (t) => {
  const base64 = key.toString('base64');
  for (const text of [base64, `${base64}\n`, `${base64}\r\n`]) {
    assert.deepEqual(loadConfig({ BINDERY_MASTER_KEY_FILE: fileWith(t, text) }).masterKey, key);
  }
  assert.deepEqual(loadConfig({ BINDERY_MASTER_KEY: key.toString('hex') }).masterKey, key);
  assert.deepEqual(loadConfig({ BINDERY_MASTER_KEY: base64 }).masterKey, key);
});

test('a secret that is set twice, or whose file cannot be read, stops the start without being shown', (t) => {
  const text = key.toString('base64');
  const twice = problemsOf({ BINDERY_MASTER_KEY: text, BINDERY_MASTER_KEY_FILE: fileWith(t, text) });
  assert.deepEqual(twice, ['BINDERY_MASTER_KEY and BINDERY_MASTER_KEY_FILE are both set: remove one']);
  const lost = problemsOf({ BINDERY_MASTER_KEY_FILE: '/nowhere/at/all', PORT: 'x' });
  assert.equal(lost.length, 2);
  assert.ok(lost.some((problem) => problem.startsWith('BINDERY_MASTER_KEY_FILE cannot be read')));
  const wrong = problemsOf({ BINDERY_MASTER_KEY_FILE: fileWith(t, 'canary') });
  assert.equal(wrong.length, 1);
  assert.ok(!wrong.join().includes('canary'));
});

test('only secrets can be read from a file', () => {
  const { warnings, port } = loadConfig({ BINDERY_SCOPES_FILE: '/etc/passwd', PORT_FILE: '/etc/passwd' });
  assert.equal(port, 8080);
  assert.equal(warnings.length, 1, 'a file for a setting that is not a secret is ignored, with a warning');
});

test('a misspelt setting is ignored, with a warning that suggests the right name', () => {
  const { warnings } = loadConfig({ BINDERY_PUBLIC_ULR: 'https://example.com', BINDERY_QUITE_ELSE: '1', OTHER: 'x' });
  assert.equal(warnings.length, 2);
  assert.match(warnings[0] ?? '', /BINDERY_PUBLIC_ULR is not a Bindery setting .*did you mean BINDERY_PUBLIC_URL\?/);
  assert.match(warnings[1] ?? '', /^BINDERY_QUITE_ELSE is not a Bindery setting and is ignored$/);
});

test('plain http to any other machine causes a warning', () => {
  assert.match(loadConfig({ BINDERY_PUBLIC_URL: 'http://auth.example.com' }).warnings.join(), /sent unencrypted/);
  assert.match(loadConfig({ HOST: '192.0.2.1' }).warnings.join(), /sent unencrypted/);
  for (const url of ['https://auth.example.com', 'http://localhost:9000', 'http://127.0.0.1', 'http://[::1]:1']) {
    assert.deepEqual(loadConfig({ BINDERY_PUBLIC_URL: url }).warnings, [], url);
  }
  assert.equal(isLoopbackUrl('http://localhost.example.com'), false);
  assert.equal(isLoopbackUrl('http://127.0.0.1.example.com'), false);
});

test('the issuer follows host and port unless it is set', () => {
  assert.equal(loadConfig({ PORT: '9000' }).publicUrl, 'http://localhost:9000');
  assert.equal(loadConfig({ HOST: '0.0.0.0', PORT: '80' }).publicUrl, 'http://localhost');
  assert.equal(loadConfig({ HOST: '192.0.2.1' }).publicUrl, 'http://192.0.2.1:8080');
  assert.equal(loadConfig({ HOST: '2001:db8::1' }).publicUrl, 'http://[2001:db8::1]:8080');
});

test('with port 0 the URLs follow the actual port, unless they are set', () => {
  const free = withPort(loadConfig({ PORT: '0' }), 4321);
  assert.deepEqual(
    [free.port, free.publicUrl, free.apiUrl, free.audience],
    [4321, 'http://localhost:4321', 'http://localhost:4321', 'http://localhost:4321/api'],
  );
  const set = withPort(loadConfig({ PORT: '0', BINDERY_PUBLIC_URL: 'https://id.example.com' }), 4321);
  assert.deepEqual([set.publicUrl, set.audience], ['https://id.example.com', 'https://id.example.com/api']);
  const named = withPort(loadConfig({ PORT: '0', BINDERY_AUDIENCE: 'urn:x' }), 4321);
  assert.equal(named.audience, 'urn:x');
});

test('lists are trimmed, and a duplicate or malformed item stops the start', () => {
  const { scopes, trustedProxies } = loadConfig({
    BINDERY_SCOPES: 'one, two',
    BINDERY_TRUSTED_PROXIES: '10.0.0.0/8, 2001:db8::/32,192.0.2.1',
  });
  assert.deepEqual(scopes, ['one', 'two']);
  assert.deepEqual(trustedProxies, ['10.0.0.0/8', '2001:db8::/32', '192.0.2.1']);
  for (const proxies of ['all', '10.0.0.0/8/8', '10.0.0.0/', '10.0.0', '::/129', '10.0.0.0/8,', 'localhost']) {
    assert.equal(problemsOf({ BINDERY_TRUSTED_PROXIES: proxies }).length, 1, proxies);
  }
  for (const paths of ['/t,/t', '/t/', '//t', '/t?x', '/', '/:id', '/*']) {
    assert.equal(problemsOf({ BINDERY_TOKEN_PATHS: paths }).length, 1, paths);
  }
});
