import type { Command } from 'commander';
import { readBranding, setBranding } from '../actions/branding.ts';
import { setSecretEnd } from '../actions/client-secrets.ts';
import { type ClientTarget, readClient, requireOrganizationOfClient, updateClient } from '../actions/clients.ts';
import type { ActionContext } from '../actions/context.ts';
import { createInvitation, deleteInvitation, readInvitations } from '../actions/invitations.ts';
import { deleteOrganization, requireOrganization, updateOrganizationDetails } from '../actions/organizations.ts';
import type { ApiClient } from '../domain/api-client.ts';
import { parseEmail } from '../domain/email.ts';
import type { Role } from '../domain/member.ts';
import { ApiError } from '../errors.ts';
import { type AnswerOptions, answering, duration, outputOf, type PageOptions, paged } from './options.ts';
import { moment, print, say, table, timestamp } from './output.ts';
import { withStore } from './store-command.ts';

const organizationExample = '6f1d7f0a-0000-4000-8000-000000000000';
const clientExample = 'client_0GVkWHzDT6yPOXqSWcBCGz';

/** `bindery org update` and `bindery org delete` */
export function organizationChanges(org: Command): void {
  answering(org.command('update <organization-id>'))
    .description('change the name or the contact address')
    .option('--name <name>', 'what it is called')
    .option('--contact <email>', 'the address for notices, or none')
    .addHelpText('after', `\nExample:\n  bindery org update ${organizationExample} --contact ana@example.com`)
    .action(async (id: string, options: AnswerOptions & { name?: string; contact?: string }) => {
      const changed = await withStore(async (context, actor) => {
        const { id: organizationId, version } = await requireOrganization(context, id);
        return updateOrganizationDetails(context, actor, { organizationId, version }, organizationChangeOf(options));
      });
      print(outputOf(options), { organization_id: changed.id, name: changed.name, contact: changed.contact }, [
        `${changed.name} (${changed.id}), contact ${changed.contact ?? 'none'}`,
      ]);
    });

  answering(org.command('delete <organization-id>'))
    .description('delete it with its API clients and binders for good; its audit trail stays')
    .option('--yes', 'do it without asking')
    .addHelpText('after', `\nExample:\n  bindery org delete ${organizationExample} --yes`)
    .action(async (id: string, options: AnswerOptions & { yes?: true }) => {
      if (options.yes !== true) {
        throw new ApiError('invalid_input', 'this cannot be undone: repeat the command with --yes');
      }
      const deleted = await withStore(async (context, actor) => {
        const organization = await requireOrganization(context, id);
        await deleteOrganization(context, actor, { organizationId: organization.id, version: organization.version });
        return organization;
      });
      print(outputOf(options), { organization_id: deleted.id, deleted: true }, [
        `deleted ${deleted.name} (${deleted.id})`,
      ]);
    });
}

function organizationChangeOf({ name, contact }: { readonly name?: string; readonly contact?: string }) {
  return {
    ...(name === undefined ? {} : { name }),
    ...(contact === undefined ? {} : { contact: contact === 'none' ? null : parseEmail(contact) }),
  };
}

/** `bindery client update`, `bindery client extend-secret` and `bindery client end-secret` */
export function clientChanges(client: Command): void {
  answering(client.command('update <client-id>'))
    .description('change the name or the description')
    .option('--name <name>', 'what it is called')
    .option('--description <text>', 'where it is used')
    .addHelpText(
      'after',
      `\nExample:\n  bindery client update ${clientExample} --description "Nightly export, server 4"`,
    )
    .action(async (clientId: string, options: AnswerOptions & { name?: string; description?: string }) => {
      const { name, description } = options;
      const changed = await withStore(async (context, actor) =>
        updateClient(context, actor, await targetOf(context, clientId), {
          ...(name === undefined ? {} : { name }),
          ...(description === undefined ? {} : { description }),
        }),
      );
      printClient(options, changed);
    });

  answering(client.command('extend-secret <client-id> <last-four>'))
    .description('let a live secret end so much later from now')
    .requiredOption('--for <duration>', 'how much longer it works, such as 24h', duration)
    .addHelpText('after', `\nExample:\n  bindery client extend-secret ${clientExample} a3F9 --for 24h`)
    .action(async (clientId: string, four: string, options: AnswerOptions & { for: number }) => {
      printClient(options, await moveSecretEnd(clientId, four, (now) => now + options.for));
    });

  answering(client.command('end-secret <client-id> <last-four>'))
    .description('end a live secret now')
    .addHelpText('after', `\nExample:\n  bindery client end-secret ${clientExample} a3F9`)
    .action(async (clientId: string, four: string, options: AnswerOptions) => {
      printClient(options, await moveSecretEnd(clientId, four, () => 'now'));
    });
}

function moveSecretEnd(clientId: string, four: string, endAt: (now: number) => number | 'now'): Promise<ApiClient> {
  return withStore(async (context, actor) => {
    const target = await targetOf(context, clientId);
    const { secrets } = await readClient(context, target.organizationId, clientId);
    const found = secrets.filter(({ lastFour }) => lastFour === four);
    const [secret] = found;
    if (secret === undefined || found.length > 1) {
      throw new ApiError('not_found', 'there is no such live secret; see: bindery client show');
    }
    return setSecretEnd(context, actor, { ...target, secretId: secret.id }, endAt(context.now()));
  });
}

