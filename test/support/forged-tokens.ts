import {
  createHmac,
  createSign,
  constants as cryptoConstants,
  generateKeyPairSync,
  type KeyObject,
  randomUUID,
  sign,
} from 'node:crypto';
import type { Signer } from '@bindery/server/domain/access-token.ts';

/** What the tokens of the table are made from: a valid token is `claims` signed by `signer`. */
export interface Forger {
  readonly signer: Signer;
  readonly publicKey: KeyObject;
  readonly claims: Readonly<Record<string, unknown>>;
  /** A URL that must never be fetched. */
  readonly canaryUrl: string;
}

type Tokens = Readonly<Record<string, string>>;
type Members = Readonly<Record<string, unknown>>;

/** A token of any header and claims, also as JSON text, with any signature. */
export function makeToken(header: unknown, claims: unknown, signer: (input: string) => Uint8Array): string {
  const input = `${encode(header)}.${encode(claims)}`;
  return `${input}.${encode(signer(input))}`;
}

/** The valid token that every forged one differs from in one thing; `undefined` removes a member. */
export function goodToken(forger: Forger, claims: Members = {}, header: Members = {}): string {
  const jti = randomUUID();
  return makeToken({ ...headerOf(forger), ...header }, { ...forger.claims, jti, ...claims }, signerOf(forger.signer));
}

/**
 * Every token that must be refused, by the number of the attack. The one table for every verifier: the guard,
 * introspection, the gateway. Those of 130 differ from `good` in one character.
 */
export function forgedTokens(forger: Forger, good: string): Readonly<Record<number, Tokens>> {
  const [header = '', payload = '', signature = ''] = good.split('.');
  const seconds = Number(forger.claims['iat']);
  const claim = (claims: Members) => goodToken(forger, claims);
  const head = (members: Members) => goodToken(forger, {}, members);
  return {
    108: unsigned(forger),
    109: signedWithPublicKey(forger),
    110: relabelled(forger),
    111: signedByRelatives(forger),
    113: {
      jku: head({ jku: forger.canaryUrl }),
      x5u: head({ x5u: forger.canaryUrl }),
      jwk: head({ jwk: forger.publicKey.export({ format: 'jwk' }) }),
      x5c: head({ x5c: ['MIIB'] }),
    },
    114: named(
      ['../../dev/null', "' or 1=1 --", '__proto__', 'constructor', '', null, 7, ['a'], {}, 'k'.repeat(5000)],
      (kid) => head({ kid }),
    ),
    115: {
      ...named([['x'], [], ['exp'], null], (crit) => head({ crit, x: 1 })),
      b64: head({ b64: false }),
      both: head({ b64: false, crit: ['b64'] }),
    },
    118: {
      'no dot': header,
      'one dot': `${header}.${payload}`,
      'three dots': `${good}.`,
      'four dots': `${good}.x.y`,
      'no header': `.${payload}.${signature}`,
      'no payload': `${header}..${signature}`,
      'no signature': `${header}.${payload}.`,
      'dots alone': '..',
      'thousands of dots': '.'.repeat(7000),
      'over 8,192 characters': claim({ padding: 'x'.repeat(7000) }),
      'a header of 9 kB': head({ padding: 'x'.repeat(7000) }),
    },
    119: {
      flattened: JSON.stringify({ protected: header, payload, signature }),
      general: JSON.stringify({ payload, signatures: [{ protected: header, signature }] }),
      'encrypted with a password': `${encode({ alg: 'PBES2-HS256+A128KW', enc: 'A128GCM', p2c: 1e9 })}.a.b.c.d`,
      'encrypted directly': `${encode({ alg: 'dir', enc: 'A256GCM' })}..aXY.Y3Q.dGFn`,
      nested: head({ cty: 'JWT' }),
      compressed: head({ zip: 'DEF' }),
    },
    123: named(['JWT', 'jwt', 'dpop+jwt', 'at+jwt ', 'text/at+jwt', '', null, 1, undefined, ['at+jwt']], (typ) =>
      head({ typ }),
    ),
    124: {
      'client assertion': goodToken(forger, { iss: forger.claims['client_id'] }, { typ: 'client-authentication+jwt' }),
      'DPoP proof': goodToken(forger, { htm: 'GET', htu: forger.claims['aud'] }, { typ: 'dpop+jwt' }),
      'ID token': goodToken(forger, { aud: forger.claims['client_id'], nonce: 'n' }, { typ: 'JWT' }),
      'ID token called an access token': claim({ aud: forger.claims['client_id'], nonce: 'n' }),
      'list of cut-offs': goodToken(forger, { seq: 1, cutoffs: {} }, { typ: 'bindery-cutoffs+jwt' }),
    },
    125: {
      expired: claim({ iat: seconds - 3600, nbf: seconds - 3600, exp: seconds - 6 }),
      'expires now': claim({ iat: seconds - 3600, nbf: seconds - 3600, exp: seconds - 5 }),
      'begins later': claim({ nbf: seconds + 60 }),
      'issued later': claim({ iat: seconds + 60, exp: seconds + 120 }),
      ...named([undefined, null, '9999999999', 1e308, -1, 0, seconds + 0.5, [seconds + 60]], (exp) => claim({ exp })),
      ...named([undefined, null, String(seconds), -1], (iat) => claim({ iat })),
      'exp that overflows': makeToken(
        headerOf(forger),
        JSON.stringify({ ...forger.claims, exp: 0 }).replace('"exp":0', '"exp":1e999'),
        signerOf(forger.signer),
      ),
    },
    127: named(
      [undefined, null, '', `${forger.claims['iss']}/`, `${forger.claims['iss']}.evil.example`, [forger.claims['iss']]],
      (iss) => claim({ iss }),
    ),
    128: named(
      [undefined, null, '', [], `${forger.claims['aud']}x`, 'https://other.example/api', [forger.claims['aud'], 7]],
      (aud) => claim({ aud }),
    ),
    130: sameButForOne(good, forger),
  };
}

