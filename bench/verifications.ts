// Verifications per second in one process: tokens that are seen for the first time, and tokens that come again. A
// program of its own, so that nothing else has warmed it up; it prints what it found.
import { generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { median } from './turns.ts';
import { type Trusted, type Verify, verifiers } from './verifiers.ts';

/** How long and how often to measure, as JSON in the variable VERIFICATIONS. */
export interface VerificationOptions {
  readonly rounds: number;
  readonly seconds: number;
}

/** Microseconds for one verification, on the clock: the median of the rounds, and each of them. */
export interface VerificationTime {
  readonly microseconds: number;
  readonly rounds: readonly number[];
}

/** One verifier with one algorithm. */
export interface VerificationResult {
  readonly algorithm: Trusted['algorithm'];
  readonly name: string;
  readonly cold: VerificationTime;
  readonly warm: VerificationTime;
}

/** So many verifications are under way at once, as in a server; those that work on a thread need it. */
const underWay = 16;
const warmTokens = 100;
const organizationId = '11111111-1111-4111-8111-111111111111';
const issuer = 'https://id.example.com';
const audience = 'https://api.example.com/api';

if (import.meta.main) {
  // The one who starts this program writes the variable.
  const options = JSON.parse(process.env['VERIFICATIONS'] ?? '') as VerificationOptions;
  const results: VerificationResult[] = [];
  for (const algorithm of ['ES256', 'RS256'] as const) {
    results.push(...(await measureAlgorithm(algorithm, options)));
  }
  process.stdout.write(JSON.stringify(results));
}

async function measureAlgorithm(
  algorithm: Trusted['algorithm'],
  { rounds, seconds }: VerificationOptions,
): Promise<readonly VerificationResult[]> {
  const kid = randomUUID();
  const { publicKey, privateKey } =
    algorithm === 'RS256'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  // As many as signing does not take longer than verifying; each is verified once for each verifier in each round.
  const tokens = Array.from({ length: algorithm === 'RS256' ? 1500 : 4000 }, () =>
    newToken(algorithm, kid, privateKey),
  );
  const jwks = createServer((_request, response) => {
    const key = { ...publicKey.export({ format: 'jwk' }), kid, alg: algorithm, use: 'sig' };
    // Seldom asked: a connection that was kept would be at its end when it is wanted again.
    response.setHeader('connection', 'close').end(JSON.stringify({ keys: [key] }));
  }).listen(0, '127.0.0.1');
  await once(jwks, 'listening');
  const address = jwks.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const jwksUri = `http://127.0.0.1:${port}/keys`;
  const trusted = { issuer, audience, algorithm, kid, publicKey, jwksUri, organizationId };
  const times = Object.keys(verifiers).map((name) => ({ name, cold: [] as number[], warm: [] as number[] }));
  for (let round = -1; round < rounds; round += 1) {
    for (const { name, cold, warm } of times) {
      const verify = verifiers[name]?.(trusted);
      if (verify === undefined) {
        throw new Error(`there is no verifier ${name}`);
      }
      await checkThatItRefuses(verify, tokens);
      const coldTime = await timeOf(verify, tokens.slice(1), 0);
      const warmTime = await timeOf(verify, tokens.slice(-warmTokens), round === -1 ? 0.1 : seconds);
      // The first round makes the program warm and is not counted.
      if (round >= 0) {
        cold.push(coldTime);
        warm.push(warmTime);
      }
    }
  }
  jwks.close();
  jwks.closeAllConnections();
  const summed = (measured: number[]): VerificationTime => ({ microseconds: median(measured), rounds: measured });
  return times.map(({ name, cold, warm }) => ({ algorithm, name, cold: summed(cold), warm: summed(warm) }));
}

/** A verifier that accepts anything would be fast. Those that fetch the key also do so here, before they are timed. */
async function checkThatItRefuses(verify: Verify, [token = '', other = '']: readonly string[]): Promise<void> {
  await verify(token);
  const mixed = `${token.slice(0, token.lastIndexOf('.'))}.${other.slice(other.lastIndexOf('.') + 1)}`;
  let isRefused = false;
  try {
    await verify(mixed);
  } catch {
    isRefused = true;
  }
  if (!isRefused) {
    throw new Error('a verifier took a token with the signature of another');
  }
}

/** Microseconds for one: each token once, and again from the first until the time is over. */
async function timeOf(verify: Verify, tokens: readonly string[], seconds: number): Promise<number> {
  let next = 0;
  const started = performance.now();
  const end = started + seconds * 1000;
  async function work(): Promise<void> {
    while (next < tokens.length || performance.now() < end) {
      const token = tokens[next % tokens.length] ?? '';
      next += 1;
      const verified = verify(token);
      // Who answers at once need not be waited for.
      if (verified instanceof Promise) {
        await verified;
      }
    }
  }
  await Promise.all(Array.from({ length: underWay }, work));
  return ((performance.now() - started) / next) * 1000;
}

function newToken(algorithm: Trusted['algorithm'], kid: string, privateKey: KeyObject): string {
  const now = Math.floor(Date.now() / 1000);
  const clientId = 'client_0123456789abcdefghijk';
  const input = [
    { typ: 'at+jwt', alg: algorithm, kid },
    {
      ...{ iss: issuer, sub: clientId, aud: audience, exp: now + 3600, iat: now, nbf: now, jti: randomUUID() },
      ...{ client_id: clientId, scope: 'public', organization_id: organizationId, access: 'read' },
    },
  ]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  const signature = sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return `${input}.${signature.toString('base64url')}`;
}
