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
