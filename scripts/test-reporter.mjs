// The report of tests: a line for each file, every failure in full, and a closing line with the counts.
import { isAbsolute, relative } from 'node:path';
import { inspect } from 'node:util';

const PRINTED_CHARACTERS_MAX = 64 * 1024;

function readable(path) {
  return path !== undefined && isAbsolute(path) ? relative(process.cwd(), path) : (path ?? '');
}

/** Counts as in the closing line: `2 passed, 0 failed, 1 skipped`. */
export function phrase({ tests, passed, skipped, todo }) {
  const failed = tests - passed - skipped - todo;
  const left = skipped + todo;
  return { failed, text: `${passed} passed, ${failed} failed${left > 0 ? `, ${left} skipped` : ''}` };
}

/** The error that the test threw; node:test wraps it in one of its own. */
function describe(error) {
  const thrown = error?.code === 'ERR_TEST_FAILURE' && error.cause !== undefined ? error.cause : error;
  return typeof thrown === 'string' ? thrown : inspect(thrown, { depth: 8 });
}

/** Turns the events of a run into text; `title` stands behind the name of each file. */
export class Report {
  /** The tests around the running one in each file, outermost first: an event carries only its own name. */
  #names = new Map();
  /** What each file printed; shown only if the file fails. */
  #printed = new Map();
  #title;

  constructor(title = '') {
    this.#title = title;
  }

  /** The text for one event of node:test; most events have none. */
  textOf(type, event) {
    // A file is named as it was given in some events, and by its whole path in others.
    const file = readable(event.file);
    switch (type) {
      case 'test:start':
        this.#names.set(file, [...(this.#names.get(file) ?? []).slice(0, event.nesting), event.name]);
        return '';
      case 'test:stdout':
      case 'test:stderr':
        this.#printed.set(file, `${this.#printed.get(file) ?? ''}${event.message}`.slice(-PRINTED_CHARACTERS_MAX));
        return '';
      case 'test:diagnostic':
        return event.message.startsWith('warning: ') ? `${event.message}\n` : '';
      case 'test:fail':
        if (event.todo !== undefined || event.details.error?.failureType === 'subtestsFailed') return '';
        // A test with its file's name is the file itself: it did not load, or its process failed.
        return (readable(event.name) === file ? this.#takePrinted(file) : '') + this.#failure(file, event);
      case 'test:summary':
        return event.file === undefined ? '' : this.#summary(file, event);
      default:
        return '';
    }
  }

  #failure(file, test) {
    const path = [...(this.#names.get(file) ?? []).slice(0, test.nesting), readable(test.name)].join(' › ');
    const error = describe(test.details.error).replaceAll(/^(?=.)/gm, '    ');
    return `✖ ${file}:${test.line ?? 1}${this.#title} ${path}\n${error}\n\n`;
  }

  #takePrinted(file) {
    const text = this.#printed.get(file) ?? '';
    this.#printed.delete(file);
    return text;
  }

  #summary(file, { counts, duration_ms: milliseconds }) {
    const { failed, text } = phrase(counts);
    const output = this.#takePrinted(file);
    const seconds = (milliseconds / 1000).toFixed(1);
    return `${failed > 0 ? `${output}✖` : '✔'} ${file}${this.#title}: ${text} (${seconds} s)\n`;
  }
}

/** A reporter of node:test, for files that are run by hand. */
// biome-ignore lint/style/noDefaultExport: node:test loads a reporter by its default export
export default async function* report(events) {
  const report = new Report();
  for await (const { type, data } of events) {
    const text = report.textOf(type, data);
    if (text !== '') yield text;
    if (type === 'test:summary' && data.file === undefined) {
      const { failed, text: counts } = phrase(data.counts);
      // A run in which nothing ran has proved nothing.
      if (data.counts.passed + failed === 0) process.exitCode = 1;
      yield `\n${counts}\n`;
    }
  }
}
