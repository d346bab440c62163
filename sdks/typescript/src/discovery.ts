import { attempt } from './attempts.ts';
import { BinderyClientError } from './client-error.ts';
import { malformed, requestEndpoint } from './endpoint-response.ts';
import { type ClientPolicy, parseEndpoint } from './options.ts';

const name = 'the metadata endpoint';

/** Reads the token endpoint from the issuer's metadata (RFC 8414). */
export async function discoverTokenUrl(policy: ClientPolicy): Promise<URL> {
  const url = metadataUrlOf(policy.issuer);
  const init = { headers: { accept: 'application/json' } };
  const { json, details } = await attempt(policy.random, () => requestEndpoint(policy, name, url, init));
  // RFC 8414 §3.3: exactly the same issuer, otherwise the metadata belong to somebody else.
  if (json['issuer'] !== policy.issuer) throw malformed(name, 'the metadata of another issuer', details);
  try {
    return parseEndpoint(json['token_endpoint'], policy.issuer, 'token_endpoint');
  } catch (error) {
    throw error instanceof BinderyClientError ? malformed(name, `invalid metadata: ${error.message}`, details) : error;
  }
}

// RFC 8414 §3.1: the issuer's path comes after the well-known one.
function metadataUrlOf(issuer: string): URL {
  const { origin, pathname } = new URL(issuer);
  return new URL(`${origin}/.well-known/oauth-authorization-server${pathname.replace(/\/$/, '')}`);
}
