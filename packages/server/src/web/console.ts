import { existsSync, readFileSync } from 'node:fs';
import { errorsPath } from '@bindery/guard/issuer';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { readBranding } from '../actions/branding.ts';
import type { ActionContext } from '../actions/context.ts';
import type { Config } from '../config.ts';
import { basePathOf } from '../http/base-path.ts';
import { sendProblem } from '../http/error-response.ts';
import { SetupGate } from '../live/setup-gate.ts';
import { escapeHtml } from './escape-html.ts';
import { newNonce, pageHeaders } from './page-headers.ts';

/** The console's build output, in the package next to this one. */
const consoleFolder = new URL('../../../console/dist/', import.meta.url);

/** Serves the console: one page at every console path, and its assets. */
export async function consolePages(app: FastifyInstance, context: ActionContext): Promise<void> {
  const setup = new SetupGate(context);
  const template = readTemplate();
  if (template !== undefined) {
    await app.register(fastifyStatic, {
      root: new URL('assets/', consoleFolder),
      prefix: '/console/assets/',
      decorateReply: false,
      // File names contain a content hash.
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
        ? reply.redirect(`${basePathOf(context.config)}/setup`)
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
      ? sendAlreadySetUp(reply.code(404), context.config)
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
  type: `${errorsPath}#setup_required`,
  status: 503,
  title: 'Not set up yet',
  code: 'setup_required',
  detail: 'this instance has no operator yet: open the setup link that the server printed',
};

function sendPage(reply: FastifyReply, template: string | undefined, config: Config): FastifyReply {
  const nonce = newNonce();
  const page =
    template === undefined
      ? unbuiltPage
      : template
          .replaceAll('__BINDERY_NONCE__', nonce)
          .replaceAll('__BINDERY_BASE__', escapeHtml(basePathOf(config)))
          // Lets the page notice that it was opened at another address; a proxy may have changed `Host`.
          .replaceAll('__BINDERY_PUBLIC_URL__', escapeHtml(config.publicUrl));
  return reply.headers(pageHeaders(config, nonce)).send(page);
}

/** For anyone who opens a used setup link: the link to sign in. */
function sendAlreadySetUp(reply: FastifyReply, config: Config): FastifyReply {
  const nonce = newNonce();
  return reply.headers(pageHeaders(config, nonce)).send(`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Already set up</title>
<style nonce="${nonce}">body{font:1rem/1.5 system-ui,sans-serif;margin:4rem auto;max-width:34rem;padding:0 1rem}</style>
<main>
<h1>Already set up</h1>
<p>This server already has an operator, and a setup link works only once. <a href="${escapeHtml(basePathOf(config))}/console">Sign in</a></p>
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
