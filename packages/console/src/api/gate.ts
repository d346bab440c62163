/** Asks the person at the screen for what a call needs; resolves to whether they provided it. */
export interface Gate {
  /** The password was last entered too long ago. */
  askPassword(): Promise<boolean>;
  /** The session has ended. */
  askSignIn(): Promise<boolean>;
}

let gate: Gate | undefined;

/** Sets the gate; without one, calls fail with their problem. */
export function setGate(next: Gate | undefined): void {
  gate = next;
}

/** The current gate. */
export function currentGate(): Gate | undefined {
  return gate;
}
