import { newOrganizationId } from './identifier.ts';
import { parseName } from './name.ts';

/** An organization: the tenant. Times are epoch milliseconds. */
export interface Organization {
  readonly id: string;
  readonly name: string;
  readonly state: 'active' | 'disabled';
  readonly apiClientsEnabled: boolean;
  /** The address for notices. */
  readonly contact: string | null;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly version: number;
}

/** A new, active organization; throws `invalid_input` for a name that is not one. */
export function newOrganization(
  input: { readonly name: string; readonly apiClientsEnabled: boolean },
  now: number,
): Organization {
  return {
    id: newOrganizationId(),
    name: parseName(input.name),
    state: 'active',
    apiClientsEnabled: input.apiClientsEnabled,
    contact: null,
    createdAt: now,
    updatedAt: now,
    version: 1,
  };
}
