// One long step of set-up: a program whose output is shown only when it fails, with calm progress meanwhile.
import { spawn } from 'node:child_process';

const KEPT_CHARACTERS = 64 * 1024;
const SHOWN_LINES = 20;
const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** A set-up failure whose message is one sentence for the person at the terminal. */
export class SetupError extends Error {}

export function say(line) {
  process.stderr.write(`${line}\n`);
}

function seconds(since) {
  return `${Math.round((Date.now() - since) / 1000)} s`;
}

/** Shows that `title` is under way: a moving line on a terminal, otherwise a line now and one at the end. */
function progress(title, estimate) {
  const started = Date.now();
  const isMoving = Boolean(process.stderr.isTTY) && process.env.TERM !== 'dumb';
  const text = estimate ? `${title} (${estimate})…` : `${title}…`;
  const draw = () => process.stderr.write(`\r\x1b[K${text} ${seconds(started)}`);
  if (isMoving) draw();
  else say(text);
  const timer = isMoving ? setInterval(draw, 1000) : undefined;
  return (outcome) => {
    clearInterval(timer);
    say(`${isMoving ? '\r\x1b[K' : ''}${title}: ${outcome} (${seconds(started)})`);
  };
}

/**
 * Runs a program to its end and resolves to its output and exit code; 124 means that it took too long, 127 that it could
 * not be started. A signal to us ends the program first and then us, so that nothing is left behind.
 *
 * @param {string} file
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, shell?: boolean, timeoutMilliseconds?: number }} options
 * @returns {Promise<{ code: number, output: string }>}
 */
export function capture(file, args, options) {
  return new Promise((resolve) => {
    let output = '';
    let isTooLong = false;
    let stoppedBy;
    const child = spawn(file, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      shell: options.shell ?? false,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const keep = (chunk) => {
      output = (output + chunk).slice(-KEPT_CHARACTERS);
    };
    child.stdout.setEncoding('utf8').on('data', keep);
    child.stderr.setEncoding('utf8').on('data', keep);
    const stop = (signal) => {
      stoppedBy = signal;
      child.kill(signal);
    };
    for (const signal of STOP_SIGNALS) process.on(signal, stop);
    const expire = () => {
      isTooLong = true;
      child.kill('SIGKILL');
    };
    const timer = options.timeoutMilliseconds ? setTimeout(expire, options.timeoutMilliseconds) : undefined;
    const finish = (code) => {
      clearTimeout(timer);
      for (const signal of STOP_SIGNALS) process.removeListener(signal, stop);
      // 'exit' handlers (the lock's) run here, which they would not if the signal ended us.
      if (stoppedBy) process.exit(stoppedBy === 'SIGINT' ? 130 : 143);
      resolve({ code: isTooLong ? 124 : code, output });
    };
    child.on('error', (error) => {
      output += error.message;
      finish(127);
    });
    child.on('close', (code, signal) => finish(signal ? 1 : code));
  });
}

/**
 * Runs a program with progress and resolves to its output; on failure shows its last lines and throws the sentence that
 * `advise` answers.
 *
 * @param {{ title: string, estimate?: string, file: string, args: readonly string[], cwd?: string,
 *   env?: NodeJS.ProcessEnv, shell?: boolean, timeoutMilliseconds?: number,
 *   advise: (output: string, code: number) => string }} step
 * @returns {Promise<string>}
 */
export async function runStep(step) {
  const done = progress(step.title, step.estimate);
  const { code, output } = await capture(step.file, step.args, step);
  done(code === 0 ? 'done' : 'failed');
  if (code === 0) return output;
  say(output.trimEnd().split('\n').slice(-SHOWN_LINES).join('\n'));
  throw new SetupError(step.advise(output, code));
}

/** Ends the process for an error that set-up threw: a sentence for a SetupError, the stack for a mistake of ours. */
export function fail(error) {
  say(error instanceof SetupError ? error.message : error.stack);
  process.exit(1);
}
