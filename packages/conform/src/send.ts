import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';

/** A request as it is sent; headers are a flat list, so that one can be repeated. */
export interface Attempt {
  readonly method: string;
  /** Appended to the base URL of the API. */
  readonly path: string;
  readonly headers: readonly string[];
  readonly body?: string;
}

const timeoutMilliseconds = 10_000;

/** Sends a request to the API and resolves to the status of the response; rejects when there is none in ten seconds. */
export function send(base: string, attempt: Attempt): Promise<number> {
  const url = new URL(base.replace(/\/$/, '') + attempt.path);
  const body = attempt.body === undefined ? undefined : Buffer.from(attempt.body);
  const headers = [
    ...['host', url.host, ...attempt.headers],
    ...(body === undefined ? [] : ['content-type', 'application/json', 'content-length', String(body.length)]),
  ];
  const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const options = { method: attempt.method, headers, agent: false, signal: AbortSignal.timeout(timeoutMilliseconds) };
    const sent = request(url, options, (response: IncomingMessage) => {
      response.on('error', reject);
      response.on('end', () => resolve(response.statusCode ?? 0));
      response.resume();
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