function unsigned(forger: Forger): Tokens {
  const tokens: Record<string, string> = {};
  for (const alg of ['none', 'None', 'NONE', 'nOnE', 'none ', '', null, undefined, 0, ['none']]) {
    const signed = goodToken(forger, {}, { alg });
    const end = signed.lastIndexOf('.');
    tokens[`${JSON.stringify(alg)} signed`] = signed;
    tokens[`${JSON.stringify(alg)} with an empty signature`] = signed.slice(0, end + 1);
    tokens[`${JSON.stringify(alg)} of two parts`] = signed.slice(0, end);
  }
  return tokens;
}

function signedWithPublicKey(forger: Forger): Tokens {
  const pem = forger.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const jwk = forger.publicKey.export({ format: 'jwk' });
  const secrets: Readonly<Record<string, string | Buffer>> = {
    pem,
    'pem trimmed': pem.trim(),
    'pem after whitespace': `\n  ${pem}`,
    'pem after junk': `junk${pem}`,
    der: forger.publicKey.export({ type: 'spki', format: 'der' }),
    jwk: JSON.stringify(jwk),
    'modulus or point': Buffer.from(String(jwk.n ?? jwk.x), 'base64url'),
    kid: forger.signer.kid,
    nothing: '',
  };
  return Object.fromEntries(
    Object.entries(secrets).flatMap(([name, secret]) =>
      ['HS256', forger.signer.algorithm].map((alg) => {
        const signer = (input: string) => createHmac('sha256', secret).update(input).digest();
        return [`${name} as ${alg}`, makeToken({ ...headerOf(forger), alg }, forger.claims, signer)];
      }),
    ),
  );
}

/** The right signature with the name of another algorithm. */
function relabelled(forger: Forger): Tokens {
  const others = ['ES256', 'ES384', 'ES256K', 'RS256', 'RS384', 'PS256', 'EdDSA', 'Ed448'];
  return named(
    others.filter((alg) => alg !== forger.signer.algorithm),
    (alg) => goodToken(forger, {}, { alg }),
  );
}

/** Signatures of other algorithms and of other keys with the right name. */
function signedByRelatives(forger: Forger): Tokens {
  const { privateKey: rsa } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const { privateKey: p256 } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { privateKey: p384 } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  const { privateKey: ed } = generateKeyPairSync('ed25519');
  const real = forger.signer;
  const signers: Readonly<Record<string, (input: string) => Uint8Array>> = {
    RSA: (input) => sign('sha256', Buffer.from(input), rsa),
    'P-256': (input) => sign('sha256', Buffer.from(input), { key: p256, dsaEncoding: 'ieee-p1363' }),
    'P-384': (input) => sign('sha384', Buffer.from(input), { key: p384, dsaEncoding: 'ieee-p1363' }),
    Ed25519: (input) => sign(null, Buffer.from(input), ed),
    zeros: () => new Uint8Array(64),
    ...(real.algorithm === 'RS256'
      ? {
          'RSA-PSS by the right key': (input) =>
            sign('sha256', Buffer.from(input), {
              key: real.privateKey,
              padding: cryptoConstants.RSA_PKCS1_PSS_PADDING,
              saltLength: 32,
            }),
        }
      : {}),
    ...(real.algorithm === 'ES256'
      ? { 'DER by the right key': (input) => createSign('sha256').update(input).sign(real.privateKey) }
      : {}),
  };
  return Object.fromEntries(
    Object.entries(signers).map(([name, signer]) => [name, makeToken(headerOf(forger), forger.claims, signer)]),
  );
}

/** Tokens that differ from a valid one in a character, which a careless cache would not notice. */
function sameButForOne(good: string, forger: Forger): Tokens {
  const [header = '', payload = '', signature = ''] = good.split('.');
  const other = encode({ ...forger.claims, organization_id: randomUUID() });
  return {
    'another payload under the same signature': `${header}.${other}.${signature}`,
    'another signature over the same payload': `${header}.${payload}.${[...signature].toReversed().join('')}`,
    'spare bits set': `${header}.${payload}.${signature.slice(0, -1)}${spareBits(signature)}`,
    padded: `${good}=`,
    'with a space': `${header}.${payload} .${signature}`,
    'in the other alphabet': `${header}.${payload}.+${signature.slice(1)}`,
  };
}

/** The last character with a bit set that decoding drops; for lengths that have none, any other character. */
function spareBits(signature: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return alphabet.charAt(alphabet.indexOf(signature.at(-1) ?? 'A') ^ 1);
}

function headerOf({ signer }: Forger) {
  return { alg: signer.algorithm, typ: 'at+jwt', kid: signer.kid };
}

function signerOf({ algorithm, privateKey }: Signer): (input: string) => Uint8Array {
  const digest = algorithm === 'EdDSA' ? null : 'sha256';
  return (input) => sign(digest, Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' });
}

function named(values: readonly unknown[], make: (value: unknown) => string): Tokens {
  return Object.fromEntries(values.map((value) => [`${String(JSON.stringify(value)).slice(0, 60)}`, make(value)]));
}

function encode(part: unknown): string {
  const bytes = part instanceof Uint8Array ? part : typeof part === 'string' ? part : JSON.stringify(part);
  return Buffer.from(bytes).toString('base64url');
}
