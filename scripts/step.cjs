'use strict';
// One long step of set-up: a program whose output is shown only when it fails, with calm progress meanwhile.

const childProcess = require('child_process');

const KEPT_CHARACTERS = 64 * 1024;
const SHOWN_LINES = 20;
const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** A set-up failure whose message is one sentence for the person at the terminal; `exitCode` ends the process. */
function SetupError(message, exitCode) {
  this.message = message;
  this.exitCode = exitCode || 1;
}

function say(line) {
  process.stderr.write(`${line}\n`);
}

function seconds(since) {
  return `${Math.round((Date.now() - since) / 1000)} s`;
}

/** Shows that `title` is under way: a moving line on a terminal, otherwise a line now and one at the end. */
function progress(title, estimate) {
  const started = Date.now();
  const moving = Boolean(process.stderr.isTTY) && process.env.TERM !== 'dumb';
  const text = estimate ? `${title} (${estimate})…` : `${title}…`;
  const draw = () => process.stderr.write(`\r\x1b[K${text} ${seconds(started)}`);
  if (moving) draw();
  else say(text);
  const timer = moving ? setInterval(draw, 1000) : undefined;
  return (outcome) => {
    if (timer) clearInterval(timer);
    say(`${moving ? '\r\x1b[K' : ''}${title}: ${outcome} (${seconds(started)})`);
  };
}

/** The last lines of a program's output, for a person to read. */
function lastLines(output) {
  return output.trimRight().split('\n').slice(-SHOWN_LINES).join('\n');
}

/**
 * Runs a program to its end and resolves to `{ code, output }`; code 124 means that it took too long.
 * A signal to us ends the program first and then us, so that nothing is left behind.
 */
function capture(file, args, options) {
  return new Promise((resolve) => {
    let output = '';
    let tooLong = false;
    let stoppedBy;
    const child = childProcess.spawn(file, args, {
      cwd: options.cwd,
      env: options.env || process.env,
      shell: Boolean(options.shell),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const keep = (chunk) => {
      output = (output + chunk).slice(-KEPT_CHARACTERS);
    };
    child.stdout.setEncoding('utf8').on('data', keep);
    child.stderr.setEncoding('utf8').on('data', keep);
    const stop = {};
    STOP_SIGNALS.forEach((signal) => {
      stop[signal] = () => {
        stoppedBy = signal;
        child.kill(signal);
      };
      process.on(signal, stop[signal]);
    });
    const expire = () => {
      tooLong = true;
      child.kill('SIGKILL');
    };
    const timer = options.timeoutMilliseconds ? setTimeout(expire, options.timeoutMilliseconds) : undefined;
    const finish = (code) => {
      clearTimeout(timer);
      STOP_SIGNALS.forEach((signal) => {
        process.removeListener(signal, stop[signal]);
      });
      if (stoppedBy) {
        // 'exit' handlers (the lock's) run here, which they would not if the signal ended us.
        process.exit(stoppedBy === 'SIGINT' ? 130 : 143);
      }
      resolve({ code: tooLong ? 124 : code, output: output });
    };
    child.on('error', (error) => {
      output += error.message;
      finish(127);
    });
    child.on('close', (code, signal) => finish(signal ? 1 : code));
  });
}

/** Runs a program with progress; on failure shows its last lines and rejects with the sentence `advise(output)`. */
function runStep(step) {
  const done = progress(step.title, step.estimate);
  return capture(step.file, step.args, step).then((result) => {
    done(result.code === 0 ? 'done' : 'failed');
    if (result.code === 0) return result.output;
    say(lastLines(result.output));
    throw new SetupError(step.advise(result.output, result.code));
  });
}

/** Ends the process for an error that set-up threw: a sentence for a SetupError, the stack for a mistake of ours. */
function fail(error) {
  say(error instanceof SetupError ? error.message : error.stack);
  process.exit(error instanceof SetupError ? error.exitCode : 1);
}

module.exports = {
  SetupError: SetupError,
  capture: capture,
  fail: fail,
  lastLines: lastLines,
  progress: progress,
  runStep: runStep,
  say: say,
};
