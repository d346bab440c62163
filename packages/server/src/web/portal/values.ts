import type { Config } from '../../config.ts';
import { basePathOf } from '../../http/base-path.ts';
import { escapeHtml } from '../escape-html.ts';

/**
 * The values of an instance that pages and samples leave open until they are shown, as `VALUE_` and the name. The names
 * are plain words to Markdown and to every language, so a text can be parsed and highlighted before it is filled.
 */
export interface Values {
  /** The path of the public URL; empty at the root of a host. */
  readonly BASE: string;
  /** The query that links keep, with its question mark; empty if there is none. */
  readonly QUERY: string;
  readonly IDENTITY_URL: string;
  readonly IDENTITY_HOST: string;
  readonly API_URL: string;
  readonly API_HOST: string;
  readonly AUDIENCE: string;
  readonly TOKEN_PATH: string;
  readonly TENANT_HEADER: string;
  readonly SCOPE: string;
  readonly LIFETIME: string;
  readonly PRODUCT: string;
  readonly CLIENT_ID: string;
  readonly ORGANIZATION_ID: string;
}

const pattern =
  /VALUE_(BASE|QUERY|IDENTITY_URL|IDENTITY_HOST|API_URL|API_HOST|AUDIENCE|TOKEN_PATH|TENANT_HEADER|SCOPE|LIFETIME|PRODUCT|CLIENT_ID|ORGANIZATION_ID)/g;

/** Ids that nobody has: what pages are written with, and what a reader sees who is not signed in. */
export const exampleIds = {
  CLIENT_ID: 'client_4fJq0xT7mZ2sVb9LwR3cNa',
  ORGANIZATION_ID: '6f1f3c52-0d0c-4c8e-9a51-5a3f2f6f0f10',
};

/** The values of an instance, with the ids of a signed-in reader. */
export function valuesOf(
  config: Config,
  more: {
    readonly product: string;
    readonly query?: string;
    readonly clientId?: string;
    readonly organizationId?: string;
  },
): Values {
  return {
    BASE: basePathOf(config),
    QUERY: more.query ?? '',
    IDENTITY_URL: plain(config.publicUrl),
    IDENTITY_HOST: new URL(config.publicUrl).host,
    API_URL: plain(config.apiUrl),
    API_HOST: new URL(config.apiUrl).host,
    AUDIENCE: plain(config.audience),
    TOKEN_PATH: config.tokenPaths[0] ?? '',
    TENANT_HEADER: config.tenantHeaders[0] ?? '',
    SCOPE: plain(config.scopes[0] ?? ''),
    LIFETIME: String(config.accessTokenLifetimeSeconds),
    PRODUCT: more.product,
    CLIENT_ID: more.clientId ?? exampleIds.CLIENT_ID,
    ORGANIZATION_ID: more.organizationId ?? exampleIds.ORGANIZATION_ID,
  };
}

/** Fills a text that is not HTML. */
export function fillText(text: string, values: Values): string {
  return text.replaceAll(pattern, (_, name: keyof Values) => values[name]);
}

/** Fills HTML. */
export function fillHtml(html: string, values: Values): string {
  return html.replaceAll(pattern, (_, name: keyof Values) => escapeHtml(values[name]));
}

/** Percent-encodes what would end a string or begin a variable in one of the languages. */
function plain(text: string): string {
  return text.replaceAll(/['$`\\]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}
