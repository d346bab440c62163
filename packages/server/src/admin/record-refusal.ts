import type { FastifyRequest } from 'fastify';
import type { Role } from '../domain/member.ts';
import { ApiError, type Refusal } from '../errors.ts';
import type { OperationName } from './contract/index.ts';
import type { AdminDeps } from './deps.ts';
import { actorOf } from './gate.ts';

/** The doors that an operation leads through, as the audit log names them; all others share one name. */
const doors: Partial<Record<OperationName, string>> = {
  signIn: 'session.start',
  reauthenticate: 'session.reauthenticate',
  changePassword: 'user.set_password',
  resetPassword: 'user.set_password',
  setUp: 'instance.set_up',
  lookUpInvitation: 'invitation.accept',
  acceptInvitation: 'invitation.accept',
  acceptInvitationSignedIn: 'invitation.accept',
};

/** What is known of a call that was refused; nothing of one that was refused before its session was read. */
export interface RefusedCall {
  readonly actor: { readonly id: string | null };
  readonly organizationId: string;
  readonly role: Role | undefined;
}

/** Leaves one audit entry with the true reason if an error turned somebody away at a door. */
export async function recordRefusal(
  deps: AdminDeps,
  name: OperationName,
  request: FastifyRequest,
  error: unknown,
  call: RefusedCall | undefined,
): Promise<void> {
  const refusal = refusalOf(error);
  if (refusal === undefined) {
    return;
  }
  const userId = refusal.userId ?? call?.actor.id ?? null;
  const own = call?.role === undefined ? null : call.organizationId;
  await deps.refusals.record({
    at: deps.context.now(),
    actor: actorOf(request, userId),
    organizationId: refusal.organizationId === undefined ? own : refusal.organizationId,
    action: doors[name] ?? 'management.call',
    target: userId === null ? null : { type: 'user', id: userId },
    outcome: 'refused',
    reason: refusal.reason,
    details: { operation: name },
  });
}

function refusalOf(error: unknown): Refusal | undefined {
  if (!(error instanceof ApiError)) {
    return undefined;
  }
  return error.refusal ?? (error.code === 'forbidden' ? { reason: 'forbidden' } : undefined);
}
