import { attempt } from './attempts.ts';
import { BinderyClientError, type ClientErrorDetails } from './client-error.ts';
import { discoverTokenUrl } from './discovery.ts';
import { malformed, requestEndpoint } from './endpoint-response.ts';
import type { ClientPolicy } from './options.ts';

/** A token and its lifetime from the moment it was requested. */
export interface IssuedToken {
  readonly accessToken: string;
  readonly lifetimeSeconds: number;
}

const name = 'the token endpoint';
/** After these failures the endpoint may have moved, so it is looked up again. */
const movedCodes = new Set(['answer_malformed', 'endpoint_redirects']);

/** Creates the function that requests a token; it remembers the token endpoint and which secret works. */
export function createTokenRequest(policy: ClientPolicy): () => Promise<IssuedToken> {
  const configured = policy.tokenUrl === undefined ? undefined : new URL(policy.tokenUrl);
  let tokenUrl = configured;
  let working = 0;

  async function requestWith(url: URL, secret: string): Promise<IssuedToken> {
    const init = requestInit(policy, secret);
    const { json, details } = await attempt(policy.random, () => requestEndpoint(policy, name, url, init));
    return parseToken(json, details);
  }

  async function requestAt(url: URL): Promise<IssuedToken> {
    const order = [working, ...policy.clientSecrets.keys()].filter((one, at, all) => all.indexOf(one) === at);
    let refusal: unknown;
    for (const index of order) {
      try {
        const token = await requestWith(url, policy.clientSecrets[index] ?? '');
        working = index;
        return token;
      } catch (error) {
        if (!(error instanceof BinderyClientError && error.code === 'invalid_client')) throw error;
        refusal ??= error;
      }
    }
    throw refusal;
  }

  return async () => {
    tokenUrl ??= await discoverTokenUrl(policy);
    try {
      return await requestAt(tokenUrl);
    } catch (error) {
      if (error instanceof BinderyClientError && movedCodes.has(error.code)) tokenUrl = configured;
      throw error;
    }
  };
}

function requestInit(policy: ClientPolicy, secret: string): RequestInit {
  const form = new URLSearchParams({ grant_type: 'client_credentials' });
  if (policy.scope !== undefined) form.set('scope', policy.scope);
  return {
    method: 'POST',
    headers: {
      accept: 'application/json',
      // RFC 6749 §2.3.1: both parts are form-encoded before they are joined.
      authorization: `Basic ${btoa(`${formEncode(policy.clientId)}:${formEncode(secret)}`)}`,
    },
    body: form,
  };
}

function formEncode(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1);
}

// RFC 6749 §5.1. A token that does not match RFC 6750 §2.1 could not be sent in the header.
function parseToken(json: Readonly<Record<string, unknown>>, details: ClientErrorDetails): IssuedToken {
  const { access_token: accessToken, token_type: tokenType, expires_in: lifetimeSeconds } = json;
  if (typeof accessToken !== 'string' || !/^[\w.~+/-]+=*$/.test(accessToken))
    throw malformed(name, 'no access token', details);
  if (typeof tokenType !== 'string' || tokenType.toLowerCase() !== 'bearer') {
    throw malformed(name, 'a token that is not a Bearer token', details);
  }
  if (typeof lifetimeSeconds !== 'number' || !(lifetimeSeconds > 0)) {
    throw malformed(name, 'a token without expires_in', details);
  }
  return { accessToken, lifetimeSeconds };
}
