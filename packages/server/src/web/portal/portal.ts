import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { readBranding } from '../../actions/branding.ts';
import type { ActionContext } from '../../actions/context.ts';
import type { Branding } from '../../domain/branding.ts';
import { basePathOf } from '../../http/base-path.ts';
import { etagOf, isCached } from '../../http/etag.ts';
import { escapeHtml } from '../escape-html.ts';
import { newNonce, pageHeaders } from '../page-headers.ts';
import { portalAssets } from './assets.ts';
import { brandStyle } from './brand-style.ts';
import { type Content, introduction, moved, type PortalPage, readContent } from './content.ts';
import { type Highlight, readHighlighted } from './highlighted.ts';
import { type LanguageId, languages } from './languages.ts';
import { type Frame, readerForm, renderLayout } from './layout.ts';
import { type Reader, readReader } from './reader.ts';
import { hasSamples, renderMarkdown, renderPage } from './render-page.ts';
import type { Known } from './samples.ts';
import { search, searchEntries } from './search.ts';
import { fillHtml, fillText, type Values, valuesOf } from './values.ts';

const excerptLengthMax = 160;

interface Asked {
  Querystring: { lang?: unknown; client?: unknown; q?: unknown };
  Params: { '*'?: string };
}

/** Serves the developer portal at `/docs`, each page also as Markdown, and `/llms.txt`. */
export function developerPortal(app: FastifyInstance, context: ActionContext): void {
  const portal = new Portal(context, portalAssets(app));
  app.get<Asked>('/docs', (request, reply) => portal.sendPage(request, reply, introduction));
  app.get<Asked>('/docs/search', (request, reply) => portal.sendFound(request, reply));
  app.get('/docs/search.json', (request, reply) => portal.sendIndex(request, reply));
  app.get('/docs/assets/brand.css', (request, reply) => portal.sendBrand(request, reply));
  app.get('/llms.txt', (request, reply) => portal.sendOverview(request, reply));
  app.get<Asked>('/docs/*', (request, reply) => {
    const slug = request.params['*'] ?? '';
    if (slug === '' || slug === introduction) {
      return reply.redirect(`${basePathOf(context.config)}/docs`, 301);
    }
    const isMarkdown = slug.endsWith('.md');
    const [target, fragment] = moved[isMarkdown ? slug.slice(0, -'.md'.length) : slug]?.split('#') ?? [];
    if (target !== undefined) {
      const address = isMarkdown ? `${target}.md` : `${target}#${fragment}`;
      return reply.redirect(`${basePathOf(context.config)}/docs/${address}`, 301);
    }
    return isMarkdown
      ? portal.sendMarkdown(request, reply, slug.slice(0, -'.md'.length))
      : portal.sendPage(request, reply, slug);
  });
}

class Portal {
  readonly #context: ActionContext;
  readonly #asset: (name: string) => string;
  // Read on first use, so that the start does not wait for them.
  #content: Content | undefined;
  #highlight: Highlight | undefined;

  constructor(context: ActionContext, asset: (name: string) => string) {
    this.#context = context;
    this.#asset = asset;
  }