async function targetOf(context: ActionContext, clientId: string): Promise<ClientTarget> {
  return { organizationId: await requireOrganizationOfClient(context, clientId), clientId };
}

function printClient(options: AnswerOptions, client: ApiClient): void {
  print(
    outputOf(options),
    { client_id: client.id, name: client.name, description: client.description, state: client.state },
    [`${client.name} (${client.id}): ${client.state}${client.description === '' ? '' : `, ${client.description}`}`],
  );
}

/** `bindery member invite`, `bindery member invitations` and `bindery member withdraw` */
export function invitationCommands(member: Command, withRole: (command: Command) => Command): void {
  withRole(answering(member.command('invite')))
    .description('make a link with which an address joins an organization, good once for 7 days')
    .requiredOption('--org <organization-id>', 'the organization')
    .requiredOption('--email <email>', 'the address it is for')
    .addHelpText(
      'after',
      `\nExample:\n  bindery member invite --org ${organizationExample} --email bo@example.com --role member`,
    )
    .action(async (options: AnswerOptions & { org: string; email: string; role: Role }) => {
      const made = await withStore((context, actor) =>
        createInvitation(context, actor, { organizationId: options.org, email: options.email, role: options.role }),
      );
      const { id, expiresAt } = made.details;
      print(outputOf(options), { invitation_id: id, link: made.link, expires_at: timestamp(expiresAt) }, [made.link]);
      say(`good once, until ${moment(expiresAt, '')}`);
    });

  paged(member.command('invitations'))
    .description('list the open invitations')
    .requiredOption('--org <organization-id>', 'the organization')
    .addHelpText('after', `\nExample:\n  bindery member invitations --org ${organizationExample}`)
    .action(async (options: PageOptions & { org: string }) => {
      const { items } = await withStore(async (context) => {
        const organization = await requireOrganization(context, options.org);
        return readInvitations(context, organization.id, { size: options.pageSize, number: options.page });
      });
      print(
        outputOf(options),
        {
          items: items.map((item) => ({
            invitation_id: item.id,
            email: item.email,
            role: item.role,
            expires_at: timestamp(item.expiresAt),
          })),
        },
        table(
          ['INVITATION ID', 'E-MAIL', 'ROLE', 'ENDS'],
          items.map((item) => [item.id, item.email ?? '', item.role ?? '', moment(item.expiresAt, '')]),
        ),
      );
    });

  answering(member.command('withdraw <invitation-id>'))
    .description('withdraw an open invitation')
    .requiredOption('--org <organization-id>', 'the organization')
    .addHelpText(
      'after',
      `\nExample:\n  bindery member withdraw invitation_0GVkWHzDT6yPOXqSWcBCGz --org ${organizationExample}`,
    )
    .action(async (id: string, options: AnswerOptions & { org: string }) => {
      await withStore(async (context, actor) => {
        const organization = await requireOrganization(context, options.org);
        await deleteInvitation(context, actor, organization.id, id);
      });
      print(outputOf(options), { invitation_id: id, withdrawn: true }, [`withdrew ${id}`]);
    });
}

/** `bindery branding …` */
export function brandingCommands(program: Command): void {
  const branding = program.command('branding').description('how console and portal call and show themselves');

  answering(branding.command('show'))
    .description('show the branding')
    .addHelpText('after', '\nExample:\n  bindery branding show')
    .action(async (options: AnswerOptions) => printBranding(options, await withStore(readBranding)));

  answering(branding.command('set'))
    .description('change the branding; what is not named stays')
    .option('--product-name <name>', 'what the product is called')
    .option('--color <color>', 'the colour as #rrggbb, or none')
    .option('--contact <email>', 'whom integrators ask, or none')
    .addHelpText('after', '\nExample:\n  bindery branding set --product-name "Acme API" --contact api@example.com')
    .action(async (options: AnswerOptions & { productName?: string; color?: string; contact?: string }) => {
      const { productName, color, contact } = options;
      if (color !== undefined && color !== 'none' && !/^#[0-9a-f]{6}$/.test(color)) {
        throw new ApiError('invalid_input', 'give the colour as #rrggbb in lower case, such as #0b5cad');
      }
      const changed = await withStore(async (context, actor) => {
        const before = await readBranding(context);
        return setBranding(context, actor, {
          ...before,
          ...(productName === undefined ? {} : { productName }),
          ...(color === undefined ? {} : { color: color === 'none' ? null : color }),
          ...(contact === undefined ? {} : { contact: contact === 'none' ? null : parseEmail(contact) }),
        });
      });
      printBranding(options, changed);
    });
}

function printBranding(options: AnswerOptions, branding: Awaited<ReturnType<typeof readBranding>>): void {
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
      `colour: ${branding.color ?? 'none'}`,
      `contact: ${branding.contact ?? 'none'}`,
      `logo: ${branding.logo === null ? 'none' : 'set in the console'}`,
    ],
  );
}
