import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

/** Argon2id as OWASP recommends it: memory in KiB, passes, lanes. */
const cost = { memory: 19_456, passes: 2, parallelism: 1 } as const;
const saltBytes = 16;
const hashBytes = 32;

const derive = promisify(argon2);

/** Hashes and verifies passwords; either method may throw `PasswordQueueFullError`. */
export interface PasswordHasher {
  /** A hash in the PHC string format. */
  hash(password: string): Promise<string>;
  /** Whether a password has this hash; without a hash it takes as long and the answer is no. */
  verify(password: string, phc: string | null): Promise<boolean>;
}

/** Thrown when too many passwords are waiting to be hashed; try again. */
export class PasswordQueueFullError extends Error {
  override readonly name = 'PasswordQueueFullError';
}

/** A new hash in the PHC string format; takes tens of milliseconds of one thread, so call it through a `PasswordHasher`. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(saltBytes);
  const hash = await run(password, salt, cost);
  return `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${encode(salt)}$${encode(hash)}`;
}

/** Whether a password has this hash; without a hash it takes as long and the answer is no. */
export async function verifyPassword(password: string, phc: string | null): Promise<boolean> {
  const stored = parse(phc ?? nobodysHash);
  const hash = await run(password, stored.salt, stored.cost);
  return timingSafeEqual(hash, stored.hash) && phc !== null;
}

/** Whether a hash was made at a lower cost than today's, so that the next sign-in should renew it. */
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

function run(password: string, salt: Buffer, { memory, passes, parallelism }: Cost): Promise<Buffer> {
  return derive('argon2id', {
    message: Buffer.from(password, 'utf8'),
    nonce: salt,
    memory,
    passes,
    parallelism,
    tagLength: hashBytes,
  });
}

function parse(phc: string): { readonly cost: Cost; readonly salt: Buffer; readonly hash: Buffer } {
  const match = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([\w+/]+)\$([\w+/]+)$/.exec(phc);
  if (match === null) {
    throw new Error('a stored password hash has an unknown format');
  }
  return {
    cost: { memory: Number(match[1]), passes: Number(match[2]), parallelism: Number(match[3]) },
    salt: Buffer.from(match[4] ?? '', 'base64'),
    hash: Buffer.from(match[5] ?? '', 'base64'),
  };
}

function encode(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '');
}
