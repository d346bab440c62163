import { isIP } from 'node:net';
import { z } from 'zod';
import { aliases } from './domain/aliases.ts';
import { audienceLengthMax, audiencePattern } from './domain/limits.ts';
import { masterKeyBytes } from './domain/master-key.ts';
import { signingAlgorithms } from './domain/signing-key.ts';

/** One setting: how its text is parsed, and what the reference page says about it. */
export interface Setting<Value> {
  readonly schema: z.ZodType<Value, string | undefined>;
  readonly description: string;
  /** The default as the page shows it. */
  readonly fallback: string;
  /** A secret can also be read from a file, with the same name and `_FILE`, and is never shown. */
  readonly secret?: true;
}

const wholeNumber = (name: string, least: number, most: number, fallback: number) =>
  z
    .string()
    .optional()
    .transform((text) => (text === undefined ? fallback : Number(text)))
    .refine((value) => Number.isInteger(value) && value >= least && value <= most, {
      error: `${name} must be a whole number from ${least} to ${most}`,
    });

const oneOf = <const Values extends readonly [string, ...string[]]>(
  name: string,
  values: Values,
  fallback: Values[number],
) =>
  z
    .string()
    .optional()
    .transform((text, context): Values[number] => {
      const value = values.find((candidate) => candidate === (text ?? fallback));
      if (value === undefined) {
        context.addIssue({ code: 'custom', message: `${name} must be ${values.join(' or ')}` });
        return z.NEVER;
      }
      return value;
    });

const list = (name: string, isValid: (item: string) => boolean, what: string, fallback: readonly string[]) =>
  z
    .string()
    .optional()
    .transform((text) => (text === undefined ? fallback : text.split(',').map((item) => item.trim())))
    .refine((items) => items.every(isValid) && new Set(items).size === items.length, {
      error: `${name} must be a comma-separated list of ${what}`,
    });

const baseUrl = (name: string) =>
  z
    .string()
    .optional()
    .transform((text) => (text === undefined ? undefined : withoutTrailingSlashes(text)))
    .refine((text) => text === undefined || isBaseUrl(text), {
      error: `${name} must be an http or https URL without user, query or fragment, such as https://auth.example.com`,
    });

