import type { Actor } from '@bindery/server/domain/audit-entry.ts';

/** Recorded as the actor of what tests do themselves. */
export const testActor: Actor = {
  type: 'command_line',
  id: 'test',
  address: null,
  userAgent: null,
  requestId: null,
};
