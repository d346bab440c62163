import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type Driver, type Language, startDriver } from './driver.ts';
import {
  type Answer,
  clientId,
  organizationId,
  type ScriptedIssuer,
  type Seen,
  startScriptedIssuer,
} from './scripted-issuer.ts';

/** One row of the table: what the issuer and the API do, what the program does, and the expected outcome. */
export interface ConformanceCase {
  readonly name: string;
  readonly options?: Readonly<Record<string, unknown>>;
  /** Whether the client has a next secret. */
  readonly rotates?: boolean;
  /** Which secrets are valid at the start; by default the current one. */
  readonly accepts?: readonly string[];
  readonly token?: readonly Answer[];
  readonly api?: readonly Answer[];
  readonly metadata?: readonly Answer[];
  readonly steps: readonly Step[];
  readonly expect: Expectation;
}

interface Step {
  readonly do: 'fetch' | 'token' | 'together' | 'advance' | 'dump' | 'accept' | 'waitForTokenRequests';
  readonly url?: string;
  readonly untilToken?: number;
  readonly secrets?: readonly string[];
  readonly count?: number;
}

/** The expected outcome of a case; what is absent is not checked. */
interface Expectation {
  readonly start?: Readonly<Record<string, unknown>>;
  readonly results?: readonly Readonly<Record<string, unknown>>[];
  readonly metadata?: number;
  readonly token?: number;
  readonly apiCalls?: number;
  readonly apiTokens?: readonly number[];
  readonly apiBodies?: readonly string[];
  readonly secrets?: readonly string[];
  readonly scope?: string;
  readonly secondsBetweenTokenRequests?: number;
}

const callsMax = 50;

/** The table. */
export const cases: readonly ConformanceCase[] = JSON.parse(
  readFileSync(new URL('cases.json', import.meta.url), 'utf8').replaceAll('{padding}', 'x'.repeat(200_000)),
);

/** Runs one case against the client of one language; throws if the outcome differs. */
export async function runCase(language: Language, row: ConformanceCase): Promise<void> {
  const tenantHeader = String(row.options?.['tenantHeader'] ?? 'x-tenant-id');
  const isHeaderName = /^[\w-]+$/.test(tenantHeader);
  const issuer = await startScriptedIssuer(row, isHeaderName ? tenantHeader : 'x-tenant-id');
  const driver = startDriver(language);
  try {
    issuer.accept(row.accepts ?? ['current']);
    const started = await driver.ask({ do: 'start', options: optionsOf(row, issuer) });
    assert.partialDeepStrictEqual(started, row.expect.start ?? {});
    assert.equal('code' in started, row.expect.start !== undefined, JSON.stringify(started));
    for (const [at, step] of row.steps.entries()) {
      const result = await runStep(driver, issuer, step);
      assert.partialDeepStrictEqual(named(result, issuer), row.expect.results?.[at] ?? {}, `step ${at + 1}`);
    }
    assertSeen(issuer, row.expect, tenantHeader);
  } finally {
    await driver.end();
    await issuer.close();
  }
  assertSilence(issuer, driver.output(), `the output of ${language.name}`);
  assertSilence(issuer, language.visible?.() ?? '', `the processes of ${language.name}`);
}

function optionsOf(row: ConformanceCase, issuer: ScriptedIssuer): Readonly<Record<string, unknown>> {
  const given = JSON.stringify(row.options ?? {})
    .replaceAll('{issuer}', issuer.url)
    .replaceAll('{secret}', issuer.secrets.current);
  return {
    issuer: issuer.url,
    clientId,
    clientSecret: issuer.secrets.current,
    ...(row.rotates ? { nextClientSecret: issuer.secrets.next } : {}),
    organizationId,
    ...JSON.parse(given),
  };
}

