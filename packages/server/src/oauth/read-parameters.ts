import type { FastifyRequest } from 'fastify';
import { type Parameters, parseParameters } from './parameters.ts';

/** The parameters of a request, from its body. */
export function readParameters(request: FastifyRequest): Parameters {
  const mark = request.url.indexOf('?');
  return parseParameters({
    contentType: request.headers['content-type'],
    contentEncoding: request.headers['content-encoding'],
    query: mark === -1 ? '' : request.url.slice(mark + 1),
    body: request.body instanceof Buffer ? request.body : Buffer.alloc(0),
  });
}
