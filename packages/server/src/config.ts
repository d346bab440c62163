import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type GrantType, grantsOf } from './domain/access.ts';
import { ConfigurationError } from './errors.ts';
import { type SettingName, type SettingValues, settings } from './settings.ts';

/** The configuration of one Bindery; frozen, and all that the rest of the program knows about the environment. */
export interface Config {
  readonly port: number;
  readonly host: string;
  readonly publicUrl: string;
  readonly apiUrl: string;
  readonly audience: string;
  readonly dataDir: string;
  readonly databaseUrl: string | undefined;
  readonly databasePoolSize: number;
  readonly masterKey: Buffer | undefined;
  readonly trustedProxies: readonly string[];
  readonly accessTokenLifetimeSeconds: number;
  readonly refreshTokenIdleLifetimeSeconds: number;
  readonly refreshTokenAbsoluteLifetimeSeconds: number;
  readonly refreshTokenGraceSeconds: number;
  /** How many of everything there may be. */
  readonly bounds: {
    readonly clientsPerOrganization: number;
    readonly membersPerOrganization: number;
    readonly openInvitations: number;
    readonly sessionsPerUser: number;
    readonly apiCredentials: number;
  };
  readonly limits: {
    readonly clientPerMinute: number;
    readonly userPerMinute: number;
    readonly userPerHour: number;
    readonly networkPerMinute: number;
  };
  readonly keyRotationDays: number;
  readonly keySetMaxAgeSeconds: number;
  readonly signingAlgorithm: SettingValues['BINDERY_SIGNING_ALGORITHM'];
  readonly rsaBits: number;
  readonly apiClientsByDefault: boolean;
  /** The grants that this instance offers; without the password grant nothing issues refresh tokens either. */
  readonly grantTypes: readonly GrantType[];
  readonly auditRetentionDays: number;
  readonly tokenPaths: readonly string[];
  readonly scopes: readonly string[];
  readonly tenantHeaders: readonly string[];
  readonly logLevel: SettingValues['BINDERY_LOG_LEVEL'];
  readonly logFormat: SettingValues['BINDERY_LOG_FORMAT'];
  readonly shutdownTimeoutSeconds: number;
  /** Sentences for the operator about settings that are valid but probably a mistake. */
  readonly warnings: readonly string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads and checks all settings; throws one `ConfigurationError` with everything that is wrong. */
export function loadConfig(environment: Environment = process.env): Config {
  const problems: string[] = [];
  const values: Partial<Record<SettingName, unknown>> = {};
  for (const name of Object.keys(settings) as SettingName[]) {
    const setting = settings[name];
    try {
      const result = setting.schema.safeParse(textOf(environment, name, 'secret' in setting));
      if (result.success) {
        values[name] = result.data;
      } else {
        problems.push(...result.error.issues.map((issue) => issue.message));
      }
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error));
    }
  }
  if (problems.length > 0) {
    throw new ConfigurationError(problems);
  }
  // Every setting was read, or the line above has thrown.
  return toConfig(values as SettingValues, unknownSettings(environment));
}

/** The configuration with the port that a server with port 0 really got. */
export function withPort(config: Config, port: number): Config {
  return Object.freeze({ ...withPublicUrl(config, defaultUrl(config.host, port)), port });
}

/** The configuration with another public URL and what is derived from it; unchanged if a public URL is configured. */
export function withPublicUrl(config: Config, publicUrl: string): Config {
  if (config.publicUrl !== defaultUrl(config.host, config.port)) {
    return config;
  }
  const apiUrl = config.apiUrl === config.publicUrl ? publicUrl : config.apiUrl;
  const audience = config.audience === `${config.apiUrl}/api` ? `${apiUrl}/api` : config.audience;
  return Object.freeze({ ...config, publicUrl, apiUrl, audience });
}

/** Whether a URL leads to this machine itself, the only case where plain http is safe. */
export function isLoopbackUrl(url: string): boolean {
  const { hostname } = new URL(url);
  return (
    hostname === 'localhost' ||
    hostname === '[::1]' ||
    /^127(?:\.\d+){3}$/.test(hostname) ||
    hostname.endsWith('.localhost')
  );
}

