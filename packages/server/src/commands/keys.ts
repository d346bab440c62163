import type { Command } from 'commander';
import { readSigningKeys, rotateSigningKey } from '../actions/signing-keys.ts';
import { type StoredSigningKey, stateOf } from '../domain/signing-key.ts';
import { outputOf, type ResultOptions, withExamples, withJson } from './options.ts';
import { moment, print, table, timestamp } from './output.ts';
import { withStore } from './store-command.ts';

/** `bindery keys …` */
export function keyCommands(program: Command): void {
  const keys = program.command('keys').description('Manage signing keys');

  withExamples(withJson(keys.command('list')), 'bindery keys list')
    .description('List the published signing keys')
    .action(async (options: ResultOptions) => {
      const items = await withStore(async (context) => {
        const found = await readSigningKeys(context);
        return found.map((key) => ({ ...key, state: stateOf(found, key, context.now()) }));
      });
      print(
        outputOf(options),
        { items: items.map((item) => ({ ...toWire(item), state: item.state })) },
        table(
          ['KEY ID', 'ALGORITHM', 'STATE', 'PUBLISHED', 'SIGNS FROM', 'RETIRES'],
          items.map((item) => [
            item.kid,
            item.algorithm,
            item.state,
            moment(item.publishedAt, ''),
            moment(item.signsFrom, ''),
            moment(item.retiresAt, 'not set'),
          ]),
        ),
      );
    });

  withExamples(withJson(keys.command('rotate')), 'bindery keys rotate')
    .description('Publish a new signing key; it signs once every cache of the key set has it, so no token fails')
    .action(async (options: ResultOptions) => {
      const key = await withStore((context, actor) => rotateSigningKey(context, actor));
      print(outputOf(options), toWire(key), [`${key.kid} (${key.algorithm}) signs from ${moment(key.signsFrom, '')}`]);
    });
}

function toWire(key: StoredSigningKey) {
  return {
    kid: key.kid,
    algorithm: key.algorithm,
    published_at: timestamp(key.publishedAt),
    signs_from: timestamp(key.signsFrom),
    retires_at: timestamp(key.retiresAt),
  };
}
