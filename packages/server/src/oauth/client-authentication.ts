import { isUtf8 } from 'node:buffer';
import type { ClientCredentials } from '../domain/api-client.ts';
import { equalHashes, hashClientSecret, isWellFormedSecret } from '../domain/client-secret.ts';
import { OAuthError } from '../errors.ts';
import type { Clients } from '../live/clients.ts';
import type { Parameters } from './parameters.ts';

/** The client id and secret that a request presents. */
export interface PresentedCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** Why authentication failed; for the audit log only, the caller always gets the same response. */
export type AuthenticationFailure =
  | 'unknown_client'
  | 'wrong_secret'
  | 'mistyped_secret'
  | 'expired_secret'
  | 'client_disabled'
  | 'organization_disabled'
  | 'api_clients_off';

/** The result of an attempt. It names a known client even on failure, so that its owner sees the attempt. */
export type AuthenticationResult =
  | { readonly client: ClientCredentials; readonly secretId: string; readonly failure: undefined }
  | {
      readonly client: ClientCredentials | undefined;
      readonly secretId: undefined;
      readonly failure: AuthenticationFailure;
    };

/**
 * Reads the credentials of a request, which may use only one method (RFC 6749 §2.3). Undefined if there are none, or
 * they are unreadable: that gets the same response as a wrong secret.
 */
export function presentedCredentials(
  authorization: readonly string[],
  parameters: Parameters,
): PresentedCredentials | undefined {
  if (authorization.length > 1) {
    throw new OAuthError('invalid_request', 'the Authorization header was sent twice');
  }
  const bodySecret = parameters.get('client_secret');
  const bodyId = parameters.get('client_id');
  const [header] = authorization;
  const methods = [header, bodySecret, parameters.get('client_assertion')].filter((method) => method !== undefined);
  if (methods.length > 1) {
    // RFC 6749 §2.3: not more than one method in each request.
    throw new OAuthError('invalid_request', 'use only one client authentication method');
  }
  if (header === undefined) {
    return bodyId === undefined || bodySecret === undefined
      ? undefined
      : { clientId: bodyId, clientSecret: bodySecret };
  }
  const basic = decodeBasic(header);
  return basic !== undefined && (bodyId === undefined || bodyId === basic.clientId) ? basic : undefined;
}

/** Verifies a client's credentials; every outcome takes the same steps. */
export async function authenticateClient(
  presented: PresentedCredentials,
  deps: { readonly clients: Pick<Clients, 'find'>; readonly pepper: Buffer; readonly now: number },
): Promise<AuthenticationResult> {
  const hash = hashClientSecret(presented.clientSecret, deps.pepper);
  const client = await deps.clients.find(presented.clientId);
  const candidates = client?.secrets ?? [];
  // Compares every secret, and always one that nobody has, so that timing does not tell how many there are.
  const matches = [...candidates, { id: '', hash: noHash, expiresAt: null }].filter((secret) =>
    equalHashes(secret.hash, hash),
  );
  const match = matches.find((secret) => secret.id !== '');
  const failure = failureOf(client, match, presented, deps.now);
  return client === undefined || match === undefined || failure !== undefined
    ? { client, secretId: undefined, failure: failure ?? 'unknown_client' }
    : { client, secretId: match.id, failure: undefined };
}

const noHash = Buffer.alloc(32);

function failureOf(
  client: ClientCredentials | undefined,
  match: { readonly expiresAt: number | null } | undefined,
  presented: PresentedCredentials,
  now: number,
): AuthenticationFailure | undefined {
  const isMistyped = !isWellFormedSecret(presented.clientSecret);
  if (client === undefined) {
    return 'unknown_client';
  }
  if (match === undefined) {
    return isMistyped ? 'mistyped_secret' : 'wrong_secret';
  }
  if (match.expiresAt !== null && match.expiresAt <= now) {
    return 'expired_secret';
  }
  if (client.isDisabled) {
    return 'client_disabled';
  }
  if (client.organizationIsDisabled) {
    return 'organization_disabled';
  }
  return client.apiClientsAreOff ? 'api_clients_off' : undefined;
}

/** Decodes HTTP Basic (RFC 7617 §2, RFC 6749 §2.3.1); undefined if it is not exactly in that form. */
function decodeBasic(header: string): PresentedCredentials | undefined {
  const match = /^basic +([A-Za-z0-9+/]+={0,2})$/i.exec(header);
  const bytes = Buffer.from(match?.[1] ?? '', 'base64');
  if (match === null || bytes.toString('base64') !== match[1] || !isUtf8(bytes)) {
    return undefined;
  }
  const text = bytes.toString('utf8');
  const colon = text.indexOf(':');
  return colon === -1
    ? undefined
    : { clientId: decodeFormOrPlain(text.slice(0, colon)), clientSecret: decodeFormOrPlain(text.slice(colon + 1)) };
}

/** Most clients do not form-encode as §2.3.1 requires; our ids and secrets decode the same either way. */
function decodeFormOrPlain(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}
