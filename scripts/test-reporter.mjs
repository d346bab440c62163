// The report of `npm test`: a line for each file, every failure in full, and a closing line with the counts.
import { isAbsolute, relative } from 'node:path';
import { inspect } from 'node:util';

const PRINTED_CHARACTERS_MAX = 64 * 1024;

/** The tests around the running one in each file, outermost first: an event carries only its own name. */
const names = new Map();
/** What each file printed; shown only if the file fails. */
const printed = new Map();

function readable(path) {
  return path !== undefined && isAbsolute(path) ? relative(process.cwd(), path) : (path ?? '');
}

function phrase({ tests, passed, skipped, todo }) {
  const failed = tests - passed - skipped - todo;
  const left = skipped + todo;
  return { failed, text: `${passed} passed, ${failed} failed${left > 0 ? `, ${left} skipped` : ''}` };
}

/** The error that the test threw; node:test wraps it in one of its own. */
function describe(error) {
  const thrown = error?.code === 'ERR_TEST_FAILURE' && error.cause !== undefined ? error.cause : error;
  return typeof thrown === 'string' ? thrown : inspect(thrown, { depth: 8 });
}

function failure(test) {
  const path = [...(names.get(test.file) ?? []).slice(0, test.nesting), readable(test.name)].join(' › ');
  const error = describe(test.details.error).replaceAll(/^(?=.)/gm, '    ');
  return `✖ ${readable(test.file)}:${test.line ?? 1} ${path}\n${error}\n\n`;
}

function takePrinted(file) {
  const text = printed.get(file) ?? '';
  printed.delete(file);
  return text;
}

/** The text for one event of node:test; most events have none. */
function textOf(type, event) {
  switch (type) {
    case 'test:start':
      names.set(event.file, [...(names.get(event.file) ?? []).slice(0, event.nesting), event.name]);
      return '';
    case 'test:stdout':
    case 'test:stderr':
      printed.set(event.file, `${printed.get(event.file) ?? ''}${event.message}`.slice(-PRINTED_CHARACTERS_MAX));
      return '';
    case 'test:diagnostic':
      return event.message.startsWith('warning: ') ? `${event.message}\n` : '';
    case 'test:fail':
      if (event.todo !== undefined || event.details.error?.failureType === 'subtestsFailed') return '';
      // A test with its file's name is the file itself: it did not load, or ended otherwise than well.
      return (event.name === event.file ? takePrinted(event.file) : '') + failure(event);
    case 'test:summary':
      return summary(event);
    default:
      return '';
  }
}

function summary({ file, counts, duration_ms: milliseconds }) {
  const { failed, text } = phrase(counts);
  if (file === undefined) {
    // A run in which nothing ran has proved nothing.
    if (counts.passed + failed === 0) process.exitCode = 1;
    return `\n${text}\n`;
  }
  const output = takePrinted(file);
  return `${failed > 0 ? `${output}✖` : '✔'} ${readable(file)}: ${text} (${(milliseconds / 1000).toFixed(1)} s)\n`;
}

/** A reporter of node:test: turns its events into text. */
// biome-ignore lint/style/noDefaultExport: node:test loads a reporter by its default export
export default async function* report(events) {
  for await (const { type, data } of events) {
    const text = textOf(type, data);
    if (text !== '') yield text;
  }
}
