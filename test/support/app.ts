import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@bindery/server/actions/clients.ts';
import type { ActionContext } from '@bindery/server/actions/context.ts';
import { openStore } from '@bindery/server/actions/open-store.ts';
import { createOrganization } from '@bindery/server/actions/organizations.ts';
import { createApp } from '@bindery/server/app.ts';
import { loadConfig } from '@bindery/server/config.ts';
import type { Access } from '@bindery/server/domain/access.ts';
import { QueuedPasswordHasher } from '@bindery/server/live/password-hasher.ts';
import { createLogger } from '@bindery/server/logger.ts';
import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import { testActor } from './actor.ts';
import { removeStore, type StoreEnvironment, storeEnvironmentOf } from './stores.ts';

export { testActor };

/** A server in this process with its own store and a clock that stands still until it is advanced. */
export interface TestApp {
  readonly app: FastifyInstance;
  readonly context: ActionContext;
  /** Hashes the server's passwords and counts them. */
  readonly hasher: QueuedPasswordHasher;
  /** The settings by which the same store can be opened again. */
  readonly storeEnvironment: StoreEnvironment;
  /** Advances the clock. */
  advance(milliseconds: number): void;
  /** Everything logged so far. */
  log(): string;
  /** An organization with one client. */
  newClient(access?: Access): Promise<{ clientId: string; clientSecret: string; organizationId: string }>;
  /** Posts a form. */
  post(
    path: string,
    fields: Readonly<Record<string, string>> | string,
    headers?: Readonly<Record<string, string>>,
  ): Promise<LightMyRequestResponse>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts it, with settings as an operator would make them. */
export async function startTestApp(environment: Readonly<Record<string, string>> = {}): Promise<TestApp> {
  const dataDir = mkdtempSync(join(tmpdir(), 'bindery-unit-'));
  const storeEnvironment = await storeEnvironmentOf(dataDir, environment, 'migrated');
  const config = loadConfig({ BINDERY_LOG_LEVEL: 'trace', ...storeEnvironment, ...environment });
  let now = Date.UTC(2030, 0, 1);
  const lines: string[] = [];
  const opened = await openStore(config, 'create', () => now);
  let looks = 0;
  const context =
    opened.database.kind === 'sqlite'
      ? opened
      : // The clock stands still here, so that no second goes by after which a change of another would be looked for.
        // And the server's clock is no clock of this world.
        { ...opened, database: { ...opened.database, dataVersion: () => ++looks, clock: undefined } };
  const logger = createLogger(config, { write: (line) => void lines.push(line) });
  const hasher = new QueuedPasswordHasher();
  const app = await createApp({ context, logger, hasher, isDraining: () => false });
  return {
    app,
    context,
    hasher,
    storeEnvironment,
    advance(milliseconds) {
      now += milliseconds;
    },
    log: () => lines.join(''),
    async newClient(access = 'read_write') {
      const organization = await createOrganization(context, testActor, { name: 'Acme' });
      const made = await createClient(context, testActor, {
        organizationId: organization.id,
        name: 'Test client',
        access,
        grants: ['client_credentials'],
        secretExpiresAt: null,
      });
      return { clientId: made.client.id, clientSecret: made.clientSecret, organizationId: organization.id };
    },
    post: (path, fields, headers = {}) =>
      app.inject({
        method: 'POST',
        url: path,
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
        payload: typeof fields === 'string' ? fields : new URLSearchParams(fields).toString(),
      }),
    async [Symbol.asyncDispose]() {
      await app.close();
      await context.database.close();
      await removeStore(dataDir);
    },
  };
}
