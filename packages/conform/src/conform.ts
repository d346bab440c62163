import { setTimeout as wait } from 'node:timers/promises';
import { type Attack, type AttackOptions, reading, validHeaders, writing } from './attack.ts';
import { attacks } from './attacks.ts';
import { type Attempt, send } from './send.ts';

/** How an API is attacked. */
export interface ConformOptions extends AttackOptions {
  /**
   * Revokes one token by its id (`jti`), as the API's issuer would; the API has ten seconds to refuse it. Without it this
   * attack is skipped.
   */
  readonly revoke?: (tokenId: string) => Promise<void>;
}

/** The result of one attack. */
export interface AttackResult {
  readonly id: string;
  readonly title: string;
  /** Whether the API withstood it; undefined if it was skipped. */
  readonly held: boolean | undefined;
  /** What the API responded, or why the attack was skipped. */
  readonly reason: string;
}

/** The result of a run. */
export interface ConformResult {
  /** Why the run says nothing: a valid request failed, before the attacks (then none was tried) or after them. */
  readonly problem: string | undefined;
  readonly attacks: readonly AttackResult[];
  /** Whether the API withstood every attack that was tried. */
  readonly passed: boolean;
}

const revocationMillisecondsMax = 10_000;
const pollMilliseconds = 250;

/** The last attack; it is the only one that changes anything at the issuer. */
export const cutOffAttack = {
  id: 'cut-off',
  title: 'a token that was revoked, ten seconds later',
  source: 'RFC 7009 §2',
} as const;

/**
 * Makes valid requests, then every attack in turn, then valid requests again. Requests are sent one after the other, each
 * with a time limit of ten seconds. Never rejects because of what the API does; that is in the result.
 */
export async function conform({ revoke, ...options }: ConformOptions): Promise<ConformResult> {
  const problem = await findProblem(options);
  if (problem !== undefined) {
    return { problem, attacks: [], passed: false };
  }
  const results: AttackResult[] = [];
  for (const attack of attacks) {
    results.push(await run(options, attack));
  }
  results.push(await runCutOff(options, revoke));
  // An API that now refuses everything refused some attacks for another reason.
  const problemAfter = await findProblem({ ...options, target: { ...options.target, write: undefined } });
  return {
    problem: problemAfter === undefined ? undefined : `after the attacks, ${problemAfter}`,
    attacks: results,
    passed: problemAfter === undefined && results.every(({ held }) => held !== false),
  };
}

/** Makes the valid requests, which must succeed: otherwise the API would withstand everything. */
async function findProblem(options: AttackOptions): Promise<string | undefined> {
  const read = validHeaders(options, await options.forge.token());
  const write = validHeaders(options, await options.forge.token({ access: 'read_write' }));
  const { objectPath } = options.target;
  const controls: readonly (readonly [string, Attempt])[] = [
    ['a valid read token', reading(options, read)],
    ['a valid read/write token', reading(options, write)],
    ...(objectPath === undefined
      ? []
      : [['a valid read token', { method: 'GET', path: objectPath, headers: read }] as const]),
    ...(options.target.write === undefined ? [] : [['a valid read/write token', writing(options, write)] as const]),
  ];
  for (const [what, attempt] of controls) {
    const response = await statusOf(options, attempt);
    if (typeof response === 'string' || response < 200 || response > 299) {
      return `${attempt.method} ${attempt.path} with ${what} must succeed, but ${describe(response)}`;
    }
  }
  return undefined;
}

const needed = { write: 'no write path was given', objectPath: 'no object path was given' } as const;

async function run(options: AttackOptions, attack: Attack): Promise<AttackResult> {
  const { id, title, needs } = attack;
  if (needs !== undefined && options.target[needs] === undefined) {
    return { id, title, held: undefined, reason: `skipped: ${needed[needs]}` };
  }
  const statuses: number[] = [];
  for (const attempt of await attack.attempts(options)) {
    const response = await statusOf(options, attempt);
    if (typeof response === 'string' || !isRefusal(response)) {
      const advice = response === 429 ? '; raise the rate limit' : '';
      return { id, title, held: false, reason: `${describe(response)}${advice}` };
    }
    statuses.push(response);
  }
  return { id, title, held: true, reason: [...new Set(statuses)].join(', ') };
}

/** Revokes a token of its own and waits until it is refused. */
async function runCutOff(options: AttackOptions, revoke: ConformOptions['revoke']): Promise<AttackResult> {
  const { id, title } = cutOffAttack;
  if (revoke === undefined) {
    return { id, title, held: undefined, reason: 'skipped: no way to revoke a token was given' };
  }
  const { jti } = options.forge.claims();
  const attempt = reading(options, validHeaders(options, await options.forge.token({ jti })));
  const before = await statusOf(options, attempt);
  if (typeof before === 'string' || before > 299) {
    return { id, title, held: false, reason: `before the revocation, ${describe(before)}` };
  }
  await revoke(jti);
  const started = performance.now();
  for (;;) {
    const response = await statusOf(options, attempt);
    const elapsed = performance.now() - started;
    if (typeof response === 'number' && isRefusal(response)) {
      return { id, title, held: true, reason: `${response} after ${Math.ceil(elapsed / 1000)} s` };
    }
    if (elapsed > revocationMillisecondsMax) {
      return { id, title, held: false, reason: `ten seconds after the revocation, ${describe(response)}` };
    }
    await wait(pollMilliseconds);
  }
}

/** 5xx is not a refusal, since something broke, and neither is a rate limit, which says nothing about the token. */
function isRefusal(status: number): boolean {
  return status >= 400 && status <= 499 && status !== 408 && status !== 429;
}

function describe(response: number | string): string {
  return typeof response === 'string' ? response : `the response was ${response}`;
}

async function statusOf({ target }: AttackOptions, attempt: Attempt): Promise<number | string> {
  try {
    return await send(target.url, attempt);
  } catch (error) {
    const isConnection = error instanceof Error && 'code' in error;
    return isConnection ? `there was no response (${String(error.code)})` : 'there was no response within ten seconds';
  }
}
