/** Asks the person in front of the screen for what a call lacks; resolves to whether it was given. */
export interface Gate {
  /** The last password is over ten minutes ago. */
  askPassword(): Promise<boolean>;
  /** The session has ended. */
  askSignIn(): Promise<boolean>;
}

let gate: Gate | undefined;

/** Says who asks from now on; without a gate the calls fail with their problem. */
export function setGate(next: Gate | undefined): void {
  gate = next;
}

/** Who asks now. */
export function currentGate(): Gate | undefined {
  return gate;
}
