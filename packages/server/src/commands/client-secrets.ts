import { type Command, Option } from 'commander';
import { rotateSecret, setSecretExpiry } from '../actions/client-secrets.ts';
import { readClient } from '../actions/clients.ts';
import { secretOverlapSecondsDefault } from '../domain/limits.ts';
import { ApiError } from '../errors.ts';
import { clientTarget, expiryAfter } from './clients.ts';
import {
  duration,
  durationOrNow,
  exampleIds,
  outputOf,
  type ResultOptions,
  withExamples,
  withJson,
} from './options.ts';
import { moment, print, sayToSaveSecret, timestamp } from './output.ts';
import { withStore } from './store-command.ts';

/** `bindery client rotate`, `bindery client extend-secret` and `bindery client revoke-secret` */
export function clientSecretCommands(client: Command): void {
  rotateCommand(client);
  extendCommand(client);
  revokeCommand(client);
}

function rotateCommand(client: Command): void {
  withExamples(
    withJson(client.command('rotate <client-id>')),
    `bindery client rotate ${exampleIds.client}`,
    `bindery client rotate ${exampleIds.client} --overlap now   # leaked: revoke every older secret at once`,
  )
    .description('Create a new secret and let the old one expire; the new one is shown only once')
    .addOption(
      new Option('--overlap <duration>', 'How long the old secret stays valid, or now')
        .argParser(durationOrNow)
        .default(secretOverlapSecondsDefault * 1000, '24h'),
    )
    .option('--expires <duration>', 'When the new secret expires, such as 90d (default: never)', duration)
    .action(async (clientId: string, options: ResultOptions & { overlap: number; expires?: number }) => {
      const rotated = await withStore(async (context, actor) =>
        rotateSecret(context, actor, await clientTarget(context, clientId), {
          overlapMilliseconds: options.overlap,
          secretExpiresAt: expiryAfter(context, options.expires),
        }),
      );
      print(
        outputOf(options),
        {
          client_id: rotated.client.id,
          client_secret: rotated.clientSecret,
          previous_secret_expires_at: timestamp(rotated.previousSecretExpiresAt),
        },
        [
          `client id: ${rotated.client.id}`,
          `client secret: ${rotated.clientSecret}`,
          `previous secret expires: ${moment(rotated.previousSecretExpiresAt, '')}`,
        ],
      );
      sayToSaveSecret();
    });
}

function extendCommand(client: Command): void {
  withExamples(
    withJson(client.command('extend-secret <client-id> <last-four>')),
    `bindery client extend-secret ${exampleIds.client} a3F9 --for 24h`,
  )
    .description('Change when a valid secret expires')
    .requiredOption('--for <duration>', 'How long it stays valid from now, such as 24h', duration)
    .action(async (clientId: string, lastFour: string, options: ResultOptions & { for: number }) => {
      await setExpiry(clientId, lastFour, options, (now) => now + options.for);
    });
}

function revokeCommand(client: Command): void {
  withExamples(
    withJson(client.command('revoke-secret <client-id> <last-four>').alias('end-secret')),
    `bindery client revoke-secret ${exampleIds.client} a3F9`,
  )
    .description('Revoke a valid secret at once')
    .action(async (clientId: string, lastFour: string, options: ResultOptions) => {
      await setExpiry(clientId, lastFour, options, () => 'now');
    });
}

async function setExpiry(
  clientId: string,
  lastFour: string,
  options: ResultOptions,
  expiryAt: (now: number) => number | 'now',
): Promise<void> {
  const { client, expiresAt } = await withStore(async (context, actor) => {
    const target = await clientTarget(context, clientId);
    const { secrets } = await readClient(context, target.organizationId, clientId);
    const [secret, ...others] = secrets.filter((one) => one.lastFour === lastFour);
    if (secret === undefined || others.length > 0) {
      throw new ApiError('not_found', 'no single valid secret ends in these characters; see: bindery client show');
    }
    const now = context.now();
    const expiry = expiryAt(now);
    return {
      client: await setSecretExpiry(context, actor, { ...target, secretId: secret.id }, expiry),
      expiresAt: expiry === 'now' ? now : expiry,
    };
  });
  print(
    outputOf(options),
    {
      client_id: client.id,
      name: client.name,
      description: client.description,
      state: client.state,
      secret_last_four: lastFour,
      secret_expires_at: timestamp(expiresAt),
    },
    [`${client.name} (${client.id}): secret …${lastFour} expires ${moment(expiresAt, '')}`],
  );
}
