import type {} from '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Config, isLoopbackUrl } from '../config.ts';

/** The name of the session cookie: browsers take the `__Host-` prefix only from https. */
export function cookieNameOf(config: Config): string {
  return isHttps(config) ? '__Host-bindery_session' : 'bindery_session';
}

/** Why nobody may sign in here: over plain http the password and the cookie would travel readable for all. */
export function signInProblemOf(config: Config): string | null {
  return isHttps(config) || isLoopbackUrl(config.publicUrl)
    ? null
    : `signing in needs https: put TLS in front and set BINDERY_PUBLIC_URL to its https URL (it is ${config.publicUrl} now)`;
}

export function readSessionCookie(config: Config, request: FastifyRequest): string | undefined {
  return request.cookies[cookieNameOf(config)];
}

export function setSessionCookie(config: Config, reply: FastifyReply, token: string): void {
  reply.setCookie(cookieNameOf(config), token, cookieOptions(config));
}

export function clearSessionCookie(config: Config, reply: FastifyReply): void {
  reply.clearCookie(cookieNameOf(config), cookieOptions(config));
}

function cookieOptions(config: Config) {
  return { path: '/', httpOnly: true, secure: isHttps(config), sameSite: 'lax' } as const;
}

function isHttps(config: Config): boolean {
  return config.publicUrl.startsWith('https:');
}
