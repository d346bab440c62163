/** How long turns of the event loop take, by the clock and by what this thread computed meanwhile. */
export class LoopHolds {
  #wall = 0;
  #computed = 0;
  #last = performance.now();
  #lastComputed = computedMilliseconds();
  readonly #timer: NodeJS.Timeout;

  constructor() {
    this.#timer = setInterval(() => this.#look(), 1);
  }

  #look(): void {
    const now = performance.now();
    const computed = computedMilliseconds();
    this.#wall = Math.max(this.#wall, now - this.#last);
    this.#computed = Math.max(this.#computed, computed - this.#lastComputed);
    this.#last = now;
    this.#lastComputed = computed;
  }

  /** The longest turns since the beginning, in words. On a busy machine the clock also counts the work of others. */
  stop(): string {
    this.#look();
    clearInterval(this.#timer);
    return `${this.#wall.toFixed(1)} ms by the clock, ${this.#computed.toFixed(1)} ms of computing`;
  }
}

function computedMilliseconds(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
