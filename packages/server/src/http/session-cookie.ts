import type {} from '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Config, isLoopbackUrl } from '../config.ts';
import { knownDeviceMilliseconds } from '../domain/known-device.ts';

/** The name of the session cookie: browsers accept the `__Host-` prefix only over https. */
export function cookieNameOf(config: Config): string {
  return isHttps(config) ? '__Host-bindery_session' : 'bindery_session';
}

/** Why signing in is disabled here, or null: plain http would expose the password and the cookie on the network. */
export function signInProblemOf(config: Config): string | null {
  return isHttps(config) || isLoopbackUrl(config.publicUrl)
    ? null
    : `signing in requires https: put a TLS proxy in front and set BINDERY_PUBLIC_URL to its https URL (now ${config.publicUrl})`;
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

/** The marks by which a browser shows who signed in with it before (`domain/known-device.ts`); they outlive the session. */
export function readDeviceCookie(config: Config, request: FastifyRequest): string | undefined {
  return request.cookies[deviceCookieNameOf(config)];
}

export function setDeviceCookie(config: Config, reply: FastifyReply, marks: string): void {
  const maxAge = knownDeviceMilliseconds / 1000;
  reply.setCookie(deviceCookieNameOf(config), marks, { ...cookieOptions(config), sameSite: 'strict', maxAge });
}

function deviceCookieNameOf(config: Config): string {
  return isHttps(config) ? '__Host-bindery_device' : 'bindery_device';
}

function cookieOptions(config: Config) {
  return { path: '/', httpOnly: true, secure: isHttps(config), sameSite: 'lax' } as const;
}

function isHttps(config: Config): boolean {
  return config.publicUrl.startsWith('https:');
}
