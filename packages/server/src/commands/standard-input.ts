import { buffer } from 'node:stream/consumers';
import { ApiError } from '../errors.ts';

/** All of standard input as text, with one line ending dropped, as a shell appends it; every other byte counts. */
export async function readStandardInput(what: string): Promise<string> {
  if (process.stdin.isTTY === true) {
    process.stderr.write(`${what}, then Ctrl-D: `);
  }
  const bytes = await buffer(process.stdin);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new ApiError('invalid_input', 'standard input is not valid UTF-8', { cause });
  }
  return text.replace(/\r?\n$/, '');
}
