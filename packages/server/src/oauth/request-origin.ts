import type { FastifyRequest } from 'fastify';
import type { Decision } from '../domain/token-decision.ts';

/** Where a request comes from, as the audit log records it. */
export function originOf(request: FastifyRequest): Decision['origin'] {
  return { address: request.callerAddress, userAgent: request.headers['user-agent'] ?? null, requestId: request.id };
}
