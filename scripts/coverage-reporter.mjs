// What unit tests leave untested: totals, the files with the least coverage, and those that no test loads.
import { globSync } from 'node:fs';
import { relative } from 'node:path';

const SHOWN_FILES = 10;

const percent = (value) => `${value.toFixed(1).padStart(5)} %`;

function textOf({ totals, files, workingDirectory }) {
  const loaded = new Set(files.map(({ path }) => relative(workingDirectory, path)));
  const sources = globSync('{packages,sdks}/*/src/**/*.ts', { cwd: workingDirectory });
  const unloaded = sources.filter((file) => !/\.test\.ts$|^packages\/console\//.test(file) && !loaded.has(file));
  const least = files.toSorted((one, other) => one.coveredLinePercent - other.coveredLinePercent);
  const { coveredLinePercent, coveredBranchPercent, coveredFunctionPercent } = totals;
  return [
    '',
    `coverage of the ${files.length} files that unit tests load (${unloaded.length} more are left to test/):`,
    `  ${percent(coveredLinePercent)} of lines, ${percent(coveredBranchPercent)} of branches, ${percent(coveredFunctionPercent)} of functions`,
    'least covered:',
    ...least.slice(0, SHOWN_FILES).map(({ path, coveredLinePercent: lines }) => {
      return `  ${percent(lines)}  ${relative(workingDirectory, path)}`;
    }),
    '',
  ].join('\n');
}

// biome-ignore lint/style/noDefaultExport: node:test loads a reporter by its default export
export default async function* report(events) {
  for await (const { type, data } of events) {
    if (type === 'test:coverage') yield textOf({ workingDirectory: process.cwd(), ...data.summary });
  }
}
