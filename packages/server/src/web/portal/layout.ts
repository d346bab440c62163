import type { Branding } from '../../domain/branding.ts';
import { escapeHtml } from '../escape-html.ts';
import type { PortalPage } from './content.ts';
import { type LanguageId, languages } from './languages.ts';
import type { Reader } from './reader.ts';
import { pathOf } from './search.ts';

/** The frame around every page. */
export interface Frame {
  readonly base: string;
  readonly branding: Branding;
  readonly pages: readonly PortalPage[];
  /** The query that links keep. */
  readonly query: string;
  readonly language: LanguageId;
  readonly reader: Reader | undefined;
  /** The versioned name of an asset, by its file name. */
  readonly asset: (name: string) => string;
}

/** The contents of the frame. */
export interface Body {
  readonly title: string;
  /** The page, if it is in the navigation. */
  readonly page: PortalPage | undefined;
  readonly hasSamples: boolean;
  /** HTML. */
  readonly content: string;
  readonly question?: string;
}

/** A whole page, as HTML. */
export function renderLayout(frame: Frame, body: Body): string {
  const { base, branding, asset } = frame;
  const twin =
    body.page === undefined
      ? ''
      : `<link rel="alternate" type="text/markdown" href="${base}/docs/${body.page.slug}.md">\n`;
  return `<!doctype html>
<html lang="en" data-base="${escapeHtml(base)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(body.title)} · ${escapeHtml(branding.productName)}</title>
<link rel="stylesheet" href="${base}/docs/assets/${asset('portal.css')}">
<link rel="stylesheet" href="${base}/docs/assets/brand.css">
<link rel="icon" href="data:,">
${twin}<script type="module" src="${base}/docs/assets/${asset('portal.js')}"></script>
</head>
<body>
<a class="skip" href="#content">Skip to content</a>
<header class="top">${brand(frame)}<a class="menu" href="#navigation">Menu</a></header>
${navigation(frame, body)}
<main id="content" tabindex="-1"${body.hasSamples ? ' class="has-samples"' : ''}>
${body.hasSamples ? tabs(frame, body) : ''}
${body.content}
${pager(frame, body.page)}
</main>
</body>
</html>
`;
}

function brand({ base, branding, query }: Frame): string {
  const logo = branding.logo === null ? '' : `<img src="${base}/admin/branding/logo" alt="" width="28" height="28">`;
  return `<a class="brand" href="${base}/docs${escapeHtml(query)}">${logo}<bdi>${escapeHtml(branding.productName)}</bdi></a>`;
}

function navigation(frame: Frame, { page, question = '' }: Body): string {
  const groups = [...Map.groupBy(frame.pages, ({ group }) => group)].map(
    ([group, pages]) =>
      `<h2>${escapeHtml(group)}</h2>\n<ul>\n${pages.map((one) => entry(frame, one, one === page)).join('\n')}\n</ul>`,
  );
  return `<nav id="navigation" aria-label="Pages">
<div class="head">${brand(frame)}<a class="menu" href="#content">Close</a></div>
<form class="search" role="search" action="${frame.base}/docs/search">
<input type="search" name="q" value="${escapeHtml(question)}" aria-label="Search" placeholder="Search" autocomplete="off" spellcheck="false">
<ul class="found" aria-live="polite" hidden></ul>
</form>
<div class="pages">
${groups.join('\n')}
</div>
<p class="help">Need help? ${contact(frame.branding)}</p>
</nav>`;
}

function entry(frame: Frame, page: PortalPage, isCurrent: boolean): string {
  const href = `${frame.base}${pathOf(page.slug)}${escapeHtml(frame.query)}`;
  const link = `<a href="${href}"${isCurrent ? ' aria-current="page"' : ''}>${escapeHtml(page.title)}</a>`;
  const inner = isCurrent ? page.sections.filter(({ level }) => level === 2) : [];
  if (inner.length === 0) {
    return `<li>${link}</li>`;
  }
  const links = inner.map(({ id, heading }) => `<li><a href="#${id}">${escapeHtml(heading)}</a></li>`);
  return `<li>${link}\n<ul>${links.join('')}</ul></li>`;
}

function contact({ contact: address }: Branding): string {
  return address === null
    ? 'Ask an owner of your organization.'
    : `<a href="mailto:${escapeHtml(encodeURIComponent(address).replace('%40', '@'))}">Contact us</a>`;
}

/** Links, so that they work without the script, which only makes them faster. */
function tabs(frame: Frame, { page }: Body): string {
  const path = `${frame.base}${pathOf(page?.slug ?? '')}`;
  const client = new URLSearchParams(frame.query).get('client');
  const links = languages.map(({ id, label }) => {
    const query = new URLSearchParams({ lang: id, ...(client === null ? {} : { client }) });
    const current = id === frame.language ? ' aria-current="true"' : '';
    return `<a href="${path}?${escapeHtml(query.toString())}" data-lang="${id}"${current}>${label}</a>`;
  });
  return `<nav class="languages" aria-label="Language of the samples">${links.join('')}</nav>`;
}

/** The form in which a signed-in reader chooses the client whose ids the samples contain. */
export function readerForm({ reader, language, query }: Frame): string {
  if (reader === undefined) {
    return '';
  }
  const groups = reader.organizations
    .filter(({ clients }) => clients.length > 0)
    .map(({ name, clients }) => {
      const options = clients.map(({ id, name: clientName }) => {
        const selected = id === reader.clientId ? ' selected' : '';
        return `<option value="${escapeHtml(id)}"${selected}>${escapeHtml(clientName)}</option>`;
      });
      return `<optgroup label="${escapeHtml(name)}">${options.join('')}</optgroup>`;
    });
  const organization = reader.organizations.find(({ id }) => id === reader.organizationId)?.name ?? '';
  const lang = new URLSearchParams(query).has('lang') ? `<input type="hidden" name="lang" value="${language}">` : '';
  const secret = 'The secret is never shown here: set it in the environment as <code>CLIENT_SECRET</code>.';
  if (groups.length === 0) {
    return `<p class="reader">The samples contain the id of ${escapeHtml(organization)}, which has no API client yet. ${secret}</p>`;
  }
  return `<form class="reader"><label for="client">The samples contain the ids of</label>
<select id="client" name="client">${groups.join('')}</select>${lang}
<button>Show</button><p>${secret}</p></form>`;
}

function pager(frame: Frame, page: PortalPage | undefined): string {
  const index = page === undefined ? -1 : frame.pages.indexOf(page);
  if (index < 0) {
    return '';
  }
  const link = (other: PortalPage | undefined, label: string, rel: string): string =>
    other === undefined
      ? '<span></span>'
      : `<a rel="${rel}" href="${frame.base}${pathOf(other.slug)}${escapeHtml(frame.query)}"><small>${label}</small> ${escapeHtml(other.title)}</a>`;
  return `<nav class="pager" aria-label="Previous and next page">${link(frame.pages[index - 1], 'Previous', 'prev')}${link(frame.pages[index + 1], 'Next', 'next')}</nav>`;
}
