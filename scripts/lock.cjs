'use strict';
// A lock between processes that set up the same clone at once. Its holder touches the file every second; a file
// that stays untouched was left by a process that died, on this machine or in another container.

const fs = require('fs');
const os = require('os');
const path = require('path');

const BEAT_MILLISECONDS = 1000;
const POLL_MILLISECONDS = 250;
// Counted in polls that saw no beat, not by the clock: a laptop that slept has not made a lock stale.
const STALE_POLLS = 60;
const STALE_BREAKER_MILLISECONDS = 30000;

function read(file) {
  try {
    return { text: fs.readFileSync(file, 'utf8'), touched: fs.statSync(file).mtime.getTime() };
  } catch (_error) {
    return undefined;
  }
}

function remove(file) {
  try {
    fs.unlinkSync(file);
  } catch (_error) {
    // Already gone.
  }
}

function makeFolder(folder) {
  try {
    fs.mkdirSync(folder);
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
}

/** Creates the file with our name in it; false if it is there already. */
function create(file, text) {
  try {
    fs.writeFileSync(file, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

/** Says whether the holder named in a lock ran on this host and is gone. */
function holderIsGone(text) {
  const parts = text.split(' ');
  if (parts[1] !== os.hostname()) return false;
  try {
    process.kill(Number(parts[0]), 0);
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
  const seen = read(file);
  if (seen && seen.text === text) remove(file);
  remove(breaker);
}

function hold(file, text) {
  const beat = setInterval(() => {
    try {
      fs.utimesSync(file, new Date(), new Date());
    } catch (_error) {
      // The lock was taken from us while the machine slept; the work itself is idempotent.
    }
  }, BEAT_MILLISECONDS);
  const release = () => {
    clearInterval(beat);
    process.removeListener('exit', release);
    const seen = read(file);
    if (seen && seen.text === text) remove(file);
  };
  process.on('exit', release);
  return release;
}

/** Resolves to a function that gives the lock back; `onWait` is called once if another process holds it. */
function acquire(file, onWait) {
  const text = `${process.pid} ${os.hostname()} ${Date.now()}`;
  makeFolder(path.dirname(file));
  return new Promise((resolve, reject) => {
    let waited = false;
    let quietPolls = 0;
    let last = '';
    const attempt = () => {
      try {
        if (create(file, text)) return resolve(hold(file, text));
        const seen = read(file);
        if (seen) {
          const state = `${seen.text} ${seen.touched}`;
          quietPolls = state === last ? quietPolls + 1 : 0;
          last = state;
          if (quietPolls >= STALE_POLLS || holderIsGone(seen.text)) breakLock(file, seen.text);
          else if (!waited) {
            waited = true;
            onWait();
          }
        }
        return setTimeout(attempt, POLL_MILLISECONDS);
      } catch (error) {
        return reject(error);
      }
    };
    attempt();
  });
}

module.exports = { acquire: acquire };
