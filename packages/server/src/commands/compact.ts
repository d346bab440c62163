import type { Command } from 'commander';
import { loadConfig } from '../config.ts';
import { ApiError } from '../errors.ts';
import { compactSqlite } from '../store/sqlite/compact.ts';
import { outputOf, type ResultOptions, withExamples, withJson } from './options.ts';
import { print } from './output.ts';

/** `bindery compact` */
export function compactCommand(program: Command): void {
  withExamples(withJson(program.command('compact')), 'BINDERY_DATA_DIR=/var/lib/bindery bindery compact')
    .description('Rewrite the SQLite file without its unused space; stop the server first')
    .action((options: ResultOptions) => {
      const config = loadConfig();
      if (config.databaseUrl !== undefined) {
        throw new ApiError('invalid_input', 'the store is a PostgreSQL database, which reuses its space by itself');
      }
      const { location, bytesBefore, bytesAfter } = compactSqlite(config.dataDir);
      print(outputOf(options), { store: location, bytes_before: bytesBefore, bytes_after: bytesAfter }, [
        `${location}: ${toMegabytes(bytesBefore)} MB before, ${toMegabytes(bytesAfter)} MB now`,
      ]);
    });
}

function toMegabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(1);
}
