import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** How the driver program of a language is started. */
export interface Language {
  readonly name: string;
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** What others can see of the language's processes, such as their arguments. */
  readonly visible?: () => string;
}

/** A running driver program: one line of JSON in, one line of JSON out. */
export interface Driver {
  ask(step: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>>;
  /** Everything the program has written, except the tokens it was asked for. */
  output(): string;
  end(): Promise<void>;
}

// A proxy that does not exist: requests to loopback must not go through it.
const deadProxy = 'http://127.0.0.1:9';

const answerMillisecondsMax = 120_000;

/** Starts a language's driver program. */
export function startDriver(language: Language): Driver {
  const [program = '', ...args] = language.command;
  const child = spawn(program, args, {
    env: { ...process.env, http_proxy: deadProxy, HTTP_PROXY: deadProxy, no_proxy: '', NO_PROXY: '', ...language.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const closed = once(child, 'close');
  // Awaited in `ask`, once the output has ended.
  closed.catch(() => undefined);
  child.stdin.on('error', () => undefined);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let output = '';
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  return {
    async ask(step) {
      child.stdin.write(`${JSON.stringify(step)}\n`);
      // Longer than any case may take; killing a silent driver also ends the waiting.
      const watch = setTimeout(() => child.kill(), answerMillisecondsMax);
      const line = await lines.next();
      clearTimeout(watch);
      if (line.done) {
        await closed;
        throw new Error(`the driver of ${language.name} ended at ${JSON.stringify(step['do'])}: ${errors}`);
      }
      // A driver writes objects only.
      const result = JSON.parse(line.value) as Record<string, unknown>;
      if (!('token' in result)) output += `${line.value}\n`;
      return result;
    },
    output: () => output + errors,
    async end() {
      child.stdin.end();
      await closed;
    },
  };
}
