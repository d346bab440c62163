import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { Config } from '../config.ts';
import { metadataPaths } from '../oauth/metadata.ts';
import { version } from '../version.ts';

/** `/`: what a person should see first; programs get the same as JSON. */
export function homePage(app: FastifyInstance, config: Config): void {
  const page = renderHome(config);
  const styleHash = createHash('sha256').update(style).digest('base64');
  app.get('/', (request, reply) => {
    reply.headers({ 'cache-control': 'no-cache', 'x-content-type-options': 'nosniff', vary: 'accept' });
    if (!request.headers.accept?.includes('text/html')) {
      return reply.send(linksOf(config));
    }
    return reply
      .headers({
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
        'referrer-policy': 'no-referrer',
      })
      .send(page);
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
  };
}

function renderHome(config: Config): string {
  const links = linksOf(config);
  const sample = `TOKEN=$(curl -s ${links.token_endpoint} \\
  -d grant_type=client_credentials \\
  -d client_id=$CLIENT_ID -d client_secret=$CLIENT_SECRET | jq -r .access_token)

curl -s ${links.api} \\
  -H "Authorization: Bearer $TOKEN" \\
  -H "${config.tenantHeaders[0]}: $ORGANIZATION_ID"`;
  const create = `npm run -s bindery -- org create --name "Acme"
npm run -s bindery -- client create --org ID --name "First client" --access read`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Bindery</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>Bindery is running</h1>
<p>It gives your API real access control: a program exchanges its client id and secret for a short-lived signed token, and the API sees on each request which organization calls and whether it may read or also write.</p>
<h2>Make an organization and an API client</h2>
<pre tabindex="0"><code>${escapeHtml(create)}</code></pre>
<h2>Get a token and call the API</h2>
<pre tabindex="0"><code>${escapeHtml(sample)}</code></pre>
<h2>For programs</h2>
<dl>
<dt>Issuer</dt><dd><code>${escapeHtml(links.issuer)}</code></dd>
<dt>Token endpoint</dt><dd><code>${escapeHtml(links.token_endpoint)}</code></dd>
<dt>Audience</dt><dd><code>${escapeHtml(config.audience)}</code></dd>
<dt>Metadata</dt><dd><a href="${escapeHtml(links.metadata)}">${escapeHtml(links.metadata)}</a></dd>
<dt>Keys</dt><dd><a href="${escapeHtml(config.publicUrl)}/.well-known/jwks.json">${escapeHtml(config.publicUrl)}/.well-known/jwks.json</a></dd>
</dl>
<p class="quiet">Version ${escapeHtml(version)}</p>
</main>
</body>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

const style = `
:root { color-scheme: light dark; --ink: #1c2024; --quiet: #5b6570; --paper: #fcfcfa; --block: #f1f1ec; --link: #0b5cad; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eaed; --quiet: #a2abb5; --paper: #15181b; --block: #20252a; --link: #7db8f5; } }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.6 system-ui, sans-serif; }
main { max-width: 46rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 .75rem; }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
pre { background: var(--block); border-radius: .5rem; padding: .9rem 1rem; overflow-x: auto; font-size: .875rem; line-height: 1.5; }
code { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
pre code { overflow-wrap: normal; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .35rem 1rem; margin: 0; font-size: .9rem; }
dt { color: var(--quiet); }
dd { margin: 0; min-width: 0; overflow-wrap: anywhere; }
a { color: var(--link); }
.quiet { color: var(--quiet); font-size: .875rem; margin-top: 2.5rem; }
@media (max-width: 30rem) { dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .6rem; } }
`;
