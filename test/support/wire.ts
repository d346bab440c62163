import { connect } from 'node:net';
import type { Answer } from './target.ts';

/** A response with its exact bytes. */
export interface WireAnswer extends Answer {
  readonly raw: string;
}

const secondsMax = 5;

/** Sends bytes as they are and reads until the server closes the connection; fails if it does not. */
export async function exchange(port: number, ...chunks: readonly (string | Buffer)[]): Promise<WireAnswer> {
  const socket = connect(port, '127.0.0.1');
  socket.setTimeout(secondsMax * 1000, () => socket.destroy(new Error(`no end after ${secondsMax} s`)));
  // A server that refuses early closes while we are still writing.
  let failure: NodeJS.ErrnoException | undefined;
  socket.on('error', (error) => {
    failure = error;
  });
  for (const chunk of chunks) {
    socket.write(chunk);
  }
  let raw = '';
  socket.on('data', (bytes: Buffer) => {
    raw += bytes.toString('latin1');
  });
  await new Promise((resolve) => socket.once('close', resolve));
  if (failure !== undefined && (raw === '' || !['ECONNRESET', 'EPIPE'].includes(failure.code ?? ''))) {
    throw failure;
  }
  return parse(raw);
}

/** A POST of a form with headers exactly as given, including repetitions. */
export function formRequest(path: string, body: string, headers: readonly string[] = []): string {
  return [
    `POST ${path} HTTP/1.1`,
    'Host: localhost',
    'Connection: close',
    'Content-Type: application/x-www-form-urlencoded',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...headers,
    '',
    body,
  ].join('\r\n');
}

function parse(raw: string): WireAnswer {
  const end = raw.indexOf('\r\n\r\n');
  const [statusLine = '', ...lines] = raw.slice(0, end).split('\r\n');
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  return { raw, status: Number(statusLine.split(' ')[1]), headers, body: raw.slice(end + 4) };
}
