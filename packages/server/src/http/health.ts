import type { FastifyInstance } from 'fastify';
import type { KeyRing } from '../live/key-ring.ts';

/** The dependencies of the readiness check. */
export interface Readiness {
  readonly keyRing: KeyRing;
  readonly isDraining: () => boolean;
}

/** `/healthz`: the process is alive. `/readyz`: it can issue tokens now. */
export function healthEndpoints(app: FastifyInstance, readiness: Readiness): void {
  app.get('/healthz', (_request, reply) => reply.headers(headers).send({ status: 'ok' }));
  app.get('/readyz', async (request, reply) => {
    const checks = {
      accepting: readiness.isDraining() ? 'draining' : 'ok',
      store_and_signing_key: await readiness.keyRing
        .refresh()
        .then(() => readiness.keyRing.signer())
        .then(
          () => 'ok',
          (error: unknown) => {
            request.log.error({ err: error }, 'not ready');
            return 'failed';
          },
        ),
    };
    const isReady = Object.values(checks).every((check) => check === 'ok');
    return reply
      .code(isReady ? 200 : 503)
      .headers(headers)
      .send({ status: isReady ? 'ok' : 'unavailable', checks });
  });
}

const headers = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };
