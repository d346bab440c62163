import type { BindersErrorCode } from '@bindery/binders';
import type { GuardErrorCode } from '@bindery/guard';
import type { ApiErrorCode, OAuthErrorCode } from '../errors.ts';

/** What every error of the OAuth endpoints means, for the reference page. */
export const oauthMeanings: Readonly<Record<OAuthErrorCode | 'server_error', string>> = {
  invalid_request:
    'The request is ambiguous or malformed: a parameter is missing, is sent twice or in the URL, the client authenticates in two ways, the encoding is broken, or it is not valid HTTP. The description says which.',
  request_too_large: 'The body is larger than 16 KiB.',
  unsupported_media_type:
    'The body is neither `application/x-www-form-urlencoded` nor `application/json` in UTF-8, or it is compressed.',
  method_not_allowed: 'The endpoint accepts POST only; `Allow` says so.',
  invalid_client:
    'Client authentication failed. The response is the same for every reason; owners see the actual one in the activity of the client, operators with `bindery audit --client CLIENT_ID`.',
  invalid_grant:
    'The user name, the password or the refresh token is not valid. The response is the same for every reason; the audit log has the actual one.',
  unauthorized_client: 'This client may not use this grant type.',
  unsupported_grant_type: 'No client may use this grant type; the description lists those that exist.',
  invalid_scope:
    'The scope is malformed or not offered; the description names the one that is. Leave it out for the default.',
  invalid_target: '`resource` is not the audience of the API; the description names it. Leave it out.',
  too_many_requests:
    'Rate limit: too many failed attempts of this client, user or network. Try again after `Retry-After`; a valid client secret is never limited.',
  temporarily_unavailable:
    'No token was issued, because the decision could not be recorded, the store does not respond, or too many passwords are waiting to be checked. Try again after `Retry-After`.',
  server_error: 'An internal error. The server log has the details under the id in `X-Request-Id`.',
};

/** What every error of the guard means. */
export const guardMeanings: Readonly<Record<GuardErrorCode, string>> = {
  no_token: 'There is no Bearer token in the `Authorization` header. A token in the query or in the body is ignored.',
  authorization_repeated: 'The `Authorization` header was sent more than once.',
  token_too_long: 'The token is longer than 8,192 characters.',
  token_malformed:
    'The token does not consist of three parts in canonical base64url that contain JSON with unique members.',
  token_header_refused:
    'The header is not that of an access token: `typ`, `alg` or `kid` is wrong, or a parameter is not allowed. `claim` names it.',
  token_key_unknown: 'The issuer has no key with this id. Was the token issued elsewhere?',
  token_signature_wrong: 'The signature is invalid. The token was altered, or is not from this issuer.',
  token_claim_wrong:
    'The token is from another issuer or for another audience, or a claim is missing or malformed. `claim` names it.',
  token_expired: 'The token has expired. Get a new one.',
  token_from_future: 'The token is not valid yet: one of the two clocks is off, and the text says by how much.',
  token_cut_off:
    'Its organization, client, user or sign-in, or the token itself, was revoked after it was issued. Request a new one.',
  tenant_missing: 'The tenant header is absent or empty. Send the organization id with every call.',
  tenant_repeated: 'The tenant header was sent more than once.',
  tenant_malformed: 'The tenant header is not a UUID.',
  tenant_conflict: 'Two names for the tenant header carry different organizations.',
  tenant_mismatch: 'The tenant header names a different organization than the token, whether that exists or not.',
  access_insufficient: 'The request needs more access than the token has; the text names both.',
  keys_unavailable:
    "The issuer's signing keys have not been loaded yet, or could not be refreshed for a day. Try again after `Retry-After`.",
  cutoffs_unavailable:
    'The revocation list has not been loaded yet, or could not be refreshed for five minutes. Try again after `Retry-After`.',
  guard_failed:
    'A fault in the guard or in its source of keys; the request is refused, and the log of the API has the cause.',
};

/** What every error of the Binders API itself means. */
export const bindersMeanings: Readonly<Record<BindersErrorCode, string>> = {
  invalid_json: 'The body is not JSON in UTF-8.',
  invalid_fields: 'Fields of the body or the query are invalid; `errors` says what is wrong with each.',
  not_found: 'The binder does not exist, or is not visible to this organization.',
  method_not_allowed: 'The path does not support this method; `Allow` lists those that it does.',
  precondition_failed: 'The binder has changed since the version in `If-Match`. Read it again, then decide.',
  body_too_large: 'The body is larger than 64 KiB.',
  unsupported_media_type: 'The body is not JSON, or it is compressed.',
  bad_request: 'The request is malformed.',
  unavailable:
    'The database is unavailable or full, or a read was refused because it takes too long; the detail says which. Try again after `Retry-After`.',
  internal_error: 'An internal error. The log has the details under `traceId`.',
};

/** What every error of a management action means. */
export const apiMeanings: Readonly<Record<ApiErrorCode, string>> = {
  invalid_input: 'A value is invalid; the message says which.',
  not_found: 'There is no such organization or API client.',
  conflict:
    'It conflicts with the current state: two secrets are active already, or somebody else changed the same object.',
  unauthenticated: 'Nobody is signed in, or the session has expired. Sign in again.',
  reauthentication_required:
    'The password was entered more than ten minutes ago: enter it again, then repeat the request.',
  forbidden: 'Your role does not allow it, or the request came from another site; the message says which.',
  precondition_failed: 'It has changed since the version in `If-Match`. Read it again before you change it.',
  precondition_required: 'Send `If-Match` with the `ETag` of the version you have read.',
  unsupported_media_type: 'Send the body as `application/json`.',
  too_many_requests: 'Rate limit: too many failed passwords. Try again after `Retry-After`.',
  setup_required: 'No operator has claimed this instance yet: open the setup link that the server printed.',
  unavailable: 'The store is unavailable.',
};
