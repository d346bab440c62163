import { hashPassword, type PasswordHasher, PasswordQueueFullError, verifyPassword } from '../domain/password.ts';

/** Hashes passwords, a few at a time: signing uses the same threads and must never wait for them. */
export class QueuedPasswordHasher implements PasswordHasher {
  readonly #runningMax: number;
  readonly #waitingMax: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;
  #total = 0;

  constructor(limits: { readonly runningMax?: number; readonly waitingMax?: number } = {}) {
    this.#runningMax = limits.runningMax ?? 2;
    this.#waitingMax = limits.waitingMax ?? 64;
  }

  /** How many hashes were computed so far, so that a test can see that none was computed in vain. */
  get total(): number {
    return this.#total;
  }

  hash(password: string): Promise<string> {
    return this.#run(() => hashPassword(password));
  }

  verify(password: string, phc: string | null): Promise<boolean> {
    return this.#run(() => verifyPassword(password, phc));
  }

  async #run<Result>(work: () => Promise<Result>): Promise<Result> {
    await this.#enter();
    try {
      this.#total += 1;
      return await work();
    } finally {
      this.#leave();
    }
  }

  async #enter(): Promise<void> {
    if (this.#running < this.#runningMax) {
      this.#running += 1;
      return;
    }
    if (this.#waiting.length >= this.#waitingMax) {
      throw new PasswordQueueFullError('too many passwords are being checked');
    }
    // The place is handed over: `#running` stays as it is.
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) {
      this.#running -= 1;
      return;
    }
    next();
  }
}
