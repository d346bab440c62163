import { argon2Sync, randomBytes } from 'node:crypto';

/** The hash of a password as an older version with a lower cost might have stored it. */
export function weakHashOf(password: string): string {
  const nonce = randomBytes(16);
  const hash = argon2Sync('argon2id', {
    message: Buffer.from(password),
    nonce,
    memory: 1024,
    passes: 1,
    parallelism: 1,
    tagLength: 32,
  });
  const encode = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '');
  return `$argon2id$v=19$m=1024,t=1,p=1$${encode(nonce)}$${encode(hash)}`;
}
