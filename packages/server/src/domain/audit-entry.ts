/** Who did something, and from where. */
export interface Actor {
  readonly type: 'command_line' | 'user' | 'client' | 'system';
  readonly id: string | null;
  readonly address: string | null;
  readonly userAgent: string | null;
  readonly requestId: string | null;
}

/** The user who is to answer for what an actor makes; null for the command line. */
export function makerOf(actor: Actor): string | null {
  return actor.type === 'user' ? actor.id : null;
}

/** One entry of the audit log. */
export interface AuditEntry {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly actor: Actor;
  readonly organizationId: string | null;
  readonly action: string;
  readonly target: { readonly type: string; readonly id: string } | null;
  readonly outcome: 'done' | 'issued' | 'refused';
  /** The true reason of a refusal, which the caller is not told. */
  readonly reason?: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** An entry as it is read back. */
export interface AuditRecord extends AuditEntry {
  readonly id: string;
}
