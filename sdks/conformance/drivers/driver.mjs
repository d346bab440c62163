// node driver.mjs MODULE: the conformance table's steps for the JavaScript client, one line of JSON each.
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';

const { createClient } = await import(pathToFileURL(process.argv[2] ?? '').href);

let client;
let lastError;
// The clock moves with `advance` only, so that a slow machine changes nothing.
const startedAt = Date.now();
let aheadMilliseconds = 0;

const steps = {
  start({ options }) {
    client = createClient({ ...options, now: () => startedAt + aheadMilliseconds });
    return {};
  },
  async fetch({ url, method = 'GET', body, stream }) {
    const init = stream ? { body: new Blob([body]).stream(), duplex: 'half' } : { body };
    const response = await client.fetch(url, { method, ...init });
    return { status: response.status, body: await response.text() };
  },
  async token() {
    return { token: await client.token() };
  },
  advance({ seconds }) {
    aheadMilliseconds += seconds * 1000;
    return {};
  },
  async together({ url, count }) {
    const responses = await Promise.all(Array.from({ length: count }, () => client.fetch(url)));
    const statuses = new Set(responses.map(({ status }) => status));
    return { statuses: `${[...statuses].join()} x ${responses.length}` };
  },
  dump() {
    const everything = { client, lastError };
    return {
      dump: [
        inspect(everything, { depth: 20, showHidden: true }),
        JSON.stringify(everything),
        String(lastError?.stack),
      ],
    };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const step = JSON.parse(line);
  let result;
  try {
    result = await steps[step.do](step);
  } catch (error) {
    lastError = error;
    const { code, status, requestId, retryAfterSeconds, message } = error;
    result = { code, status, requestId, retryAfterSeconds, message };
  }
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
