// What the token endpoint is measured against: node:http alone, which parses the same form, signs the same claims with
// the same algorithm and answers as many bytes. It knows no clients, keeps nothing and decides nothing.
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { createServer } from 'node:http';

/** What a bare server is told, as JSON in the variable BARE. */
export interface BareOptions {
  readonly algorithm: 'ES256' | 'RS256';
  /** The header and the claims of a token of Bindery's; each token gets its own times and id. */
  readonly header: object;
  readonly claims: object;
  /** The fields of the answer beside the token, in Bindery's order. */
  readonly answer: object;
  /** Bytes of a whole answer of Bindery's, with its head. */
  readonly answerBytes: number;
}

/** The characters of a head that has no padding and a value for `Date`, up to the empty line. */
const headBytes = 184;

// The one who starts this program writes the variable.
const options = JSON.parse(process.env['BARE'] ?? '') as BareOptions;
const key = newKey(options.algorithm);
const header = encode(options.header);

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const form = new URLSearchParams(Buffer.concat(chunks).toString());
    if (form.get('grant_type') !== 'client_credentials') {
      response.writeHead(400).end();
      return;
    }
    const now = Math.floor(Date.now() / 1000);
    const times = { exp: now + 3600, iat: now, nbf: now, jti: randomBytes(32).toString('base64url') };
    const input = `${header}.${encode({ ...options.claims, ...times })}`;
    signText(input, (signature) => {
      const body = JSON.stringify({ ...options.answer, access_token: `${input}.${signature.toString('base64url')}` });
      response.writeHead(200, {
        'content-type': 'application/json; charset=utf-8',
        'content-length': Buffer.byteLength(body),
        'x-padding': 'x'.repeat(Math.max(0, options.answerBytes - headBytes - body.length)),
      });
      response.end(body);
    });
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.stderr.write(`listening on ${typeof address === 'object' ? address?.port : ''}\n`);
});

function signText(input: string, done: (signature: Buffer) => void): void {
  if (options.algorithm === 'ES256') {
    done(sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }));
    return;
  }
  sign('sha256', Buffer.from(input), key, (error, signature) => {
    if (error) {
      throw error;
    }
    done(signature);
  });
}

function newKey(algorithm: BareOptions['algorithm']): KeyObject {
  return algorithm === 'RS256'
    ? generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
    : generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
