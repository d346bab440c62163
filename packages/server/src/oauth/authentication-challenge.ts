import type { FastifyReply, FastifyRequest } from 'fastify';
import { OAuthError } from '../errors.ts';
import { answerOAuthError } from '../http/error-response.ts';

/** As `answerOAuthError`, with a challenge if the client used the Authorization header (RFC 6749 §5.2). */
export function answerWithChallenge(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error instanceof OAuthError && error.code === 'invalid_client' && request.headers.authorization !== undefined) {
    reply.header('www-authenticate', 'Basic realm="bindery", charset="UTF-8"');
  }
  return answerOAuthError(error, request, reply);
}
