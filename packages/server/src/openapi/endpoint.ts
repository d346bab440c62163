import type { FastifyInstance } from 'fastify';
import { readBranding } from '../actions/branding.ts';
import type { ActionContext } from '../actions/context.ts';
import { openApiDocument } from './document.ts';

/** The path of the OpenAPI document. */
export const openApiPath = '/openapi.json';

/** Serves the OpenAPI document. Pages of any site may read it, because everything in it is public. */
export function openApiEndpoint(app: FastifyInstance, context: ActionContext): void {
  const title = 'VALUE_TITLE';
  const template = JSON.stringify(openApiDocument(context.config, title));
  app.get(openApiPath, async (_request, reply) => {
    const { productName } = await readBranding(context);
    return reply
      .headers({
        'content-type': 'application/json; charset=utf-8',
        'cache-control': 'public, max-age=300',
        'x-content-type-options': 'nosniff',
        'access-control-allow-origin': '*',
      })
      .send(template.replace(JSON.stringify(title), () => JSON.stringify(`${productName} API`)));
  });
}
