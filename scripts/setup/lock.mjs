// A lock between processes that set up the same clone at once. Its holder touches the file every second; a file
// that stays untouched was left by a process that died, on this machine or in another container.
import { mkdirSync, readFileSync, statSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const BEAT_MILLISECONDS = 1000;
const POLL_MILLISECONDS = 250;
// Counted in polls that saw no beat, not by the clock: a laptop that slept has not made a lock stale.
const STALE_POLLS = 60;
const STALE_BREAKER_MILLISECONDS = 30_000;

function read(file) {
  try {
    return { text: readFileSync(file, 'utf8'), touched: statSync(file).mtime.getTime() };
  } catch {
    return undefined;
  }
}

function remove(file) {
  try {
    unlinkSync(file);
  } catch {
    // Already gone.
  }
}

/** Creates the file with our name in it; false if it is there already. */
function create(file, text) {
  try {
    writeFileSync(file, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

/** Says whether the holder named in a lock ran on this host and is gone. */
function holderIsGone(text) {
  const [pid, host] = text.split(' ');
  if (host !== hostname()) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}

/** Removes a lock that still reads `text`. One process at a time may, or it could remove its successor's. */
function breakLock(file, text) {
  const breaker = `${file}.breaking`;
  const left = read(breaker);
  if (left && Date.now() - left.touched > STALE_BREAKER_MILLISECONDS) remove(breaker);
  if (!create(breaker, text)) return;
  if (read(file)?.text === text) remove(file);
  remove(breaker);
}

function hold(file, text) {
  const beat = setInterval(() => {
    try {
      utimesSync(file, new Date(), new Date());
    } catch {
      // The lock was taken from us while the machine slept; the work itself is idempotent.
    }
  }, BEAT_MILLISECONDS);
  const release = () => {
    clearInterval(beat);
    process.removeListener('exit', release);
    if (read(file)?.text === text) remove(file);
  };
  process.on('exit', release);
  return release;
}

/** Resolves to a function that releases the lock; `onWait` is called once if another process holds it. */
export async function acquireLock(file, onWait) {
  const text = `${process.pid} ${hostname()} ${Date.now()}`;
  mkdirSync(dirname(file), { recursive: true });
  let hasWaited = false;
  let quietPolls = 0;
  let last = '';
  while (!create(file, text)) {
    const seen = read(file);
    if (seen) {
      const state = `${seen.text} ${seen.touched}`;
      quietPolls = state === last ? quietPolls + 1 : 0;
      last = state;
      if (quietPolls >= STALE_POLLS || holderIsGone(seen.text)) breakLock(file, seen.text);
      else if (!hasWaited) {
        hasWaited = true;
        onWait();
      }
    }
    await delay(POLL_MILLISECONDS);
  }
  return hold(file, text);
}
