import { jwksPath } from '@bindery/guard/issuer';
import type { FastifyInstance } from 'fastify';
import { readBranding } from '../actions/branding.ts';
import type { ActionContext } from '../actions/context.ts';
import { commandName } from '../command-name.ts';
import type { Config } from '../config.ts';
import type { Branding } from '../domain/branding.ts';
import { basePathOf } from '../http/base-path.ts';
import { SetupGate } from '../live/setup-gate.ts';
import { metadataPaths } from '../oauth/metadata.ts';
import { openApiPath } from '../openapi/endpoint.ts';
import { version } from '../version.ts';
import { escapeHtml } from './escape-html.ts';
import { newNonce, pageHeaders } from './page-headers.ts';

/** `/`: a page with links for people, JSON with the same addresses for programs. */
export function homePage(app: FastifyInstance, context: ActionContext): void {
  const { config } = context;
  const setup = new SetupGate(context);
  app.get('/', async (request, reply) => {
    reply.headers({ 'cache-control': 'no-cache', 'x-content-type-options': 'nosniff', vary: 'accept' });
    if (!request.headers.accept?.includes('text/html')) {
      return reply.send(linksOf(config));
    }
    const branding = await readBranding(context);
    const isSetUp = await setup.isSetUp();
    const nonce = newNonce();
    return reply
      .headers({ ...pageHeaders(config, nonce), 'cache-control': 'no-cache', vary: 'accept' })
      .send(renderHome(config, branding, isSetUp, nonce));
  });
}

function linksOf(config: Config) {
  return {
    name: 'Bindery',
    version,
    issuer: config.publicUrl,
    metadata: config.publicUrl + metadataPaths[0],
    token_endpoint: config.publicUrl + config.tokenPaths[0],
    api: `${config.apiUrl}/api/binders`,
    documentation: `${config.publicUrl}/docs`,
    openapi: config.publicUrl + openApiPath,
  };
}

function renderHome(config: Config, branding: Branding, isSetUp: boolean, nonce: string): string {
  const links = linksOf(config);
  const base = basePathOf(config);
  const logo = branding.logo === null ? '' : `<img src="${base}/admin/branding/logo" alt="" width="40" height="40">`;
  const first = isSetUp
    ? card(`${base}/console`, 'Console', 'Create API clients, rotate their secrets, see their activity.', true)
    : card(
        `${base}/setup`,
        'Set up',
        'This instance has no operator yet. Create the first operator and organization.',
        true,
      );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(branding.productName)}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${base}/docs/assets/brand.css">
<style nonce="${nonce}">${style}</style>
</head>
<body>
<main>
<header>${logo}<h1><bdi>${escapeHtml(branding.productName)}</bdi></h1></header>
<p>Programs exchange a client id and secret for a short-lived access token. With every call, the API knows which organization is calling and whether it may read or also write.</p>
<div class="cards">
${first}
${card(`${base}/docs`, 'Documentation', 'Get an access token, call the API, look up an error.', false)}
</div>
${isSetUp ? '' : setupHelp}
<h2>Endpoints</h2>
<dl>
<dt>Issuer</dt><dd><code>${escapeHtml(links.issuer)}</code></dd>
<dt>Token endpoint</dt><dd><code>${escapeHtml(links.token_endpoint)}</code></dd>
<dt>Audience</dt><dd><code>${escapeHtml(config.audience)}</code></dd>
<dt>Metadata</dt><dd><a href="${base}${metadataPaths[0]}">${escapeHtml(links.metadata)}</a></dd>
<dt>Signing keys</dt><dd><a href="${base}${jwksPath}">${escapeHtml(config.publicUrl)}${jwksPath}</a></dd>
<dt>OpenAPI</dt><dd><a href="${base}${openApiPath}">${escapeHtml(links.openapi)}</a></dd>
</dl>
<p class="quiet">Bindery ${escapeHtml(version)}</p>
</main>
</body>
</html>
`;
}

const setupHelp = `<p class="quiet">The setup page asks for the token in the link that the server printed when it started. <code>${commandName} setup-token</code> creates a new link.</p>`;

function card(href: string, title: string, text: string, isFirst: boolean): string {
  return `<a class="card${isFirst ? ' first' : ''}" href="${href}"><strong>${title}</strong><span>${text}</span></a>`;
}

const style = `
:root { color-scheme: light dark; --ink: #1c2126; --quiet: #57616b; --paper: #ffffff; --line: #dfe3e7; --accent: #0b5fa8; }
@media (prefers-color-scheme: dark) { :root { --ink: #e3e7ea; --quiet: #a3adb6; --paper: #14171a; --line: #2c3238; --accent: #77b7f2; } }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.6 system-ui, sans-serif; }
main { max-width: 46rem; margin: 0 auto; padding: 3rem 1.25rem 4rem; }
header { display: flex; align-items: center; gap: .8rem; margin: 0 0 .75rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 2.25rem 0 .6rem; }
img { object-fit: contain; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 16rem), 1fr)); gap: 1rem; margin: 1.75rem 0 1rem; }
.card { display: block; padding: 1rem 1.15rem; border: 1px solid var(--line); border-radius: 8px; color: var(--ink); text-decoration: none; }
.card strong { display: block; font-size: 1.05rem; color: var(--accent); }
.card span { color: var(--quiet); font-size: .925rem; }
.card.first, .card:hover { border-color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
code { font: .9em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .35rem 1rem; margin: 0; font-size: .925rem; }
dt { color: var(--quiet); }
dd { margin: 0; min-width: 0; overflow-wrap: anywhere; }
a { color: var(--accent); }
.quiet { color: var(--quiet); font-size: .875rem; }
main > .quiet:last-child { margin-top: 2.5rem; }
@media (max-width: 30rem) { dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .6rem; } }
`;