  async sendPage(request: FastifyRequest<Asked>, reply: FastifyReply, slug: string): Promise<FastifyReply> {
    const { frame, values, known } = await this.#frameFor(request);
    const page = this.#pageOf(slug);
    if (page === undefined) {
      return this.#sendHtml(request, reply.code(404), frame, values, {
        title: 'Not found',
        content: plainRow('Not found', '<p>There is no such page. Use the navigation or the search.</p>'),
      });
    }
    const withSamples = hasSamples(page);
    const lead = withSamples ? readerForm(frame) : '';
    const content = renderPage(page, this.#contentNow(), this.#highlightNow(), {
      language: frame.language,
      known,
      lead,
    });
    return this.#sendHtml(request, reply, frame, values, { title: page.title, page, hasSamples: withSamples, content });
  }

  async sendFound(request: FastifyRequest<Asked>, reply: FastifyReply): Promise<FastifyReply> {
    const { frame, values } = await this.#frameFor(request);
    const question = textOf(request.query.q)?.slice(0, 100) ?? '';
    const found = search(searchEntries(frame.pages), question);
    const items = found.map(({ page, heading, href, text }) => {
      const [path = '', fragment] = href.split('#', 2);
      const link = `VALUE_BASE${path}VALUE_QUERY${fragment === undefined ? '' : `#${fragment}`}`;
      return `<li><a href="${link}">${escapeHtml(heading)}</a> <small>${escapeHtml(page)}</small><p>${escapeHtml(excerptOf(text))}</p></li>`;
    });
    // The question must not be filled in as if it were a value.
    const list = fillHtml(
      items.length === 0 ? '<p>No results.</p>' : `<ul class="results">${items.join('')}</ul>`,
      values,
    );
    return this.#sendHtml(request, reply, frame, values, {
      title: 'Search',
      content: plainRow('Search', list),
      question,
    });
  }

  async sendMarkdown(request: FastifyRequest<Asked>, reply: FastifyReply, slug: string): Promise<FastifyReply> {
    const { frame, values, known } = await this.#frameFor(request);
    const page = this.#pageOf(slug);
    const text =
      page === undefined
        ? '# Not found\n'
        : renderMarkdown(page, this.#contentNow(), { language: frame.language, known }, values);
    return this.#send(request, reply.code(page === undefined ? 404 : 200), text, {
      'content-type': 'text/markdown; charset=utf-8',
      'cache-control': cacheControlOf(frame.reader),
      vary: 'cookie',
    });
  }

  async sendIndex(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { productName } = await readBranding(this.#context);
    const values = valuesOf(this.#context.config, { product: productName });
    const entries = searchEntries(this.#contentNow().pages).map(({ page, heading, href, text }) => ({
      page: fillText(page, values),
      heading: fillText(heading, values),
      href,
      text: fillText(text, values),
    }));
    return this.#send(request, reply, JSON.stringify(entries), {
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-cache',
    });
  }

  async sendBrand(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    return this.#send(request, reply, brandStyle(await readBranding(this.#context)), {
      'content-type': 'text/css; charset=utf-8',
      'cache-control': 'no-cache',
      'cross-origin-resource-policy': 'same-origin',
    });
  }

  /** `/llms.txt`: an overview for language models. */
  async sendOverview(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { config } = this.#context;
    const { productName } = await readBranding(this.#context);
    const groups = [...Map.groupBy(this.#contentNow().pages, ({ group }) => group)].map(([group, pages]) => {
      const lines = pages.map(({ slug, title }) => `- [${title}](${config.publicUrl}/docs/${slug}.md)`);
      return `## ${group}\n\n${lines.join('\n')}`;
    });
    const text = `# ${productName}

> How programs get an access token (OAuth 2.0 client credentials) at ${config.publicUrl} and call the API at ${config.apiUrl} on behalf of one organization.

Every page is Markdown; \`?lang=\` chooses the language of its samples: ${languages.map(({ id }) => id).join(', ')}.
OpenAPI: ${config.publicUrl}/openapi.json

${groups.join('\n\n')}
`;
    return this.#send(request, reply, text, {
      'content-type': 'text/plain; charset=utf-8',
      'cache-control': 'no-cache',
    });
  }

  async #frameFor(request: FastifyRequest<Asked>): Promise<{ frame: Frame; values: Values; known: Known }> {
    const { config } = this.#context;
    const branding: Branding = await readBranding(this.#context);
    const asked = languages.find(({ id }) => id === request.query.lang);
    const chosen = textOf(request.query.client);
    const reader = await readReader(this.#context, request, chosen);
    const query = new URLSearchParams({
      ...(asked === undefined ? {} : { lang: asked.id }),
      ...(reader?.clientId !== undefined && reader.clientId === chosen ? { client: chosen } : {}),
    }).toString();
    const language: LanguageId = asked?.id ?? languages[0].id;
    const frame: Frame = {
      base: basePathOf(config),
      branding,
      pages: this.#contentNow().pages,
      query: query === '' ? '' : `?${query}`,
      language,
      reader,
      asset: this.#asset,
    };
    const values = valuesOf(config, {
      product: branding.productName,
      query: frame.query,
      ...(reader === undefined ? {} : { organizationId: reader.organizationId }),
      ...(reader?.clientId === undefined ? {} : { clientId: reader.clientId }),
    });
    const known = reader === undefined ? 'nobody' : reader.clientId === undefined ? 'organization' : 'client';
    return { frame, values, known };
  }

  #sendHtml(
    request: FastifyRequest,
    reply: FastifyReply,
    frame: Frame,
    values: Values,
    body: {
      readonly title: string;
      readonly content: string;
      readonly page?: PortalPage;
      readonly hasSamples?: boolean;
      readonly question?: string;
    },
  ): FastifyReply {
    const { content, page, question } = body;
    // Filled separately: the frame's branding and reader are final.
    const html = renderLayout(frame, {
      title: fillText(body.title, values),
      page,
      hasSamples: body.hasSamples ?? false,
      content: question === undefined ? fillHtml(content, values) : content,
      ...(question === undefined ? {} : { question }),
    });
    return this.#send(request, reply, html, {
      ...pageHeaders(this.#context.config, newNonce()),
      'cache-control': cacheControlOf(frame.reader),
      vary: 'cookie',
    });
  }

  /** With an ETag, so that an unchanged page is not sent again (RFC 9110 §13.1.2). */
  #send(
    request: FastifyRequest,
    reply: FastifyReply,
    text: string,
    headers: Readonly<Record<string, string>>,
  ): FastifyReply {
    const etag = etagOf(text);
    reply.headers({ 'x-content-type-options': 'nosniff', ...headers, etag });
    return reply.statusCode === 200 && isCached(request, etag) ? reply.code(304).send() : reply.send(text);
  }

  #pageOf(slug: string): PortalPage | undefined {
    return this.#contentNow().pages.find((page) => page.slug === slug);
  }

  #contentNow(): Content {
    this.#content ??= readContent(this.#context.config);
    return this.#content;
  }

  #highlightNow(): Highlight {
    this.#highlight ??= readHighlighted();
    return this.#highlight;
  }
}

function plainRow(title: string, html: string): string {
  return `<section class="row"><div class="prose"><h1>${title}</h1>${html}</div><div class="code"></div></section>`;
}

/** The beginning of a section's text, cut between words. */
function excerptOf(text: string): string {
  const beginning = text.slice(0, excerptLengthMax);
  return text.length <= excerptLengthMax ? text : `${beginning.slice(0, beginning.lastIndexOf(' ')).trimEnd()} …`;
}

/** A page for a signed-in reader must not be cached. */
function cacheControlOf(reader: Reader | undefined): string {
  return reader === undefined ? 'no-cache' : 'no-store';
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
