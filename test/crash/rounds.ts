import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { decodeJwt } from 'jose';
import { createClient } from '../support/arrange.ts';
import { type Bindery, startBindery } from '../support/bindery.ts';
import { startPostgresCluster } from '../support/postgres-cluster.ts';
import { createDatabaseIn, testStore } from '../support/postgres-databases.ts';
import { cleanEnvironment } from '../support/programs.ts';
import { removeStore, type StoreEnvironment } from '../support/stores.ts';
import { postForm } from '../support/token-requests.ts';
import { waitFor } from '../support/wait-for.ts';
import { crashEnvironment, createCrashPeople, type PeopleTally, PeopleUnderFire } from './people.ts';
import { assertStoreIsWhole, issuedTokenIds } from './store.ts';
import type { WriterLine } from './writer.ts';

/** What was acknowledged over all rounds, and found afterwards. */
export interface CrashTally extends Readonly<PeopleTally> {
  readonly rounds: number;
  readonly tokens: number;
  readonly creations: number;
  readonly secretRotations: number;
}

/** What is known for certain about one client, from the lines that arrived. */
interface KnownClient {
  live: readonly string[];
  ended: readonly string[];
  /** A rotation that was started; whether it happened is unknown. */
  pending: { readonly now: boolean } | undefined;
}

interface Credentials {
  readonly client_id: string;
  readonly client_secret: string;
}

/** How long the traffic continues once each kind of it has begun; each request takes a few milliseconds. */
const trafficMillisecondsMin = 50;
const trafficMillisecondsMax = 300;
const tokenLoops = 8;
/** On a disk even if the run keeps temporary files in memory: acknowledgements must wait for it. */
const diskFolder = existsSync('/var/tmp') ? '/var/tmp' : tmpdir();
const writerModule = new URL('./writer.ts', import.meta.url).pathname;

/**
 * Kills a server and a writing process with SIGKILL during traffic, again and again on one store, and throws if
 * anything that was acknowledged is missing afterwards.
 */
export async function runCrashRounds(
  roundsMax: number,
  report: (tally: CrashTally) => void = () => undefined,
): Promise<CrashTally> {
  await using cluster = testStore === 'postgres' ? await startPostgresCluster({ parent: diskFolder }) : undefined;
  const env: Readonly<Record<string, string>> = {
    ...crashEnvironment,
    ...(cluster && { DATABASE_URL: (await createDatabaseIn(cluster.adminUrl)).url }),
  };
  const dataDir = mkdtempSync(join(diskFolder, 'bindery-crash-'));
  const tokenIds = new Set<string>();
  let tally: CrashTally = {
    ...{ rounds: 0, tokens: 0, creations: 0, secretRotations: 0 },
    ...{ signIns: 0, rotations: 0, revocations: 0 },
  };
  let bindery = await startBindery({ dataDir, env });
  try {
    const credentials = await createClient(bindery);
    const people = new PeopleUnderFire(await createCrashPeople(bindery), tokenIds);
    const keys = await readKeys(bindery);
    while (tally.rounds < roundsMax) {
      const { clients, ...written } = await runTraffic(bindery, credentials, tokenIds, people);
      bindery = await startBindery({ dataDir, env });
      assert.deepEqual(await readKeys(bindery), keys, 'the signing keys are another set');
      await assertClientsAreAsAcknowledged(bindery, clients);
      await assertStoreIsWhole(bindery);
      await people.assertAsAcknowledged(bindery);
      const kept = await issuedTokenIds(bindery);
      const lost = [...tokenIds].filter((id) => !kept.has(id));
      assert.deepEqual(lost, [], 'tokens without an audit entry');
      tally = {
        rounds: tally.rounds + 1,
        tokens: tokenIds.size,
        creations: tally.creations + written.creations,
        secretRotations: tally.secretRotations + written.rotations,
        ...people.tally,
      };
      report(tally);
    }
    assert.equal(await bindery.stop(), 0);
    return tally;
  } finally {
    await bindery.kill();
    await removeStore(dataDir);
  }
}

