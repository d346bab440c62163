import { type Command, InvalidArgumentError } from 'commander';
import { readBranding, setBranding } from '../actions/branding.ts';
import type { Branding } from '../domain/branding.ts';
import { parseEmail } from '../domain/email.ts';
import { brandColorPattern } from '../domain/limits.ts';
import { orNone, outputOf, type ResultOptions, withExamples, withJson } from './options.ts';
import { print } from './output.ts';
import { withStore } from './store-command.ts';

/** `bindery branding …` */
export function brandingCommands(program: Command): void {
  const branding = program.command('branding').description('Manage the name and look of the console and portal');

  withExamples(withJson(branding.command('show')), 'bindery branding show')
    .description('Show the branding')
    .action(async (options: ResultOptions) => printBranding(options, await withStore(readBranding)));

  withExamples(
    withJson(branding.command('set')),
    'bindery branding set --product-name "Acme API" --contact api@example.com',
  )
    .description('Change the branding; options that are left out keep their values')
    .option('--product-name <name>', 'Name of your product')
    .option('--color <color>', 'Color as #rrggbb, or none', color)
    .option('--contact <email>', 'Email address for integrators, or none')
    .action(async (options: ResultOptions & { productName?: string; color?: string; contact?: string }) => {
      const { productName, contact } = options;
      const changed = await withStore(async (context, actor) => {
        const before = await readBranding(context);
        return setBranding(context, actor, {
          ...before,
          ...(productName === undefined ? {} : { productName }),
          ...(options.color === undefined ? {} : { color: orNone(options.color, String) }),
          ...(contact === undefined ? {} : { contact: orNone(contact, parseEmail) }),
        });
      });
      printBranding(options, changed);
    });
}

function color(text: string): string {
  if (text !== 'none' && !brandColorPattern.test(text)) {
    throw new InvalidArgumentError('Use #rrggbb in lower case, such as #0b5cad.');
  }
  return text;
}

function printBranding(options: ResultOptions, branding: Branding): void {
  print(
    outputOf(options),
    {
      product_name: branding.productName,
      color: branding.color,
      contact: branding.contact,
      has_logo: branding.logo !== null,
    },
    [
      `product name: ${branding.productName}`,
      `color: ${branding.color ?? 'none'}`,
      `contact: ${branding.contact ?? 'none'}`,
      `logo: ${branding.logo === null ? 'none' : 'set in the console'}`,
    ],
  );
}
