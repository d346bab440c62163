// The report of one part of a run: as `test-reporter.mjs` has it, but the closing counts and the files that failed go
// to file descriptor 3 as JSON, for the part's parent to add up.
import { writeSync } from 'node:fs';
import report from './test-reporter.mjs';

const COUNTS_DESCRIPTOR = 3;

async function* withoutCounts(events) {
  const failed = [];
  for await (const event of events) {
    if (event.type === 'test:summary' && event.data.file === undefined) {
      writeSync(COUNTS_DESCRIPTOR, JSON.stringify({ counts: event.data.counts, failed }));
      continue;
    }
    if (event.type === 'test:summary' && !event.data.success) {
      failed.push({ file: event.data.file, counts: event.data.counts });
    }
    yield event;
  }
}

// biome-ignore lint/style/noDefaultExport: node:test loads a reporter by its default export
export default (events) => report(withoutCounts(events));
