import { existsSync, readFileSync } from 'node:fs';
import { type Language, languages } from './languages.ts';

/** The programs that the tests run. */
const examplesFolder = new URL('../../../../../examples/', import.meta.url);

/** Which of the reader's ids a sample contains; it reads the others from the environment. */
export type Known = 'nobody' | 'organization' | 'client';
export const knownLevels = ['nobody', 'organization', 'client'] as const satisfies readonly Known[];

/** One program in one language, as it is shown; `VALUE_` names are not filled in yet. */
export interface Sample {
  readonly language: Language;
  readonly text: Readonly<Record<Known, string>>;
}

/** A program by its name (`folder/file` without extension), in every language that it exists in. */
export function readSamples(name: string): Sample[] {
  return languages.flatMap((language) => {
    const file = new URL(`${name}.${language.ending}`, examplesFolder);
    if (!existsSync(file)) {
      return [];
    }
    const source = readFileSync(file, 'utf8').trimEnd();
    const shownTo = (known: Known): string => showSample(source, language.id, known);
    return [
      {
        language,
        text: { nobody: shownTo('nobody'), organization: shownTo('organization'), client: shownTo('client') },
      },
    ];
  });
}

/**
 * A program as it is shown: known values replace what it reads from the environment under `BINDERY_`; unknown ones are
 * read under their short names. Secrets are never inserted.
 */
export function showSample(source: string, language: Language['id'], known: Known): string {
  const literals: Readonly<Record<string, string>> = {
    URL: 'VALUE_IDENTITY_URL',
    API_URL: 'VALUE_API_URL',
    ...(known === 'nobody' ? {} : { ORGANIZATION_ID: 'VALUE_ORGANIZATION_ID' }),
    ...(known === 'client' ? { CLIENT_ID: 'VALUE_CLIENT_ID' } : {}),
  };
  return inserts[language](source, (name) => literals[name])
    .replaceAll(/VALUE_IDENTITY_URL\/(?:connect\/token|access_token)\b/g, 'VALUE_IDENTITY_URLVALUE_TOKEN_PATH')
    .replaceAll('x-tenant-id', 'VALUE_TENANT_HEADER')
    .replaceAll(/(\bscope["'\]]*\s*(?:=>|=|:)\s*["']?)public\b/g, '$1VALUE_SCOPE');
}

type LiteralOf = (name: string) => string | undefined;

/** How each language reads the environment, and what replaces that. */
const inserts: Readonly<Record<Language['id'], (source: string, literalOf: LiteralOf) => string>> = {
  shell: (source, literalOf) =>
    source
      .replaceAll(/\$(\{?)BINDERY_(\w+)(\}?)/g, (_, open, name, close) => literalOf(name) ?? `$${open}${name}${close}`)
      // How jq reads the environment.
      .replaceAll(/\benv\.BINDERY_(\w+)/g, (_, name) => {
        const literal = literalOf(name);
        return literal === undefined ? `env.${name}` : `"${literal}"`;
      }),
  php: (source, literalOf) =>
    source.replaceAll(/getenv\('BINDERY_(\w+)'\)( \. ')?/g, (_, name, joined = '') => {
      const literal = literalOf(name);
      if (literal === undefined) return `getenv('${name}')${joined}`;
      return joined === '' ? `'${literal}'` : `'${literal}`;
    }),
  python: (source, literalOf) =>
    source.replaceAll(/os\.environ\["BINDERY_(\w+)"\]( \+ ")?/g, (_, name, joined = '') => {
      const literal = literalOf(name);
      if (literal === undefined) return `os.environ["${name}"]${joined}`;
      return joined === '' ? `"${literal}"` : `"${literal}`;
    }),
  javascript: (source, literalOf) =>
    source
      .replaceAll(/const \{([^}]*)\} = process\.env;\n/g, (_, list: string) => {
        const read = [...list.matchAll(/BINDERY_(\w+)/g)]
          .map(([, name = '']) => name)
          .filter((name) => literalOf(name) === undefined);
        return read.length === 0 ? '' : `const { ${read.join(', ')} } = process.env;\n`;
      })
      .replaceAll(/\$\{BINDERY_(\w+)\}/g, (_, name) => literalOf(name) ?? `\${${name}}`)
      .replaceAll(/\bBINDERY_(\w+)/g, (_, name) => {
        const literal = literalOf(name);
        return literal === undefined ? name : `'${literal}'`;
      }),
  csharp: (source, literalOf) =>
    source
      .replaceAll(/\{Setting\("BINDERY_(\w+)"\)\}/g, (_, name) => literalOf(name) ?? `{Setting("${name}")}`)
      .replaceAll(/Setting\("BINDERY_(\w+)"\)/g, (_, name) => {
        const literal = literalOf(name);
        return literal === undefined ? `Setting("${name}")` : `"${literal}"`;
      }),
};
