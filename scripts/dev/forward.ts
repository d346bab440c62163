import { type IncomingMessage, type ServerResponse, request as send } from 'node:http';

/** What replaces a page: from its path and the nonce of its Content-Security-Policy. */
export type ReplacePage = (path: string, nonce: string) => Promise<string>;

/**
 * Sends a request on to the server at an address and its answer back, headers untouched. A page of the console keeps its
 * headers and gets another body. Rejects when the server does not answer.
 */
export function forward(
  address: URL,
  request: IncomingMessage,
  response: ServerResponse,
  replacePage: ReplacePage | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const { method, url, headers } = request;
    const onward = send({ host: address.hostname, port: address.port, method, path: url, headers });
    onward.on('error', reject);
    onward.on('response', (answer) => {
      answer.on('error', reject);
      response.on('close', resolve);
      const nonce = /'nonce-([^']+)'/.exec(String(answer.headers['content-security-policy']))?.[1];
      if (replacePage === undefined || nonce === undefined || answer.statusCode !== 200) {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
        return;
      }
      answer.resume();
      replacePage(request.url ?? '/', nonce).then((page) => {
        const { 'content-length': _length, 'content-encoding': _encoding, ...kept } = answer.headers;
        response.writeHead(200, kept);
        response.end(page);
      }, reject);
    });
    request.pipe(onward);
  });
}