/** All settings, in the order of the reference page. */
export const settings = {
  PORT: {
    schema: wholeNumber('PORT', 0, 65_535, 8080),
    description: 'The port to listen on; 0 means any free port.',
    fallback: '8080',
  },
  HOST: {
    schema: z.string().default('127.0.0.1'),
    description: 'The address to listen on; 0.0.0.0 or :: means every address of the machine.',
    fallback: '127.0.0.1',
  },
  BINDERY_PUBLIC_URL: {
    schema: baseUrl('BINDERY_PUBLIC_URL'),
    description: 'The URL where callers reach Bindery. It is the issuer (`iss`) of every token, exactly as set here.',
    fallback: 'http://localhost and the port; for commands, the URL of the server that started last',
  },
  BINDERY_API_URL: {
    schema: baseUrl('BINDERY_API_URL'),
    description: 'The URL where callers reach the guarded API, if it differs.',
    fallback: 'the public URL',
  },
  BINDERY_AUDIENCE: {
    schema: z
      .string()
      .optional()
      .refine((text) => text === undefined || audiencePattern.test(text), {
        error: `BINDERY_AUDIENCE must be 1 to ${audienceLengthMax} visible ASCII characters other than " and \\`,
      }),
    description: 'The audience (`aud`) of access tokens. The API accepts only tokens with its own audience.',
    fallback: 'the API URL followed by `/api`',
  },
  BINDERY_DATA_DIR: {
    schema: z.string().default('./data'),
    description: 'The folder of the embedded database and of the master key.',
    fallback: './data',
  },
  DATABASE_URL: {
    schema: z
      .string()
      .optional()
      .refine((text) => text === undefined || isPostgresUrl(text), {
        error:
          'DATABASE_URL must be the URL of a PostgreSQL database, such as postgresql://user:password@host:5432/bindery, with special characters in user and password percent-encoded',
      }),
    description:
      'The PostgreSQL database to use instead of the embedded one. Several servers can share it; all need the same BINDERY_MASTER_KEY.',
    fallback: 'the embedded database in the data folder',
    secret: true,
  },
  BINDERY_DATABASE_POOL: {
    schema: wholeNumber('BINDERY_DATABASE_POOL', 1, 1000, 10),
    description:
      'How many connections to PostgreSQL one server may open. A quarter of them, at most four, are for long reads.',
    fallback: '10',
  },
  BINDERY_MASTER_KEY: {
    schema: z
      .string()
      .optional()
      .transform((text) => (text === undefined ? undefined : decodeMasterKey(text)))
      .refine((key) => key === undefined || key.length === masterKeyBytes, {
        error:
          'BINDERY_MASTER_KEY must be 32 bytes, as 64 hexadecimal digits or as base64 (make one: openssl rand -base64 32)',
      }),
    description:
      'The key that protects signing keys and secrets in the store. Without it, one is created in the data folder.',
    fallback: '`<data folder>/master-key`, created at the first start',
    secret: true,
  },
  BINDERY_TRUSTED_PROXIES: {
    schema: list('BINDERY_TRUSTED_PROXIES', isAddressOrNetwork, 'addresses or networks (CIDR)', []),
    description: 'Proxies, besides loopback, whose `X-Forwarded-For` is trusted.',
    fallback: 'none',
  },
  BINDERY_ACCESS_TOKEN_LIFETIME: {
    schema: wholeNumber('BINDERY_ACCESS_TOKEN_LIFETIME', 60, 86_400, 3600),
    description: 'The lifetime of an access token, in seconds.',
    fallback: '3600',
  },
  BINDERY_REFRESH_TOKEN_IDLE_LIFETIME: {
    schema: wholeNumber('BINDERY_REFRESH_TOKEN_IDLE_LIFETIME', 60, 31_536_000, 2_592_000),
    description:
      'How long a refresh token can stay unused before it expires, in seconds; each use starts this time again.',
    fallback: '2592000 (30 days)',
  },
  BINDERY_REFRESH_TOKEN_ABSOLUTE_LIFETIME: {
    schema: wholeNumber('BINDERY_REFRESH_TOKEN_ABSOLUTE_LIFETIME', 60, 157_680_000, 7_776_000),
    description: 'How long a sign-in can be refreshed in total, in seconds; use does not extend it.',
    fallback: '7776000 (90 days)',
  },
  BINDERY_REFRESH_TOKEN_GRACE: {
    schema: wholeNumber('BINDERY_REFRESH_TOKEN_GRACE', 0, 300, 30),
    description:
      'How long a refresh token that was used and is sent again gets the same successor, in seconds; 0 means never.',
    fallback: '30',
  },
  BINDERY_LIMIT_CLIENT: {
    schema: wholeNumber('BINDERY_LIMIT_CLIENT', 1, 1_000_000, 30),
    description:
      'Failed authentications per minute of one client id from one network. A correct secret is always accepted.',
    fallback: '30',
  },
  BINDERY_LIMIT_USER: {
    schema: wholeNumber('BINDERY_LIMIT_USER', 1, 1_000_000, 10),
    description: 'Failed passwords per minute of one user from one network.',
    fallback: '10',
  },
  BINDERY_LIMIT_USER_HOURLY: {
    schema: wholeNumber('BINDERY_LIMIT_USER_HOURLY', 1, 1_000_000, 100),
    description:
      'Failed passwords per hour of one user, from all networks and devices where the user has not signed in before.',
    fallback: '100',
  },
  BINDERY_LIMIT_NETWORK: {
    schema: wholeNumber('BINDERY_LIMIT_NETWORK', 1, 1_000_000, 300),
    description:
      'Failed authentications per minute from one network (an IPv4 address, or an IPv6 /64), for client secrets, passwords and links each. An IPv6 /56 may have four times as many, a /48 sixteen times.',
    fallback: '300',
  },
  BINDERY_MAX_CLIENTS: {
    schema: wholeNumber('BINDERY_MAX_CLIENTS', 1, 10_000_000, 10_000),
    description: 'How many API clients one organization may have. Another one is refused with 409.',
    fallback: '10000',
  },
  BINDERY_MAX_MEMBERS: {
    schema: wholeNumber('BINDERY_MAX_MEMBERS', 1, 1_000_000, 1000),
    description: 'How many members one organization may have.',
    fallback: '1000',
  },
  BINDERY_MAX_INVITATIONS: {
    schema: wholeNumber('BINDERY_MAX_INVITATIONS', 1, 1_000_000, 200),
    description: 'How many invitations may be open at once, in each organization and for operators.',
    fallback: '200',
  },
  BINDERY_MAX_SESSIONS: {
    schema: wholeNumber('BINDERY_MAX_SESSIONS', 1, 100_000, 100),
    description: 'How many console sessions one user may have. A new sign-in ends the one that was idle longest.',
    fallback: '100',
  },
  BINDERY_MAX_API_CREDENTIALS: {
    schema: wholeNumber('BINDERY_MAX_API_CREDENTIALS', 1, 1_000_000, 1000),
    description: 'How many API credentials the instance may have.',
    fallback: '1000',
  },
  BINDERY_SIGNING_ALGORITHM: {
    schema: oneOf('BINDERY_SIGNING_ALGORITHM', signingAlgorithms, 'ES256'),
    description:
      'The algorithm that signs access tokens. A change takes effect once the new key has been published long enough.',
    fallback: 'ES256',
  },
  BINDERY_RSA_BITS: {
    schema: wholeNumber('BINDERY_RSA_BITS', 2048, 8192, 2048),
    description: 'The size of new RSA keys, for RS256.',
    fallback: '2048',
  },
  BINDERY_KEY_ROTATION_DAYS: {
    schema: wholeNumber('BINDERY_KEY_ROTATION_DAYS', 1, 3650, 90),
    description: 'After how many days a new signing key replaces the current one.',
    fallback: '90',
  },
  BINDERY_KEY_SET_MAX_AGE: {
    schema: wholeNumber('BINDERY_KEY_SET_MAX_AGE', 1, 86_400, 300),
    description:
      'How long callers may cache the key set, in seconds. A new key is published for longer than that before it signs.',
    fallback: '300',
  },
  BINDERY_API_CLIENTS: {
    schema: oneOf('BINDERY_API_CLIENTS', ['on', 'off'], 'on'),
    description: 'Whether a new organization can use API clients at once, or only after an operator switches them on.',
    fallback: 'on',
  },
  BINDERY_PASSWORD_GRANT: {
    schema: oneOf('BINDERY_PASSWORD_GRANT', ['on', 'off'], 'on'),
    description:
      'Whether API clients can sign users in with their passwords, a legacy grant (RFC 9700 §2.4). `off` also refuses the refresh tokens of such sign-ins.',
    fallback: 'on',
  },
  BINDERY_AUDIT_RETENTION_DAYS: {
    schema: wholeNumber('BINDERY_AUDIT_RETENTION_DAYS', 1, 36_500, 90),
    description: 'How long audit entries and hourly counters are kept, in days.',
    fallback: '90',
  },
  BINDERY_TOKEN_PATHS: {
    schema: list('BINDERY_TOKEN_PATHS', (path) => /^(\/[A-Za-z0-9._~-]+)+$/.test(path), 'paths', aliases.tokenPaths),
    description: 'The paths of the token endpoint; metadata shows the first.',
    fallback: aliases.tokenPaths.join(','),
  },
  BINDERY_SCOPES: {
    schema: list(
      'BINDERY_SCOPES',
      (scope) => /^[\x21\x23-\x2b\x2d-\x5b\x5d-\x7e]+$/.test(scope),
      'scopes',
      aliases.scopes,
    ),
    description: 'The names of the only public scope; the first is granted if a request names none.',
    fallback: aliases.scopes.join(','),
  },
  BINDERY_TENANT_HEADERS: {
    schema: list(
      'BINDERY_TENANT_HEADERS',
      (name) => /^[a-z0-9-]+$/.test(name),
      'lower-case header names',
      aliases.tenantHeaders,
    ),
    description: 'The names of the header in which an API caller repeats its organization id.',
    fallback: aliases.tenantHeaders.join(','),
  },
  BINDERY_LOG_LEVEL: {
    schema: oneOf('BINDERY_LOG_LEVEL', ['trace', 'debug', 'info', 'warn', 'error', 'silent'], 'info'),
    description: 'The lowest level that is logged.',
    fallback: 'info',
  },
  BINDERY_LOG_FORMAT: {
    schema: oneOf('BINDERY_LOG_FORMAT', ['auto', 'json', 'pretty'], 'auto'),
    description: '`auto` is pretty on a terminal and JSON elsewhere.',
    fallback: 'auto',
  },
  BINDERY_SHUTDOWN_TIMEOUT: {
    schema: wholeNumber('BINDERY_SHUTDOWN_TIMEOUT', 1, 600, 25),
    description: 'How long a server that is shutting down waits for running requests, in seconds.',
    fallback: '25',
  },
} as const satisfies Record<string, Setting<unknown>>;

export type SettingName = keyof typeof settings;

/** The parsed value of each setting. */
export type SettingValues = { readonly [Name in SettingName]: z.output<(typeof settings)[Name]['schema']> };

function isBaseUrl(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    return false;
  }
  // Compared as text, so that a spelling that a verifier would not match is refused instead of corrected.
  return text === url.origin + (url.pathname === '/' ? '' : url.pathname);
}

function isPostgresUrl(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || !['postgres:', 'postgresql:'].includes(url.protocol) || url.pathname.length < 2) {
    return false;
  }
  try {
    decodeURIComponent(url.username + url.password + url.pathname);
    return true;
  } catch {
    return false;
  }
}

function withoutTrailingSlashes(text: string): string {
  let end = text.length;
  while (text[end - 1] === '/') {
    end -= 1;
  }
  return text.slice(0, end);
}

function isAddressOrNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) {
    return false;
  }
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}

function decodeMasterKey(text: string): Buffer {
  return /^[0-9a-f]{64}$/i.test(text) ? Buffer.from(text, 'hex') : Buffer.from(text, 'base64');
}
