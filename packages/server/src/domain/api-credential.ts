/** What an API presents to introspect tokens of its audience; it belongs to no organization. */
export interface ApiCredential {
  readonly id: string;
  readonly name: string;
  readonly audience: string;
  readonly secretHash: Buffer;
  readonly lastFour: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
}
