import type { FastifyInstance } from 'fastify';
import { OAuthError } from '../errors.ts';
import { answerOAuthError, sendProblem } from './error-response.ts';

/** Answers 405 with `Allow` for a known path and 404 for any other, in the format of the endpoint. */
export function answerUnknownRoutes(app: FastifyInstance, oauthPaths: readonly string[]): void {
  const methods = new Map<string, Set<string>>();
  app.addHook('onRoute', (route) => {
    const known = methods.get(route.url) ?? new Set();
    methods.set(route.url, known);
    for (const method of [route.method].flat()) {
      known.add(method);
    }
  });
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0] ?? '/';
    const allowed = methods.get(path);
    if (allowed === undefined) {
      return sendProblem(request, reply, { status: 404, title: 'Not found' });
    }
    reply.header('allow', [...allowed].join(', '));
    return oauthPaths.includes(path)
      ? answerOAuthError(new OAuthError('method_not_allowed', 'send a POST request'), request, reply)
      : sendProblem(request, reply, { status: 405, title: 'Method not allowed' });
  });
}
