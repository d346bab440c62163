import { attempt } from './attempts.ts';
import { BinderyClientError, type FailureFacts } from './client-error.ts';
import { discoverTokenUrl } from './discovery.ts';
import { askEndpoint, malformed } from './endpoint-answer.ts';
import type { ClientPolicy } from './options.ts';

/** A token and how long it lives from the moment it was asked for. */
export interface IssuedToken {
  readonly accessToken: string;
  readonly lifetimeSeconds: number;
}

const name = 'the token endpoint';
/** Failures after which the endpoint may have moved. */
const movedCodes = new Set(['answer_malformed', 'endpoint_redirects']);

/** Makes the function that asks for a token; it remembers the endpoint and which of the secrets works. */
export function createTokenRequest(policy: ClientPolicy): () => Promise<IssuedToken> {
  const given = policy.tokenUrl === undefined ? undefined : new URL(policy.tokenUrl);
  let tokenUrl = given;
  let working = 0;

  async function requestWith(url: URL, secret: string): Promise<IssuedToken> {
    const init = requestInit(policy, secret);
    const { json, facts } = await attempt(policy.random, () => askEndpoint(policy, name, url, init));
    return parseToken(json, facts);
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
      if (error instanceof BinderyClientError && movedCodes.has(error.code)) tokenUrl = given;
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

// RFC 6749 §5.1. What is no token by RFC 6750 §2.1 would not survive the header.
function parseToken(json: Readonly<Record<string, unknown>>, facts: FailureFacts): IssuedToken {
  const { access_token: accessToken, token_type: tokenType, expires_in: lifetimeSeconds } = json;
  if (typeof accessToken !== 'string' || !/^[\w.~+/-]+=*$/.test(accessToken))
    throw malformed(name, 'without a token', facts);
  if (typeof tokenType !== 'string' || tokenType.toLowerCase() !== 'bearer') {
    throw malformed(name, 'with a token of another type than Bearer', facts);
  }
  if (typeof lifetimeSeconds !== 'number' || !(lifetimeSeconds > 0)) {
    throw malformed(name, 'without the lifetime of its token', facts);
  }
  return { accessToken, lifetimeSeconds };
}
