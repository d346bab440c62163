import type { ApiCredential } from '../domain/api-credential.ts';
import type { Actor } from '../domain/audit-entry.ts';
import { hashClientSecret, lastFour, newClientSecret } from '../domain/client-secret.ts';
import { newApiCredentialId } from '../domain/identifier.ts';
import { audienceLengthMax, audiencePattern } from '../domain/limits.ts';
import { parseName } from '../domain/name.ts';
import type { Page } from '../domain/page.ts';
import { ApiError } from '../errors.ts';
import { insertApiCredential, listApiCredentials, removeApiCredential } from '../store/api-credentials.ts';
import { instanceParty } from '../store/reader.ts';
import { requireRoomForApiCredential } from './bounds.ts';
import type { ActionContext } from './context.ts';
import { recordAction } from './record-action.ts';

/** Creates the credential with which an API introspects tokens of its audience; its secret is shown only now. */
export async function createApiCredential(
  context: ActionContext,
  actor: Actor,
  input: { readonly name: string; readonly audience: string },
): Promise<{ readonly credential: ApiCredential; readonly clientSecret: string }> {
  if (!audiencePattern.test(input.audience)) {
    const message = `an audience is 1 to ${audienceLengthMax} visible ASCII characters other than " and \\`;
    throw new ApiError('invalid_input', message, { fields: { audience: [message] } });
  }
  const clientSecret = newClientSecret();
  const credential: ApiCredential = {
    id: newApiCredentialId(),
    name: parseName(input.name),
    audience: input.audience,
    secretHash: hashClientSecret(clientSecret, context.keys.pepper),
    lastFour: lastFour(clientSecret),
    createdAt: context.now(),
  };
  await context.database.transaction(async (queries) => {
    await requireRoomForApiCredential(context, queries);
    await insertApiCredential(queries, credential);
    await recordAction(context, queries, {
      actor,
      organizationId: null,
      action: 'api_credential.create',
      target: { type: 'api_credential', id: credential.id },
      details: { name: credential.name, audience: credential.audience },
    });
  });
  return { credential, clientSecret };
}

/** A page of all API credentials. */
export function readApiCredentials(context: ActionContext, page: Page): Promise<readonly ApiCredential[]> {
  return listApiCredentials(context.database.reader.of(instanceParty), page);
}

/** Deletes an API credential; its API can no longer introspect, from the next request on. */
export async function deleteApiCredential(context: ActionContext, actor: Actor, id: string): Promise<ApiCredential> {
  return context.database.transaction(async (queries) => {
    const credential = await removeApiCredential(queries, id);
    if (credential === undefined) {
      throw new ApiError('not_found', 'API credential not found; list API credentials with: bindery api list');
    }
    await recordAction(context, queries, {
      actor,
      organizationId: null,
      action: 'api_credential.delete',
      target: { type: 'api_credential', id },
      details: { name: credential.name, audience: credential.audience },
    });
    return credential;
  });
}
