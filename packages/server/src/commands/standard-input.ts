import { buffer } from 'node:stream/consumers';
import { ApiError } from '../errors.ts';

/** All of standard input as text, without the line ending that a shell appends. Throws `invalid_input` if not UTF-8. */
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