async function runStep(driver: Driver, issuer: ScriptedIssuer, step: Step): Promise<Readonly<Record<string, unknown>>> {
  if (step.do === 'accept') {
    issuer.accept(step.secrets ?? []);
    return {};
  }
  if (step.do === 'waitForTokenRequests') {
    const count = step.count ?? 1;
    for (let waited = 0; issuer.seen.token.length < count; waited += 1) {
      assert.ok(waited < 500, `there were ${issuer.seen.token.length} token requests, not ${count}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return {};
  }
  const asked = { ...step, url: step.url ?? `${issuer.url}/api/things` };
  let result = await driver.ask(asked);
  // A renewal may run in the background of the call that triggered it.
  for (
    let calls = 1;
    step.untilToken !== undefined && tokenOf(issuer, issuer.seen.api.at(-1)) !== step.untilToken;
    calls += 1
  ) {
    assert.ok(calls < callsMax, `${calls} calls and no new token`);
    await new Promise((resolve) => setTimeout(resolve, 20));
    result = await driver.ask(asked);
  }
  return result;
}

/** The result with a token's number in place of the token. */
function named(result: Readonly<Record<string, unknown>>, issuer: ScriptedIssuer): Readonly<Record<string, unknown>> {
  return 'token' in result ? { ...result, token: issuer.tokens.indexOf(String(result['token'])) + 1 } : result;
}

function assertSeen(issuer: ScriptedIssuer, expect: Expectation, tenantHeader: string): void {
  const { seen } = issuer;
  const counts = { metadata: seen.metadata.length, token: seen.token.length, apiCalls: seen.api.length };
  for (const name of ['metadata', 'token', 'apiCalls'] as const) {
    if (expect[name] !== undefined) assert.equal(counts[name], expect[name], `requests: ${JSON.stringify(counts)}`);
  }
  if (expect.apiTokens)
    assert.deepEqual(
      seen.api.map((call) => tokenOf(issuer, call)),
      expect.apiTokens,
    );
  if (expect.apiBodies)
    assert.deepEqual(
      seen.api.map(({ body }) => body),
      expect.apiBodies,
    );
  if (expect.secrets)
    assert.deepEqual(
      seen.token.map((request) => secretOf(issuer, request)),
      expect.secrets,
    );
  for (const request of seen.token) {
    const form = new URLSearchParams(request.body);
    assert.equal(request.method, 'POST');
    assert.equal(form.get('grant_type'), 'client_credentials');
    assert.equal(form.get('scope'), expect.scope ?? null);
    assertSilence(issuer, request.url + request.body, 'the URL and the body of a token request');
  }
  for (const call of seen.api) assert.equal(call.headers[tenantHeader], organizationId);
  for (const stray of seen.elsewhere) {
    assertSilence(issuer, JSON.stringify(stray), 'a request to another origin');
    assert.equal(stray.headers.authorization, undefined);
  }
  const [first, second] = seen.token;
  if (expect.secondsBetweenTokenRequests !== undefined) {
    assert.ok(first && second && second.at - first.at >= expect.secondsBetweenTokenRequests * 1000, 'it did not wait');
  }
}

function tokenOf(issuer: ScriptedIssuer, call: Seen | undefined): number {
  return issuer.tokens.indexOf(call?.headers.authorization?.replace(/^Bearer /, '') ?? '') + 1;
}

function secretOf(issuer: ScriptedIssuer, { headers }: Seen): string | undefined {
  const given = Buffer.from(headers.authorization?.replace(/^Basic /, '') ?? '', 'base64').toString();
  return Object.entries(issuer.secrets).find(([, secret]) => given === `${clientId}:${secret}`)?.[0];
}

function assertSilence(issuer: ScriptedIssuer, text: string, where: string): void {
  const secrets = [...Object.values(issuer.secrets), ...issuer.tokens];
  const coded = secrets.flatMap((secret) => [secret, btoa(`${clientId}:${secret}`)]);
  assert.ok(!coded.some((secret) => text.includes(secret)), `${where} contains a secret: ${around(text, coded)}`);
}

/** The text around the first secret in it. */
function around(text: string, secrets: readonly string[]): string {
  const at = Math.min(...secrets.map((secret) => text.indexOf(secret)).filter((found) => found >= 0));
  return text.slice(Math.max(0, at - 400), at + 100);
}
