import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

/** Keys derived from the master key, one for each purpose. */
export interface DerivedKeys {
  /** Seals private keys with AES-256-GCM. */
  readonly sealing: Buffer;
  /** Keys the HMAC over client secrets and other random tokens. */
  readonly pepper: Buffer;
  /** Keys the tag in refresh tokens, which proves that we issued them. */
  readonly refreshTag: Buffer;
  /** Keys the tag by which a browser shows that a user signed in with it before. */
  readonly deviceTag: Buffer;
  /** Shows whether a store belongs to this master key, without revealing anything about the key. */
  readonly check: string;
}

export const masterKeyBytes = 32;

/** Derives the working keys with HKDF-SHA-256 (RFC 5869). */
export function deriveKeys(masterKey: Buffer): DerivedKeys {
  return {
    sealing: derive(masterKey, 'bindery sealing key'),
    pepper: derive(masterKey, 'bindery pepper'),
    refreshTag: derive(masterKey, 'bindery refresh token tag'),
    deviceTag: derive(masterKey, 'bindery device tag'),
    check: derive(masterKey, 'bindery master key check').toString('hex'),
  };
}

function derive(masterKey: Buffer, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', masterKey, Buffer.alloc(0), purpose, 32));
}

/** Seals a text with AES-256-GCM; `context` is authenticated, so a sealed text cannot be moved elsewhere. */
export function seal(plainText: string, key: Buffer, context: string): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(Buffer.from(context, 'utf8'));
  const sealed = Buffer.concat([cipher.update(plainText, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url');
}

/** Opens what `seal` sealed; throws if the key or the context differs or a bit was changed. */
export function unseal(sealed: string, key: Buffer, context: string): string {
  const bytes = Buffer.from(sealed, 'base64url');
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12), { authTagLength: 16 });
  decipher.setAAD(Buffer.from(context, 'utf8'));
  decipher.setAuthTag(bytes.subarray(12, 28));
  return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8');
}
