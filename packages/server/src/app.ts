import { createBinders } from '@bindery/binders';
import { createGuard, type Guard, GuardError, type GuardOptions } from '@bindery/guard';
import fastifyCookie from '@fastify/cookie';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import type { ActionContext } from './actions/context.ts';
import { prepareCutoffs } from './actions/cut-off.ts';
import { managementApi } from './admin/router.ts';
import type { PasswordHasher } from './domain/password.ts';
import { createGateway, isGatewayPath } from './gateway/gateway.ts';
import { routePathOf } from './http/base-path.ts';
import { healthEndpoints } from './http/health.ts';
import { createHttpServer, errorsUrlOf, serveBelow } from './http/server.ts';
import { answerUnknownRoutes } from './http/unknown-routes.ts';
import { Clients } from './live/clients.ts';
import { Cutoffs } from './live/cutoffs.ts';
import { DecisionLog } from './live/decision-log.ts';
import { GuessLimits } from './live/guess-limits.ts';
import { KeyRing } from './live/key-ring.ts';
import { type GuardSources, oncePerTurn } from './live/once-per-turn.ts';
import { QueuedPasswordHasher } from './live/password-hasher.ts';
import { RefusalLog } from './live/refusal-log.ts';
import { cutoffsEndpoint } from './oauth/cutoffs-document.ts';
import type { OAuthDeps } from './oauth/deps.ts';
import { introspectionEndpoint, introspectionPath } from './oauth/introspect.ts';
import { jwksEndpoint } from './oauth/jwks.ts';
import { metadataEndpoint } from './oauth/metadata.ts';
import { revocationEndpoint, revocationPath } from './oauth/revoke.ts';
import { tokenEndpoint } from './oauth/token.ts';
import { openApiEndpoint } from './openapi/endpoint.ts';
import { insertAuditEntry } from './store/audit.ts';
import { TokenDecisionWriter } from './store/token-decisions.ts';
import { isStoreUnavailable } from './store/unavailable.ts';
import { consolePages } from './web/console.ts';
import { homePage } from './web/home.ts';
import { developerPortal } from './web/portal/portal.ts';

/** The dependencies of the server that differ between a test and a real start. */
export interface AppDeps {
  readonly context: ActionContext;
  readonly logger: FastifyBaseLogger;
  /** The signing keys, if the caller uses them too. */
  readonly keyRing?: KeyRing;
  /** Hashes passwords; a test may count its calls. */
  readonly hasher?: PasswordHasher;
  /** Whether the server is stopping, which the readiness check reports. */
  readonly isDraining: () => boolean;
}

/** Builds the server with every route; it does not listen yet. */
export async function createApp({ context, logger, isDraining, ...given }: AppDeps): Promise<FastifyInstance> {
  const { config } = context;
  const keyRing = given.keyRing ?? new KeyRing(context);
  await keyRing.rotateWhenDue();
  await prepareCutoffs(context);
  const cutoffs = new Cutoffs(context);
  const sources = { keys: keySourceOf(keyRing), cutoffs };
  const deps: OAuthDeps = {
    context,
    clients: new Clients(context),
    decisions: new DecisionLog(new TokenDecisionWriter(context.database)),
    keyRing,
    cutoffs,
    limits: new GuessLimits(config.limits, context.database.createLimiter),
    hasher: given.hasher ?? new QueuedPasswordHasher(),
    verifyAccessToken: createVerifier(context, sources),
  };

  const app = createHttpServer(context, { logger, isGateway: isGatewayPath });
  answerUnknownRoutes(app, [...config.tokenPaths, introspectionPath, revocationPath]);

  tokenEndpoint(app, deps);
  introspectionEndpoint(app, deps);
  revocationEndpoint(app, deps);
  metadataEndpoint(app, deps);
  jwksEndpoint(app, deps);
  cutoffsEndpoint(app, deps);
  healthEndpoints(app, { keyRing: deps.keyRing, isDraining });
  openApiEndpoint(app, context);

  await app.register(fastifyCookie);
  homePage(app, context);
  developerPortal(app, context);
  managementApi(app, {
    context,
    hasher: deps.hasher,
    limits: deps.limits,
    refusals: new RefusalLog({
      write: (entry) => insertAuditEntry(context.database.queries, entry),
      count: (reason, origin) =>
        deps.decisions.record({ at: context.now(), outcome: 'refused', reason, clientId: undefined, origin }),
    }),
  });
  await consolePages(app, context);

  const guard = createInProcessGuard(context, sources);
  serveBelow(
    app,
    createGateway({
      guard: createInProcessGuard(
        context,
        oncePerTurn(sources, { dataVersion: () => context.database.dataVersion(), now: context.now }),
      ),
      trustedProxies: config.trustedProxies,
      logger,
      routePath: routePathOf(config),
      isDraining,
      now: context.now,
    }),
  );
  await app.register(
    createBinders({
      db: context.database.queries,
      guard,
      now: context.now,
      isUnavailable: isStoreUnavailable,
      errorsUrl: errorsUrlOf(config),
    }),
    {
      prefix: '/api',
    },
  );
  return app;
}

/** Verifies tokens for introspection and revocation exactly as the guard does, without a tenant header. */
function createVerifier(context: ActionContext, sources: GuardSources): OAuthDeps['verifyAccessToken'] {
  const guard = createInProcessGuard(context, sources, { requireTenantHeader: false });
  return async (token) => {
    try {
      return await guard.verify({ method: 'GET', headers: ['authorization', `Bearer ${token}`] });
    } catch (error) {
      if (error instanceof GuardError && error.status < 500) {
        return undefined;
      }
      throw error;
    }
  };
}

/** A guard in this process: it reads keys and cut-offs directly, not over HTTP. */
function createInProcessGuard(
  { config, now }: ActionContext,
  { keys, cutoffs }: GuardSources,
  options: Partial<GuardOptions> = {},
): Guard {
  return createGuard({
    ...options,
    issuer: config.publicUrl,
    audience: config.audience,
    tenantHeader: config.tenantHeaders,
    errorsUrl: errorsUrlOf(config),
    now,
    jwks: { source: keys },
    cutoffs: { source: cutoffs },
  });
}

function keySourceOf(keyRing: KeyRing): GuardSources['keys'] {
  return {
    async find(kid) {
      const key = await keyRing.find(kid);
      return key && { kid: key.kid, alg: key.algorithm, key: key.publicKey };
    },
  };
}
