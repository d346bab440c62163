import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { ApiError } from '../errors.ts';
import { passwordBytesMax, passwordCharactersMin } from './limits.ts';

/** Argon2id as OWASP asks for: memory in KiB, passes, lanes. */
const cost = { memory: 19_456, passes: 2, parallelism: 1 } as const;
const saltBytes = 16;
const hashBytes = 32;

const derive = promisify(argon2);

/** Refuses a new password that is too short or too long; every byte of it counts, none is changed. */
export function checkNewPassword(password: string): string {
  if (
    [...password].length < passwordCharactersMin ||
    Buffer.byteLength(password) > passwordBytesMax ||
    !password.isWellFormed()
  ) {
    const message = `a password has at least ${passwordCharactersMin} characters and at most ${passwordBytesMax} bytes`;
    throw new ApiError('invalid_input', message, { fields: { password: [message] } });
  }
  return password;
}

/** Thrown when so many passwords wait that another would wait too long. */
export class PasswordQueueFullError extends Error {
  override readonly name = 'PasswordQueueFullError';
}

/** Hashes passwords, a few at a time: signing shares the threads and must never wait for them. */
export class PasswordHasher {
  readonly #runningMax: number;
  readonly #waitingMax: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;
  #total = 0;

  constructor(limits: { readonly runningMax?: number; readonly waitingMax?: number } = {}) {
    this.#runningMax = limits.runningMax ?? 2;
    this.#waitingMax = limits.waitingMax ?? 64;
  }

  /** How many hashes were ever made, so that a test can see that none was made in vain. */
  get total(): number {
    return this.#total;
  }

  /** A hash in the PHC string format; throws `PasswordQueueFullError`. */
  async hash(password: string): Promise<string> {
    const salt = randomBytes(saltBytes);
    const hash = await this.#run(password, salt, cost);
    return `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${encode(salt)}$${encode(hash)}`;
  }

  /** Whether a password has this hash; without a hash it takes as long and the answer is no. */
  async verify(password: string, phc: string | null): Promise<boolean> {
    const stored = parse(phc ?? nobodysHash);
    const hash = await this.#run(password, stored.salt, stored.cost);
    return timingSafeEqual(hash, stored.hash) && phc !== null;
  }

  async #run(password: string, salt: Buffer, { memory, passes, parallelism }: Cost): Promise<Buffer> {
    await this.#enter();
    try {
      this.#total += 1;
      return await derive('argon2id', {
        message: Buffer.from(password, 'utf8'),
        nonce: salt,
        memory,
        passes,
        parallelism,
        tagLength: hashBytes,
      });
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

/** Whether a hash was made at a lower cost than today's, so that it is made anew at the next sign-in. */
export function isOutdatedHash(phc: string): boolean {
  const { cost: used } = parse(phc);
  return used.memory < cost.memory || used.passes < cost.passes;
}

interface Cost {
  readonly memory: number;
  readonly passes: number;
  readonly parallelism: number;
}

const nobodysHash = `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${encode(Buffer.alloc(saltBytes))}$${encode(Buffer.alloc(hashBytes))}`;

function parse(phc: string): { readonly cost: Cost; readonly salt: Buffer; readonly hash: Buffer } {
  const match = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([\w+/]+)\$([\w+/]+)$/.exec(phc);
  if (match === null) {
    throw new Error('a stored password hash has another format');
  }
  return {
    cost: { memory: Number(match[1]), passes: Number(match[2]), parallelism: Number(match[3]) },
    salt: Buffer.from(match[4] ?? '', 'base64'),
    hash: Buffer.from(match[5] ?? '', 'base64'),
  };
}

function encode(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
