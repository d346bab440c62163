/** The values that the samples read from the environment. */
export interface SampleValues {
  readonly issuer: string;
  readonly tokenUrl: string;
  readonly apiUrl: string;
  readonly tenantHeader: string;
  readonly scope: string;
  readonly organizationId: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

export type SampleLanguage = 'shell' | 'php' | 'python' | 'javascript' | 'csharp';

/** A sample with values in place of its environment variables. */
export function fillSample(language: SampleLanguage, text: string, values: SampleValues): string {
  const settings = settingsOf(values);
  const tokenPath = values.tokenUrl.startsWith(values.issuer)
    ? values.tokenUrl.slice(values.issuer.length)
    : '/connect/token';
  const addressed = text
    .replaceAll('/connect/token', tokenPath)
    .replaceAll('x-tenant-id', values.tenantHeader)
    .replaceAll(/(\bscope["'\]]*\s*(?:=>|=|:)\s*["']?)public\b/g, (_, before: string) => before + plain(values.scope));
  return fillers[language](addressed, settings).trimEnd();
}

/** The values as the text of an `.env` file. */
export function toEnvFile(values: SampleValues): string {
  const lines = Object.entries({ ...settingsOf(values), BINDERY_TOKEN_URL: values.tokenUrl });
  return `${lines.map(([name, value]) => `${name}=${value}`).join('\n')}\n`;
}

type Settings = Readonly<Record<string, string>>;

function settingsOf(values: SampleValues): Settings {
  return {
    BINDERY_URL: values.issuer,
    BINDERY_API_URL: values.apiUrl,
    BINDERY_ORGANIZATION_ID: values.organizationId,
    BINDERY_CLIENT_ID: values.clientId,
    BINDERY_CLIENT_SECRET: values.clientSecret,
  };
}

const fillers: Readonly<Record<SampleLanguage, (text: string, settings: Settings) => string>> = {
  shell: (text, settings) => {
    const lines = Object.entries(settings).map(([name, value]) => `${name}='${value.replaceAll("'", "'\\''")}'`);
    return text.replace(/^set -euo pipefail$/m, (line) => [line, '', ...lines].join('\n'));
  },
  php: (text, settings) =>
    text.replace(/getenv\('(\w+)'\)/g, (_, name: string) => `'${settingOf(settings, name).replace(/['\\]/g, '\\$&')}'`),
  python: (text, settings) =>
    text
      .replace(/^import os\n/m, '')
      .replace(/os\.environ\["(\w+)"\]/g, (_, name: string) => JSON.stringify(settingOf(settings, name))),
  javascript: (text, settings) =>
    text.replace(/^const \{([^}]+)\} = process\.env;$/m, (_, names: string) =>
      names
        .split(',')
        .map((name) => name.trim())
        .filter((name) => name !== '')
        .map((name) => `const ${name} = ${JSON.stringify(settingOf(settings, name))};`)
        .join('\n'),
    ),
  csharp: (text, settings) =>
    text
      .replace(/^\/\/ The tests .*\n/m, '')
      .replace(/\nstatic string Setting\(string name\) =>\n.*\n/, '')
      .replace(/\{Setting\("(\w+)"\)\}/g, (_, name: string) => settingOf(settings, name))
      .replace(/Setting\("(\w+)"\)/g, (_, name: string) => JSON.stringify(settingOf(settings, name))),
};

/** Percent-encodes what would end a string or start a variable in one of the languages. */
function plain(text: string): string {
  return text.replaceAll(/['$`]/g, (character) => `%${character.charCodeAt(0).toString(16)}`);
}

function settingOf(settings: Settings, name: string): string {
  return settings[name] ?? '';
}
