import type { Decision, KnownClientDecision } from '../domain/token-decision.ts';
import { OAuthError } from '../errors.ts';
import { unavailableDescription } from '../http/error-response.ts';
import type { Change } from '../store/token-decisions.ts';
import type { OAuthDeps } from './deps.ts';

/** Records a decision before its response is sent; throws `temporarily_unavailable` if it could not be recorded. */
export async function recordDecision(deps: OAuthDeps, decision: Decision): Promise<void> {
  await deps.decisions.record(decision).catch(refuseUnrecorded);
}

/** Makes a change and records its decision in one transaction; undefined if there was nothing left to change. */
export function recordChange<Result>(
  deps: OAuthDeps,
  decision: KnownClientDecision,
  change: Change<Result>,
  options: { readonly invalidatesCaches: boolean },
): Promise<Result | undefined> {
  return deps.decisions.recordChange(decision, change, options).catch(refuseUnrecorded);
}

function refuseUnrecorded(cause: unknown): never {
  throw new OAuthError('temporarily_unavailable', unavailableDescription, { cause });
}
