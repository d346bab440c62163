// How long a token that was cut off is still accepted, under load, by the API beside the server and by APIs elsewhere.
// Prints one row of Markdown for each way in which something is cut off.
import { createGuard, type Guard } from '@bindery/guard';
import type { ActionContext } from '@bindery/server/actions/context.ts';
import { openBeside } from '../test/support/arrange.ts';
import { type Bindery, startBindery } from '../test/support/bindery.ts';
import { newTenant, type Tenant, type Way, ways } from '../test/support/cutoff-ways.ts';
import { getToken } from '../test/support/token-requests.ts';

const guardCount = 8;
const rounds = Number(process.argv[2] ?? 5);
/** Twice what is promised, so that a broken promise is seen. */
const watchMilliseconds = 20_000;

interface Watched {
  /** When the last call that was accepted began, in milliseconds after the cut was acknowledged; 0 for none. */
  readonly beside: number;
  readonly elsewhere: number;
}

async function isAccepted(bindery: Bindery, headers: Readonly<Record<string, string>>): Promise<boolean> {
  const answer = await fetch(`${bindery.url}/api/binders`, { headers });
  await answer.arrayBuffer();
  return answer.ok;
}

/** Calls with one token until nobody has accepted it for a while. */
async function watch(bindery: Bindery, guards: readonly Guard[], tenant: Tenant, accessToken: string, cutAt: number) {
  const headers = { authorization: `Bearer ${accessToken}`, 'x-tenant-id': tenant.organizationId };
  const last = { beside: 0, elsewhere: 0 };
  const callUntilRefused = async (where: keyof Watched, call: () => Promise<boolean>): Promise<void> => {
    for (;;) {
      const at = performance.now() - cutAt;
      if (!(await call())) return;
      last[where] = Math.max(last[where], at);
      if (at > watchMilliseconds) throw new Error(`${where} still accepts what was cut off`);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  };
  await Promise.all([
    callUntilRefused('beside', () => isAccepted(bindery, headers)),
    ...guards.map((guard) =>
      callUntilRefused('elsewhere', () =>
        guard.verify(new Request('https://api.example.com/', { headers })).then(
          () => true,
          () => false,
        ),
      ),
    ),
  ]);
  return last;
}

async function measure(bindery: Bindery, context: ActionContext, guards: readonly Guard[], way: Way): Promise<Watched> {
  const tenant = await newTenant(bindery, context);
  const kind = way.ends.at(-1) ?? 'clientToken';
  const headers = { authorization: `Bearer ${tenant[kind]}`, 'x-tenant-id': tenant.organizationId };
  for (const guard of guards) await guard.verify(new Request('https://api.example.com/', { headers }));
  // At any moment between two polls.
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 5000));
  await way.cut(context, bindery, tenant);
  return watch(bindery, guards, tenant, tenant[kind], performance.now());
}

/** Keeps the server busy with tokens and calls of somebody else until it is told to stop. */
async function startLoad(bindery: Bindery, context: ActionContext): Promise<() => Promise<number>> {
  const tenant = await newTenant(bindery, context);
  const client = { client_id: tenant.clientId, client_secret: tenant.clientSecret };
  const headers = { authorization: `Bearer ${tenant.clientToken}`, 'x-tenant-id': tenant.organizationId };
  let isRunning = true;
  let requests = 0;
  const started = performance.now();
  const loops = Array.from({ length: 8 }, async (_, index) => {
    while (isRunning) {
      if (index % 2 === 0) await getToken(bindery, client);
      else if (!(await isAccepted(bindery, headers))) throw new Error('a bystander was refused');
      requests += 1;
    }
  });
  const ended = Promise.all(loops);
  // Looked at when it is stopped; until then another error may end the program first.
  ended.catch(() => undefined);
  return async () => {
    isRunning = false;
    await ended;
    return requests / ((performance.now() - started) / 1000);
  };
}

await using bindery = await startBindery({
  env: { BINDERY_REFRESH_TOKEN_GRACE: '0', BINDERY_LOG_LEVEL: 'error' },
});
const context = await openBeside(bindery);
const guards = Array.from({ length: guardCount }, () =>
  createGuard({ issuer: bindery.url, audience: `${bindery.url}/api` }),
);
const stopLoad = await startLoad(bindery, context);
const seconds = (milliseconds: readonly number[], share: number): string => {
  const sorted = milliseconds.toSorted((one, other) => one - other);
  return ((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0) / 1000).toFixed(2);
};
console.log(`| what was cut off | beside, worst s | elsewhere, median s | elsewhere, worst s |\n|---|---|---|---|`);
const all: Watched[] = [];
for (const way of ways) {
  const measured = await Promise.all(Array.from({ length: rounds }, () => measure(bindery, context, guards, way)));
  all.push(...measured);
  const beside = measured.map((one) => one.beside);
  const elsewhere = measured.map((one) => one.elsewhere);
  console.log(`| ${way.name} | ${seconds(beside, 1)} | ${seconds(elsewhere, 0.5)} | ${seconds(elsewhere, 1)} |`);
}
const perSecond = await stopLoad();
console.log(
  `\n${all.length} cuts, ${guardCount} guards elsewhere, ${perSecond.toFixed(0)} other requests a second; ` +
    `worst: beside ${(Math.max(...all.map((one) => one.beside)) / 1000).toFixed(2)} s, ` +
    `elsewhere ${(Math.max(...all.map((one) => one.elsewhere)) / 1000).toFixed(2)} s`,
);
for (const guard of guards) guard.close();
await context.database.close();
