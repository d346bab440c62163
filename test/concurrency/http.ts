import { Agent, request } from 'node:http';

/** A response whose body is JSON or empty. */
export interface Reply {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Sends forms over keep-alive connections. */
export interface FormSender {
  post(url: string, fields: Readonly<Record<string, string>>): Promise<Reply>;
  close(): void;
}

/** Opens a sender with at most this many connections to each server. */
export function openSender(connectionsMax: number): FormSender {
  const agent = new Agent({ keepAlive: true, maxSockets: connectionsMax });
  return {
    post: (url, fields) =>
      new Promise((resolve, reject) => {
        const body = new URLSearchParams(fields).toString();
        const headers = { 'content-type': 'application/x-www-form-urlencoded', 'content-length': body.length };
        const sent = request(url, { method: 'POST', agent, headers }, (response) => {
          let text = '';
          response.setEncoding('utf8');
          response.on('data', (chunk: string) => {
            text += chunk;
          });
          response.once('error', reject);
          response.once('end', () => {
            try {
              // Every endpoint called here returns an object or nothing.
              const read = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
              resolve({ status: response.statusCode ?? 0, body: read });
            } catch (error) {
              reject(error);
            }
          });
        });
        sent.once('error', reject);
        sent.end(body);
      }),
    close: () => agent.destroy(),
  };
}

/** Numbers from 0 to 1 determined by a seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A random item. */
export function pick<Item>(items: readonly Item[], random: () => number): Item {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) {
    throw new Error('there is nothing to choose from');
  }
  return item;
}
