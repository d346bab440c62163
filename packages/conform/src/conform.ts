import { setTimeout as wait } from 'node:timers/promises';
import { type Attack, goodHeaders, type Lab, reading, writing } from './attack.ts';
import { attacks } from './attacks.ts';
import { type Attempt, send } from './send.ts';

/** What became of an attack; `held` is undefined where it was not tried. */
export interface AttackResult {
  readonly id: string;
  readonly title: string;
  readonly held: boolean | undefined;
  /** What the API answered, or why it was not tried. */
  readonly reason: string;
}

/** What became of a run. */
export interface ConformResult {
  /** What is wrong with the API or the run before any attack; then none was tried. */
  readonly problem: string | undefined;
  readonly attacks: readonly AttackResult[];
  readonly passed: boolean;
}

/** What is cut off is refused everywhere after this. */
const cutoffMillisecondsMax = 10_000;

/** The last attack, which takes a change of the store. */
export const cutOffAttack = {
  id: 'cut-off',
  title: 'a token that was revoked, within ten seconds',
  source: 'RFC 7009 §2',
} as const;

/** Attacks an API and says what holds; `revoke` ends one token by its id. */
export async function conform(lab: Lab, revoke: (tokenId: string) => Promise<void>): Promise<ConformResult> {
  const problem = await findProblem(lab);
  if (problem !== undefined) {
    return { problem, attacks: [], passed: false };
  }
  const results: AttackResult[] = [];
  for (const attack of attacks) {
    results.push(await run(lab, attack));
  }
  results.push(await runCutOff(lab, revoke));
  // What refuses everything at the end has refused some of it for another reason.
  const problemAfter = await findProblem({ ...lab, target: { ...lab.target, write: undefined } });
  return {
    problem: problemAfter === undefined ? undefined : `after the attacks, ${problemAfter}`,
    attacks: results,
    passed: problemAfter === undefined && results.every(({ held }) => held !== false),
  };
}

/** The controls: what must be let in, for else every attack would hold. */
async function findProblem(lab: Lab): Promise<string | undefined> {
  const read = goodHeaders(lab, await lab.forge.token());
  const write = goodHeaders(lab, await lab.forge.token({ access: 'read_write' }));
  const { objectPath } = lab.target;
  const controls: readonly (readonly [string, Attempt])[] = [
    ['a good read token', reading(lab, read)],
    ['a good read/write token', reading(lab, write)],
    ...(objectPath === undefined
      ? []
      : [['a good read token', { method: 'GET', path: objectPath, headers: read }] as const]),
    ...(lab.target.write === undefined ? [] : [['a good read/write token', writing(lab, write)] as const]),
  ];
  for (const [what, attempt] of controls) {
    const answer = await statusOf(lab, attempt);
    if (typeof answer === 'string' || answer < 200 || answer > 299) {
      const got = typeof answer === 'string' ? answer : `was answered ${answer}`;
      return `${attempt.method} ${attempt.path} with ${what} ${got}, and must be let in`;
    }
  }
  return undefined;
}

async function run(lab: Lab, attack: Attack): Promise<AttackResult> {
  const { id, title, needs } = attack;
  if (needs !== undefined && lab.target[needs] === undefined) {
    const option = needs === 'write' ? '--write-path' : '--object-path';
    return { id, title, held: undefined, reason: `not tried: it needs ${option}` };
  }
  const statuses: number[] = [];
  for (const attempt of await attack.attempts(lab)) {
    const answer = await statusOf(lab, attempt);
    if (typeof answer === 'string') {
      return { id, title, held: false, reason: answer };
    }
    if (!isRefusal(answer)) {
      return { id, title, held: false, reason: `was answered ${answer}${answer === 429 ? ', lift the limit' : ''}` };
    }
    statuses.push(answer);
  }
  return { id, title, held: true, reason: [...new Set(statuses)].join(', ') };
}

/** Revokes a token of its own and waits until it is refused. */
async function runCutOff(lab: Lab, revoke: (tokenId: string) => Promise<void>): Promise<AttackResult> {
  const { id, title } = cutOffAttack;
  const { jti } = lab.forge.claims();
  const attempt = reading(lab, goodHeaders(lab, await lab.forge.token({ jti })));
  const before = await statusOf(lab, attempt);
  if (typeof before === 'string' || before > 299) {
    return { id, title, held: false, reason: `before it was revoked, it was answered ${before}` };
  }
  await revoke(jti);
  const started = performance.now();
  for (;;) {
    const answer = await statusOf(lab, attempt);
    if (typeof answer === 'number' && isRefusal(answer)) {
      return { id, title, held: true, reason: `${answer} after ${Math.ceil((performance.now() - started) / 1000)} s` };
    }
    if (performance.now() - started > cutoffMillisecondsMax) {
      return { id, title, held: false, reason: `was answered ${answer} ten seconds after it was revoked` };
    }
    await wait(250);
  }
}

/** An answer of 5xx is no refusal: something broke; nor is a limit, which says nothing of the token. */
function isRefusal(status: number): boolean {
  return status >= 400 && status <= 499 && status !== 408 && status !== 429;
}

async function statusOf({ target }: Lab, attempt: Attempt): Promise<number | string> {
  try {
    return await send(target.url, attempt);
  } catch (error) {
    const isConnection = error instanceof Error && 'code' in error;
    return isConnection ? `got no answer (${String(error.code)})` : 'got no answer in ten seconds';
  }
}
