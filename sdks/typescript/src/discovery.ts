import { attempt } from './attempts.ts';
import { BinderyClientError } from './client-error.ts';
import { askEndpoint, malformed } from './endpoint-answer.ts';
import { type ClientPolicy, parseEndpoint } from './options.ts';

const name = 'the metadata endpoint';

/** Asks the issuer's metadata where its token endpoint is (RFC 8414). */
export async function discoverTokenUrl(policy: ClientPolicy): Promise<URL> {
  const url = metadataUrlOf(policy.issuer);
  const init = { headers: { accept: 'application/json' } };
  const { json, facts } = await attempt(policy.random, () => askEndpoint(policy, name, url, init));
  // RFC 8414 §3.3: the very same issuer, or the metadata are somebody else's.
  if (json['issuer'] !== policy.issuer) throw malformed(name, 'with the metadata of another issuer', facts);
  try {
    return parseEndpoint(json['token_endpoint'], policy.issuer, 'token_endpoint');
  } catch (error) {
    throw error instanceof BinderyClientError ? malformed(name, `wrongly: ${error.message}`, facts) : error;
  }
}

// RFC 8414 §3.1: the path of the issuer stands behind the well-known one.
function metadataUrlOf(issuer: string): URL {
  const { origin, pathname } = new URL(issuer);
  return new URL(`${origin}/.well-known/oauth-authorization-server${pathname.replace(/\/$/, '')}`);
}
