import { once } from 'node:events';
import { createServer, Server } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { ActionContext } from './actions/context.ts';
import { openStore } from './actions/open-store.ts';
import { rememberPublicUrl } from './actions/public-url.ts';
import { hasOperator, newSetupToken } from './actions/setup.ts';
import { createApp } from './app.ts';
import { type Config, withPort } from './config.ts';
import { writeSetupToken } from './data-folder/setup-token-file.ts';
import { ConfigurationError } from './errors.ts';
import { KeyRing } from './live/key-ring.ts';
import { startMaintenance } from './live/maintenance.ts';
import { createLogger } from './logger.ts';

/** A server that is listening. */
export interface RunningServer {
  readonly config: Config;
  /** The link with which the first operator claims the instance; undefined once there is an operator. */
  readonly setupLink: string | undefined;
  /** Answers requests that were already received, then closes everything. */
  stop(): Promise<void>;
}

/** Opens the store and listens; throws a `ConfigurationError` with a sentence for the operator if it cannot. */
export async function startServer(configured: Config): Promise<RunningServer> {
  const reserved = configured.port === 0 ? await reservePort(configured) : undefined;
  const config = reserved === undefined ? configured : withPort(configured, reserved.port);
  const logger = createLogger(config);
  for (const warning of config.warnings) {
    logger.warn(warning);
  }
  logger.info(
    { trusted: ['loopback', ...config.trustedProxies] },
    'X-Forwarded-For is believed from these peers (BINDERY_TRUSTED_PROXIES)',
  );
  const context = await openStore(config, 'create', Date.now);
  let draining = false;
  const keyRing = new KeyRing(context);
  const app = await createApp({ context, logger, keyRing, isDraining: () => draining });
  app.addHook('preClose', () => letConnectionsEnd(app.server));
  try {
    await reserved?.release();
    await app.listen({ host: config.host, port: config.port });
  } catch (cause) {
    await context.database.close();
    throw new ConfigurationError([listenProblem(config, cause)], { cause });
  }
  await rememberPublicUrl(context);
  const stopMaintenance = startMaintenance(context, keyRing, logger);
  return {
    config,
    setupLink: await offerSetup(context),
    async stop() {
      draining = true;
      stopMaintenance();
      await closeWithin(app, config.shutdownTimeoutSeconds);
      await context.database.close();
      logger.flush();
    },
  };
}

async function closeWithin(app: FastifyInstance, seconds: number): Promise<void> {
  const cut = setTimeout(() => app.server.closeAllConnections(), seconds * 1000);
  await app.close();
  clearTimeout(cut);
}

const idleMilliseconds = 250;

/**
 * Accepts no new connection and lets the others end: the next response on each says that it was the last. Idle ones are
 * closed only after a moment, because a request may already be on its way.
 */
async function letConnectionsEnd(server: Server): Promise<void> {
  const ended = once(server, 'close');
  // The HTTP server's own close would close idle connections at once.
  Server.prototype.close.call(server);
  await Promise.race([ended, wait(idleMilliseconds)]);
}

/** A new link to claim the instance at each start, until somebody has. */
async function offerSetup(context: ActionContext): Promise<string | undefined> {
  if (await hasOperator(context)) {
    return undefined;
  }
  const setup = await newSetupToken(context);
  writeSetupToken(context.config.dataDir, setup.token);
  return setup.link;
}

function listenProblem(config: Config, cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'EADDRINUSE') {
    return `port ${config.port} on ${config.host} is taken by another program: stop it, or choose another port with PORT=${config.port + 1}`;
  }
  if (code === 'EACCES') {
    return `this user may not listen on port ${config.port}: choose a port above 1023, such as PORT=8080`;
  }
  return `cannot listen on ${config.host}, port ${config.port}: set HOST to an address of this machine`;
}

/** A free port that no other program gets until it is released; the issuer must be known before the server listens. */
async function reservePort(
  config: Config,
): Promise<{ readonly port: number; readonly release: () => Promise<unknown> }> {
  // Does not keep the process alive if the start fails.
  const holder = createServer().unref();
  try {
    holder.listen(0, config.host);
    await once(holder, 'listening');
  } catch (cause) {
    throw new ConfigurationError([listenProblem(config, cause)], { cause });
  }
  const address = holder.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    release() {
      holder.close();
      return once(holder, 'close');
    },
  };
}
