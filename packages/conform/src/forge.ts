import { createHmac, createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { encode, type Signer, type SigningAlgorithm, signCompact } from './jws.ts';

/** What valid tokens say, and the key that signs them. */
export interface ForgeOptions {
  readonly issuer: string;
  readonly audience: string;
  readonly scope: string;
  readonly clientId: string;
  readonly organizationId: string;
  readonly signer: Signer;
  /** The clock, in milliseconds since the epoch. */
  readonly now: () => number;
}

type Changes = Readonly<Record<string, unknown>>;

/** The claims that every token has. */
export interface ForgedClaims extends Changes {
  readonly jti: string;
  readonly iat: number;
  readonly exp: number;
}

const lifetimeSeconds = 300;

/** Makes valid tokens with the real key, and forged ones with or without it. */
export class Forge {
  readonly #options: ForgeOptions;

  constructor(options: ForgeOptions) {
    this.#options = options;
  }

  /** The claims of a valid token, which expires in five minutes; `undefined` removes one. */
  claims(changes: Changes = {}): ForgedClaims {
    const { issuer, audience, scope, clientId, organizationId, now } = this.#options;
    const issuedAt = Math.floor(now() / 1000);
    return {
      iss: issuer,
      sub: clientId,
      aud: audience,
      exp: issuedAt + lifetimeSeconds,
      iat: issuedAt,
      nbf: issuedAt,
      jti: randomBytes(32).toString('base64url'),
      client_id: clientId,
      scope,
      organization_id: organizationId,
      access: 'read',
      ...changes,
    };
  }

  /** A token with some claims changed, signed with the real key. */
  token(changes: Changes = {}): Promise<string> {
    return this.tokenWithHeader({}, changes);
  }

  /** The same with header parameters changed as well. */
  async tokenWithHeader(header: Changes, changes: Changes = {}): Promise<string> {
    return signCompact({ ...this.#header(), ...header }, this.claims(changes), this.#options.signer);
  }

  /** A token signed with a new key; `header` gets its public JWK and returns header parameters to change. */
  async foreignToken(header: (jwk: object) => Changes): Promise<string> {
    const { algorithm, kid } = this.#options.signer;
    const { privateKey, publicKey } = foreignPair(algorithm);
    const members = { ...this.#header(), ...header({ ...publicKey.export({ format: 'jwk' }), alg: algorithm }) };
    return signCompact(members, this.claims(), { algorithm, kid, privateKey });
  }

  /** A token without a signature under an `alg` of any spelling. */
  unsignedToken(alg: unknown, signature = ''): string {
    return `${encode({ ...this.#header(), alg })}.${encode(this.claims({ access: 'read_write' }))}.${signature}`;
  }

  /** HS256 tokens whose secret is the public key, in each form that a library may hold it in. */
  hmacTokens(): readonly string[] {
    const key = createPublicKey(this.#options.signer.privateKey);
    const pem = key.export({ type: 'spki', format: 'pem' }).toString();
    const secrets = [
      ...[pem, pem.trim(), key.export({ type: 'spki', format: 'der' })],
      ...[JSON.stringify(key.export({ format: 'jwk' })), this.#options.signer.kid],
    ];
    return secrets.map((secret) => {
      const input = `${encode({ ...this.#header(), alg: 'HS256' })}.${encode(this.claims({ access: 'read_write' }))}`;
      return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
    });
  }

  #header() {
    const { algorithm, kid } = this.#options.signer;
    return { alg: algorithm, typ: 'at+jwt', kid };
  }
}

/** A token with another payload under its signature. */
export function withClaims(token: string, change: (claims: Changes) => Changes): string {
  const [header = '', payload = '', signature = ''] = token.split('.');
  // The forge above wrote it.
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Changes;
  return `${header}.${encode(change(claims))}.${signature}`;
}

/** A token with one character in the middle of its signature changed. */
export function withBrokenSignature(token: string): string {
  const start = token.lastIndexOf('.') + 1;
  const place = start + Math.floor((token.length - start) / 2);
  return `${token.slice(0, place)}${token[place] === 'A' ? 'B' : 'A'}${token.slice(place + 1)}`;
}

function foreignPair(algorithm: SigningAlgorithm) {
  switch (algorithm) {
    case 'RS256':
      return generateKeyPairSync('rsa', { modulusLength: 2048 });
    case 'EdDSA':
      return generateKeyPairSync('ed25519');
    case 'ES256':
      return generateKeyPairSync('ec', { namedCurve: 'P-256' });
  }
}
