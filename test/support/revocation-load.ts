import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import { createGuard } from '@bindery/guard';
import { cutoffLimits } from '@bindery/server/domain/limits.ts';
import { createClient, type TestClient } from './arrange.ts';
import type { Bindery } from './bindery.ts';

/** What others noticed. */
export interface RevocationLoad {
  readonly revocations: number;
  readonly seconds: number;
  /** Token requests of another client, alone and during the revocations. */
  readonly tokensBefore: Times;
  readonly tokensDuring: Times;
  /** Verifications by a guard in this process, which polls each second. */
  readonly verifications: Times;
  /** The largest list that was served, in bytes. */
  readonly listBytesMax: number;
}

/** In milliseconds. */
export interface Times {
  readonly count: number;
  readonly median: number;
  readonly p99: number;
}

/** What one client may take of the list, at 48 bytes an entry, and some room for the rest. */
const listBytesAllowed = (cutoffLimits.ofClient + 100) * 48 + 2048;
const workers = 8;
const pauseMilliseconds = 10;

/**
 * One client asks for tokens and revokes them, so many times, while another client asks for tokens and calls an API.
 * Throws if the other client is ever refused, or if the list grows past what one client may have.
 */
export async function runRevocationLoad(bindery: Bindery, revocations: number): Promise<RevocationLoad> {
  const attacker = await createClient(bindery);
  const other = await createClient(bindery);
  const guard = createGuard({ issuer: bindery.url, audience: `${bindery.url}/api`, cutoffs: { pollSeconds: 1 } });
  const verify = (token: string, { organization_id }: TestClient) =>
    guard.verify({ method: 'GET', headers: ['authorization', `Bearer ${token}`, 'x-tenant-id', organization_id] });

  const sample = async (isDone: () => boolean) => {
    const tokens: number[] = [];
    const verifications: number[] = [];
    let listBytesMax = 0;
    let token = '';
    do {
      const asked = async () => {
        token = await requestToken(bindery, other);
      };
      tokens.push(await timeOf(asked));
      verifications.push(await timeOf(() => verify(token, other)));
      if (tokens.length % 20 === 0) {
        listBytesMax = Math.max(listBytesMax, await readListBytes(bindery));
        assert.ok(listBytesMax <= listBytesAllowed, `a list of ${listBytesMax} bytes`);
      }
      await wait(pauseMilliseconds);
    } while (!isDone());
    return { tokens, verifications, listBytesMax };
  };

  try {
    const baselineEnd = performance.now() + 1000;
    const before = await sample(() => performance.now() >= baselineEnd);
    let left = revocations;
    let isDone = false;
    const began = performance.now();
    const during = sample(() => isDone);
    let last = '';
    const work = async () => {
      while (left > 0) {
        left -= 1;
        last = (await requestTokenOrRefusal(bindery, attacker)) ?? last;
        await revoke(bindery, attacker, last);
      }
    };
    await Promise.all(Array.from({ length: workers }, work)).finally(() => {
      isDone = true;
    });
    const seconds = (performance.now() - began) / 1000;
    const { tokens, verifications, listBytesMax } = await during;
    await waitUntilRefused(() => verify(last, attacker));
    return {
      ...{ revocations, seconds, tokensBefore: timesOf(before.tokens), tokensDuring: timesOf(tokens) },
      ...{ verifications: timesOf(verifications), listBytesMax },
    };
  } finally {
    guard.close();
  }
}

// Not `postForm`: it would remember every token as a secret to look for in the log.
function post(bindery: Bindery, path: string, client: TestClient, more: Readonly<Record<string, string>>) {
  const { client_id, client_secret } = client;
  return fetch(bindery.url + path, {
    method: 'POST',
    body: new URLSearchParams({ client_id, client_secret, ...more }),
  });
}

async function requestTokenOrRefusal(bindery: Bindery, client: TestClient): Promise<string | undefined> {
  const response = await post(bindery, '/connect/token', client, { grant_type: 'client_credentials' });
  const answer = (await response.json()) as { readonly access_token?: string };
  // Whoever asks while the client is cut off as a whole is refused.
  assert.ok(response.status === 200 || response.status === 401, JSON.stringify(answer));
  return answer.access_token;
}

async function requestToken(bindery: Bindery, client: TestClient): Promise<string> {
  const token = await requestTokenOrRefusal(bindery, client);
  assert.ok(token, 'another client got no token');
  return token;
}

async function revoke(bindery: Bindery, client: TestClient, token: string): Promise<void> {
  const response = await post(bindery, '/oauth/revoke', client, { token });
  assert.equal(response.status, 200);
}

async function readListBytes(bindery: Bindery): Promise<number> {
  const response = await fetch(`${bindery.url}/.well-known/bindery-cutoffs`);
  assert.equal(response.status, 200);
  return (await response.arrayBuffer()).byteLength;
}

async function waitUntilRefused(verify: () => Promise<unknown>): Promise<void> {
  const end = performance.now() + 20_000;
  while (
    await verify().then(
      () => true,
      () => false,
    )
  ) {
    assert.ok(performance.now() < end, 'the last token is not refused');
    await wait(100);
  }
}

async function timeOf(action: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await action();
  return performance.now() - began;
}

function timesOf(times: readonly number[]): Times {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (part: number) => Number((sorted[Math.floor((sorted.length - 1) * part)] ?? 0).toFixed(2));
  return { count: sorted.length, median: at(0.5), p99: at(0.99) };
}
