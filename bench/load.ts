// A load generator in a process of its own: a bounded number of kept-alive connections, each with one request under way
// at a time. Written on sockets, since a client of node:http takes more time for a request than the servers do.
import { connect } from 'node:net';

/** What to send where, as JSON in the variable LOAD. */
export interface LoadOptions {
  readonly url: string;
  readonly path: string;
  /** The form that each connection sends in turn; the last goes to all that are left. Without any, a GET is sent. */
  readonly bodies: readonly string[];
  /** More headers of each request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether each request carries the refresh token that the answer before it brought. */
  readonly isChain?: boolean;
  readonly connections: number;
  readonly seconds: number;
}

/** What came of it; times in milliseconds. */
export interface LoadResult {
  readonly requests: number;
  readonly seconds: number;
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  /** Bytes of the last answer, with its head. */
  readonly answerBytes: number;
}

if (import.meta.main) {
  // The one who starts this program writes the variable.
  process.stdout.write(JSON.stringify(await runLoad(JSON.parse(process.env['LOAD'] ?? '') as LoadOptions)));
}

/** Runs to its end; any answer but 200, or a lost connection, ends it with an error. */
export async function runLoad(options: LoadOptions): Promise<LoadResult> {
  const latencies: number[] = [];
  const started = performance.now();
  const end = started + options.seconds * 1000;
  const sizes = await Promise.all(
    Array.from({ length: options.connections }, (_, index) => {
      const body = options.bodies[Math.min(index, options.bodies.length - 1)] ?? '';
      return runConnection({ ...options, body }, end, latencies);
    }),
  );
  const seconds = (performance.now() - started) / 1000;
  const sorted = Float64Array.from(latencies).sort();
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return {
    requests: sorted.length,
    seconds,
    perSecond: sorted.length / seconds,
    p50: at(0.5),
    p99: at(0.99),
    max: at(1),
    answerBytes: sizes[0] ?? 0,
  };
}

interface Connection extends LoadOptions {
  readonly body: string;
}

function requestBytes({ url, path, bodies, headers = {} }: LoadOptions, body: string): Buffer {
  const isGet = bodies.length === 0;
  const head = [
    `${isGet ? 'GET' : 'POST'} ${path} HTTP/1.1`,
    `Host: ${new URL(url).host}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ...(isGet ? [] : ['Content-Type: application/x-www-form-urlencoded', `Content-Length: ${body.length}`]),
  ];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`);
}

/** One connection until the end; resolves to the bytes of its last answer. */
function runConnection(options: Connection, end: number, latencies: number[]): Promise<number> {
  const { hostname, port } = new URL(options.url);
  let request = requestBytes(options, options.body);
  return new Promise((resolve, reject) => {
    let text = '';
    let sentAt = 0;
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    const send = (): void => {
      text = '';
      sentAt = performance.now();
      socket.write(request);
    };
    socket.setEncoding('latin1');
    socket.once('connect', send);
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('the server closed the connection')));
    socket.on('data', (chunk: string) => {
      text += chunk;
      const length = answerLength(text);
      if (length === undefined || text.length < length) {
        return;
      }
      const now = performance.now();
      latencies.push(now - sentAt);
      if (!text.startsWith('HTTP/1.1 200 ')) {
        reject(new Error(text.slice(0, 400)));
        socket.destroy();
      } else if (now < end) {
        if (options.isChain === true) {
          request = requestBytes(options, withNextToken(options.body, text));
        }
        send();
      } else {
        resolve(length);
        socket.destroy();
      }
    });
  });
}

function withNextToken(body: string, answer: string): string {
  const [, token] = /"refresh_token":"([^"]+)"/.exec(answer) ?? [];
  if (token === undefined) {
    throw new Error('the answer has no refresh token');
  }
  return body.replace(/refresh_token=[^&]+$/, `refresh_token=${token}`);
}

function answerLength(text: string): number | undefined {
  const head = text.indexOf('\r\n\r\n');
  if (head === -1) {
    return undefined;
  }
  const [, length] = /^content-length: (\d+)/im.exec(text.slice(0, head)) ?? [];
  return length === undefined ? undefined : head + 4 + Number(length);
}
