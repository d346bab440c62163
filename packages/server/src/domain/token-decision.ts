import type { Actor } from './audit-entry.ts';

/** Where a request came from. */
export type RequestOrigin = Pick<Actor, 'address' | 'userAgent' | 'requestId'>;

/** What an OAuth endpoint decided about a request of a known client. */
export interface KnownClientDecision {
  /** Epoch milliseconds. */
  readonly at: number;
  /** The action as the audit log names it; `token.issue` by default. */
  readonly action?: string;
  readonly outcome: 'issued' | 'done' | 'refused';
  /** The true reason of a refusal. */
  readonly reason?: string;
  readonly clientId: string;
  readonly organizationId: string;
  /** The secret that was used, when it was a valid one. */
  readonly secretId?: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly origin: RequestOrigin;
}

/** The refusal of a request whose client is unknown. */
export interface UnknownClientRefusal {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly action?: string;
  readonly outcome: 'refused';
  readonly reason: string;
  readonly clientId: undefined;
  readonly origin: RequestOrigin;
}

/** What an OAuth endpoint decided about a request. */
export type Decision = KnownClientDecision | UnknownClientRefusal;

/** Refusals of unknown clients, added up by hour (epoch milliseconds of its start), address and reason. */
export interface UnknownRefusals {
  readonly hour: number;
  readonly address: string;
  readonly reason: string;
  readonly refused: number;
  readonly lastAt: number;
}
