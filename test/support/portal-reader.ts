import { createClient } from '@bindery/server/actions/clients.ts';
import { createOperator } from '@bindery/server/actions/operators.ts';
import { createOrganization } from '@bindery/server/actions/organizations.ts';
import { startSession } from '@bindery/server/actions/sessions.ts';
import { createUser } from '@bindery/server/actions/users.ts';
import type { GrantType } from '@bindery/server/domain/access.ts';
import { cookieNameOf } from '@bindery/server/http/session-cookie.ts';
import { type TestApp, testActor } from './app.ts';

/** A user signed in to the console. */
export interface SignedInTest {
  /** What the browser sends. */
  readonly cookie: string;
  readonly email: string;
  readonly password: string;
  readonly organizationId: string;
  readonly clients: readonly { readonly id: string; readonly secret: string }[];
}

const password = 'a password of some length';
let count = 0;

/** Signs in a member of a new organization with clients, or an operator who is a member of none. */
export async function signIn(
  server: TestApp,
  options: {
    readonly organizationName?: string;
    readonly clientNames?: readonly string[];
    readonly grants?: readonly GrantType[];
  },
): Promise<SignedInTest> {
  const { context, hasher } = server;
  count += 1;
  const email = `reader-${count}@example.com`;
  const { organizationName, clientNames = [] } = options;
  let organizationId = '';
  const clients: { id: string; secret: string }[] = [];
  if (organizationName !== undefined) {
    organizationId = (await createOrganization(context, testActor, { name: organizationName })).id;
  }
  for (const name of clientNames) {
    const made = await createClient(context, testActor, {
      organizationId,
      name,
      access: 'read',
      grants: options.grants ?? ['client_credentials'],
      secretExpiresAt: null,
    });
    clients.push({ id: made.client.id, secret: made.clientSecret });
  }
  const user =
    organizationName === undefined
      ? await createOperator(context, testActor, { email, password, hasher })
      : await createUser(context, testActor, { organizationId, email, role: 'member', password, hasher });
  const { token } = await context.database.transaction((queries) =>
    startSession(context, queries, testActor, user, context.now()),
  );
  return { cookie: `${cookieNameOf(context.config)}=${token}`, email, password, organizationId, clients };
}

/** The visible text of a page. */
export function textOf(html: string): string {
  return html
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}
