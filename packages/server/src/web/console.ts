import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { readBranding } from '../actions/branding.ts';
import type { ActionContext } from '../actions/context.ts';
import type { Config } from '../config.ts';
import { sendProblem } from '../http/error-response.ts';
import { SetupGate } from '../live/setup-gate.ts';

/** Where the console is built to, beside this package. */
const consoleFolder = new URL('../../../console/dist/', import.meta.url);

/** Serves the console's one page under all of its addresses, and its files. */
export async function consolePages(app: FastifyInstance, context: ActionContext): Promise<void> {
  const setup = new SetupGate(context);
  const template = readTemplate();
  if (template !== undefined) {
    await app.register(fastifyStatic, {
      root: new URL('assets/', consoleFolder),
      prefix: '/console/assets/',
      decorateReply: false,
      // Their names carry a hash of what is in them.
      maxAge: '365d',
      immutable: true,
      index: false,
      setHeaders: (response) => {
        response.header('x-content-type-options', 'nosniff');
      },
    });
  }
  const page = async (request: FastifyRequest, reply: FastifyReply) => {
    if (!(await setup.isSetUp())) {
      return wantsHtml(request)
        ? reply.redirect(`${pathOf(context.config)}/setup`)
        : sendProblem(request, reply, { ...setupRequired, type: `${context.config.publicUrl}${setupRequired.type}` });
    }
    return sendPage(reply, template, context.config);
  };
  app.get('/console', page);
  app.get('/console/*', page);
  app.get('/setup', async (request, reply) => {
    if (!(await setup.isSetUp())) {
      return sendPage(reply, template, context.config);
    }
    return wantsHtml(request)
      ? sendSetUpAlready(reply.code(404), context.config)
      : sendProblem(request, reply, { status: 404, title: 'Not found' });
  });
  app.get('/admin/branding/logo', async (request, reply) => {
    const { logo } = await readBranding(context);
    const match = /^data:(image\/(?:png|jpeg));base64,(.+)$/.exec(logo ?? '');
    if (match === null) {
      return sendProblem(request, reply, { status: 404, title: 'Not found' });
    }
    return reply
      .headers({
        'content-type': match[1],
        'cache-control': 'no-cache',
        'x-content-type-options': 'nosniff',
        'content-security-policy': "default-src 'none'",
      })
      .send(Buffer.from(match[2] ?? '', 'base64'));
  });
}

const setupRequired = {
  type: '/docs/errors#setup_required',
  status: 503,
  title: 'Not set up yet',
  code: 'setup_required',
  detail: 'this instance has no operator yet: open the setup link of the server',
};

/** The headers of a page that may run our own scripts only. */
export function pageHeaders(config: Config, nonce: string): Record<string, string> {
  return {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': [
      "default-src 'none'",
      `script-src 'self' 'nonce-${nonce}'`,
      `style-src 'self' 'nonce-${nonce}'`,
      "img-src 'self' data:",
      "font-src 'self'",
      "connect-src 'self'",
      "manifest-src 'self'",
      "base-uri 'self'",
      "form-action 'self'",
      "frame-ancestors 'none'",
    ].join('; '),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=()',
    // Only where it can be kept: a plain http instance would lock its visitors out.
    ...(config.publicUrl.startsWith('https:') ? { 'strict-transport-security': 'max-age=31536000' } : {}),
  };
}

/** A nonce for the style elements of one response. */
export function newNonce(): string {
  return randomBytes(16).toString('base64');
}

function sendPage(reply: FastifyReply, template: string | undefined, config: Config): FastifyReply {
  const nonce = newNonce();
  const page =
    template === undefined
      ? unbuiltPage
      : template
          .replaceAll('__BINDERY_NONCE__', nonce)
          .replaceAll('__BINDERY_BASE__', attribute(pathOf(config)))
          // By which the page finds out that it was opened elsewhere; `Host` may be what a proxy put there.
          .replaceAll('__BINDERY_PUBLIC_URL__', attribute(config.publicUrl));
  return reply.headers(pageHeaders(config, nonce)).send(page);
}

/** For whoever opens the setup link again: the way in, since the link is none any more. */
function sendSetUpAlready(reply: FastifyReply, config: Config): FastifyReply {
  const nonce = newNonce();
  return reply.headers(pageHeaders(config, nonce)).send(`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Set up already</title>
<style nonce="${nonce}">body{font:1rem/1.5 system-ui,sans-serif;margin:4rem auto;max-width:34rem;padding:0 1rem}</style>
<main>
<h1>Set up already</h1>
<p>This server has its operator, and a setup link is good once. <a href="${attribute(pathOf(config))}/console">Sign in</a></p>
</main>
`);
}

const unbuiltPage =
  '<!doctype html><html lang="en"><meta charset="utf-8"><title>Bindery</title><p>The console is not built: start the server once with <code>npm start</code>.';

function readTemplate(): string | undefined {
  const file = new URL('index.html', consoleFolder);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

function wantsHtml(request: FastifyRequest): boolean {
  return request.headers.accept?.includes('text/html') === true;
}

/** The path of the public URL, where Bindery is not at the root; empty where it is. */
function pathOf(config: Config): string {
  return new URL(config.publicUrl).pathname.replace(/\/$/, '');
}

function attribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
}