function toConfig(values: SettingValues, warnings: readonly string[]): Config {
  const publicUrl = values.BINDERY_PUBLIC_URL ?? defaultUrl(values.HOST, values.PORT);
  const apiUrl = values.BINDERY_API_URL ?? publicUrl;
  return Object.freeze({
    port: values.PORT,
    host: values.HOST,
    publicUrl,
    apiUrl,
    audience: values.BINDERY_AUDIENCE ?? `${apiUrl}/api`,
    dataDir: resolve(values.BINDERY_DATA_DIR),
    databaseUrl: values.DATABASE_URL,
    databasePoolSize: values.BINDERY_DATABASE_POOL,
    masterKey: values.BINDERY_MASTER_KEY,
    trustedProxies: values.BINDERY_TRUSTED_PROXIES,
    accessTokenLifetimeSeconds: values.BINDERY_ACCESS_TOKEN_LIFETIME,
    refreshTokenIdleLifetimeSeconds: values.BINDERY_REFRESH_TOKEN_IDLE_LIFETIME,
    refreshTokenAbsoluteLifetimeSeconds: values.BINDERY_REFRESH_TOKEN_ABSOLUTE_LIFETIME,
    refreshTokenGraceSeconds: values.BINDERY_REFRESH_TOKEN_GRACE,
    limits: Object.freeze({
      clientPerMinute: values.BINDERY_LIMIT_CLIENT,
      userPerMinute: values.BINDERY_LIMIT_USER,
      userPerHour: values.BINDERY_LIMIT_USER_HOURLY,
      networkPerMinute: values.BINDERY_LIMIT_NETWORK,
    }),
    bounds: Object.freeze({
      clientsPerOrganization: values.BINDERY_MAX_CLIENTS,
      membersPerOrganization: values.BINDERY_MAX_MEMBERS,
      openInvitations: values.BINDERY_MAX_INVITATIONS,
      sessionsPerUser: values.BINDERY_MAX_SESSIONS,
      apiCredentials: values.BINDERY_MAX_API_CREDENTIALS,
    }),
    keyRotationDays: values.BINDERY_KEY_ROTATION_DAYS,
    keySetMaxAgeSeconds: values.BINDERY_KEY_SET_MAX_AGE,
    signingAlgorithm: values.BINDERY_SIGNING_ALGORITHM,
    rsaBits: values.BINDERY_RSA_BITS,
    apiClientsByDefault: values.BINDERY_API_CLIENTS === 'on',
    grantTypes: grantsOf(values.BINDERY_PASSWORD_GRANT === 'on'),
    auditRetentionDays: values.BINDERY_AUDIT_RETENTION_DAYS,
    tokenPaths: values.BINDERY_TOKEN_PATHS,
    scopes: values.BINDERY_SCOPES,
    tenantHeaders: values.BINDERY_TENANT_HEADERS,
    logLevel: values.BINDERY_LOG_LEVEL,
    logFormat: values.BINDERY_LOG_FORMAT,
    shutdownTimeoutSeconds: values.BINDERY_SHUTDOWN_TIMEOUT,
    warnings: [...warnings, ...plainHttpWarnings(publicUrl, apiUrl)],
  });
}

function textOf(environment: Environment, name: string, isSecret: boolean): string | undefined {
  const text = environment[name] || undefined;
  const file = isSecret ? environment[`${name}_FILE`] || undefined : undefined;
  if (file === undefined) {
    return text;
  }
  if (text !== undefined) {
    throw new ConfigurationError([`${name} and ${name}_FILE are both set: remove one`]);
  }
  try {
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  } catch (cause) {
    throw new ConfigurationError([`${name}_FILE cannot be read: give the path of a readable file`], { cause });
  }
}

function defaultUrl(host: string, port: number): string {
  const local = ['127.0.0.1', '0.0.0.0', '::', '::1', 'localhost'].includes(host);
  const name = local ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return new URL(`http://${name}:${port}`).origin;
}

function plainHttpWarnings(...urls: readonly string[]): string[] {
  return [...new Set(urls)]
    .filter((url) => url.startsWith('http:') && !isLoopbackUrl(url))
    .map(
      (url) =>
        `secrets and tokens are sent unencrypted to ${url}: put TLS in front and set BINDERY_PUBLIC_URL to its https URL`,
    );
}

function unknownSettings(environment: Environment): string[] {
  const known = Object.entries(settings).flatMap(([name, setting]) =>
    'secret' in setting ? [name, `${name}_FILE`] : [name],
  );
  return Object.keys(environment)
    .filter((name) => name.startsWith('BINDERY_') && !known.includes(name))
    .map((name) => {
      const nearest = known.find((candidate) => distance(candidate, name) <= 3);
      return `${name} is not a Bindery setting and is ignored${nearest === undefined ? '' : `; did you mean ${nearest}?`}`;
    });
}

/** Levenshtein distance, for the suggestion only. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (const [index, letter] of [...one].entries()) {
    const next = [index + 1];
    for (const [column, otherLetter] of [...other].entries()) {
      const replaced = (row[column] ?? 0) + (letter === otherLetter ? 0 : 1);
      next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}