/** Traffic of all kinds, in the middle of which both processes are killed. */
async function runTraffic(bindery: Bindery, credentials: Credentials, tokenIds: Set<string>, people: PeopleUnderFire) {
  const before = tokenIds.size;
  const peopleBefore = { ...people.tally };
  const traffic = { isOver: false };
  const writer = startWriter(bindery.storeEnvironment);
  // First, so that the others do not work for nothing while the process starts.
  await waitFor(() => writer.tally().creations > 0 || undefined);
  const loops = [
    ...Array.from({ length: tokenLoops }, () => askForTokens(bindery, credentials, tokenIds, traffic)),
    ...people.start(bindery, traffic),
  ];
  const hasBegun = (): boolean =>
    tokenIds.size > before &&
    writer.tally().rotations > 0 &&
    people.tally.rotations > peopleBefore.rotations &&
    people.tally.revocations > peopleBefore.revocations;
  // Until every kind of traffic has begun; an earlier failure ends the wait.
  await Promise.race([waitFor(() => hasBegun() || undefined), Promise.all(loops)]);
  const milliseconds = trafficMillisecondsMin + Math.random() * (trafficMillisecondsMax - trafficMillisecondsMin);
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  traffic.isOver = true;
  await Promise.all([bindery.kill(), writer.kill()]);
  await Promise.all(loops);
  return { clients: writer.clients, ...writer.tally() };
}

async function askForTokens(
  bindery: Bindery,
  credentials: Credentials,
  tokenIds: Set<string>,
  traffic: { readonly isOver: boolean },
): Promise<void> {
  while (!traffic.isOver) {
    try {
      const response = await postForm(bindery, '/connect/token', { grant_type: 'client_credentials', ...credentials });
      const answer = (await response.json()) as { access_token: string };
      assert.equal(response.status, 200, JSON.stringify(answer));
      // The whole response has arrived: from now on it counts.
      tokenIds.add(String(decodeJwt(answer.access_token).jti));
    } catch (error) {
      if (traffic.isOver && !(error instanceof assert.AssertionError)) {
        return;
      }
      throw error;
    }
  }
}

function startWriter(storeEnvironment: StoreEnvironment) {
  const child = spawn(process.execPath, [writerModule], {
    env: { ...cleanEnvironment(), ...storeEnvironment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const clients = new Map<string, KnownClient>();
  let creations = 0;
  let rotations = 0;
  let ended = false;
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (text) => {
    // Written by our own writer; a truncated line was not acknowledged.
    const line = parseLine(text);
    if (line !== undefined) {
      creations += Number(line.event === 'created');
      rotations += Number(line.event === 'rotated');
      clients.set(line.clientId, follow(clients.get(line.clientId), line));
    }
  });
  const isRead = new Promise((resolve) => {
    lines.once('close', () => {
      ended = true;
      resolve(undefined);
    });
  });
  return {
    clients,
    tally() {
      assert.ok(!ended || child.killed, 'the writer ended by itself');
      return { creations, rotations };
    },
    async kill() {
      child.kill('SIGKILL');
      await isRead;
    },
  };
}

function parseLine(text: string): WriterLine | undefined {
  try {
    return JSON.parse(text) as WriterLine;
  } catch {
    return undefined;
  }
}

function follow(known: KnownClient | undefined, line: WriterLine): KnownClient {
  const { live, ended } = known ?? { live: [], ended: [] };
  if (line.event === 'rotating') {
    return { live, ended, pending: { now: line.now } };
  }
  return line.now
    ? { live: [line.secret], ended: [...ended, ...live], pending: undefined }
    : { live: [...live, line.secret], ended, pending: undefined };
}

async function assertClientsAreAsAcknowledged(
  bindery: Bindery,
  clients: ReadonlyMap<string, KnownClient>,
): Promise<void> {
  await Promise.all(
    [...clients].map(async ([clientId, { live, ended, pending }]) => {
      const answers = await Promise.all(live.map((secret) => statusOf(bindery, clientId, secret)));
      // A rotation that was started but not acknowledged has expired all older secrets or none.
      const isUnknown = pending?.now === true && answers.every((status) => status === 401);
      assert.ok(
        isUnknown || answers.every((status) => status === 200),
        `acknowledged secrets of ${clientId} were answered with ${answers.join(', ')}`,
      );
      for (const secret of ended) {
        assert.equal(await statusOf(bindery, clientId, secret), 401, `an ended secret of ${clientId} works again`);
      }
    }),
  );
}

async function statusOf(bindery: Bindery, client_id: string, client_secret: string): Promise<number> {
  const response = await postForm(bindery, '/connect/token', {
    grant_type: 'client_credentials',
    client_id,
    client_secret,
  });
  await response.arrayBuffer();
  return response.status;
}

async function readKeys({ url }: Bindery): Promise<unknown> {
  return (await fetch(`${url}/.well-known/jwks.json`)).json();
}
