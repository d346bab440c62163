import assert from 'node:assert/strict';
import type { Bindery } from './bindery.ts';
import { callEverythingWrongly, type ManagementAnswer, ManagementCaller } from './canary-management.ts';
import type { Canaries } from './canary-secrets.ts';
import { postForm } from './token-requests.ts';

/** Uses every endpoint of a new server, well and badly, with secrets that are nowhere else. */
export async function useEveryEndpoint(
  bindery: Bindery,
  canaries: Canaries,
): Promise<{ readonly caller: ManagementCaller; readonly cookie: string }> {
  const caller = new ManagementCaller(bindery, canaries);
  await callEverythingWrongly(caller, canaries, undefined);
  const operator = await setUp(bindery, caller, canaries);
  await callEverythingWrongly(caller, canaries, operator.cookie);
  const client = await useClients(caller, canaries, operator);
  await usePeople(caller, canaries, operator);
  await useInstance(caller, canaries, operator);
  await useTokens(bindery, canaries, client, operator.password);
  await endSignIns(bindery, caller, canaries, operator, client);
  await endEverything(caller, canaries, operator, client);
  const body = { email: operator.email, password: operator.password };
  return { caller, cookie: cookieOf(await caller.mustCall('signIn', { body })) };
}

interface Operator {
  cookie: string;
  password: string;
  readonly email: string;
  readonly userId: string;
  readonly path: { readonly organizationId: string };
}

async function setUp(bindery: Bindery, caller: ManagementCaller, canaries: Canaries): Promise<Operator> {
  const { setup_url } = await bindery.cliJson<{ setup_url: string }>(['setup-token']);
  const token = tokenOf(canaries, 'setup token', setup_url);
  const email = 'operator@example.com';
  const password = canaries.add('operator password', 'the first canary password of the operator');
  const body = { token, email, name: 'Operator', password, organizationName: 'Acme' };
  await caller.call('setUp', {
    body: { ...body, token: canaries.add('wrong setup token', 'wrong-canary-setup-token') },
  });
  await caller.mustCall('getInstance');
  const answer = await caller.mustCall('setUp', { body });
  assert.ok((await caller.call('setUp', { body })).status >= 400, 'a setup token works once');
  const { user, organizations } = answer.body as {
    readonly user: { readonly id: string };
    readonly organizations: readonly { readonly id: string }[];
  };
  return {
    cookie: cookieOf(answer),
    password,
    email,
    userId: user.id,
    path: { organizationId: organizations[0]?.id ?? '' },
  };
}

/** What a client signs in with. */
export interface Client {
  readonly client_id: string;
  readonly client_secret: string;
}

async function useClients(caller: ManagementCaller, canaries: Canaries, operator: Operator): Promise<Client> {
  const { cookie, path } = operator;
  const made = await caller.mustCall('createClient', { cookie, path, body: { name: 'Sign-in', passwordGrant: true } });
  const { client, clientSecret } = made.body as { client: { id: string }; clientSecret: string };
  canaries.add('client secret', clientSecret);
  const target = { cookie, path: { ...path, clientId: client.id } };
  const ifMatch = async () => ({ 'if-match': (await caller.mustCall('getClient', target)).etag });
  const rotated = await caller.mustCall('rotateSecret', { ...target, headers: await ifMatch(), body: {} });
  const newSecret = canaries.add('rotated secret', String(rotated.body['clientSecret']));
  const { secrets } = rotated.body['client'] as { secrets: readonly { id: string }[] };
  const secret = { cookie, path: { ...target.path, secretId: secrets[0]?.id ?? '' } };
  const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
  await caller.mustCall('updateSecret', { ...secret, headers: await ifMatch(), body: { expiresAt } });
  await caller.mustCall('endSecret', { ...secret, headers: await ifMatch() });
  await caller.mustCall('updateClient', { ...target, headers: await ifMatch(), body: { access: 'read_write' } });
  await caller.mustCall('listClients', { cookie, path });
  return { client_id: client.id, client_secret: newSecret };
}

/** Signs in again, since `useTokens` may have revoked what it got, and ends that. */
async function endSignIns(
  bindery: Bindery,
  caller: ManagementCaller,
  canaries: Canaries,
  { cookie, path, email, password }: Operator,
  client: Client,
): Promise<void> {
  const response = await postForm(bindery, '/connect/token', {
    ...{ ...client, grant_type: 'password', username: email, password },
  });
  const answer = (await response.json()) as Readonly<Record<string, unknown>>;
  canaries.add('refresh token of a sign-in to end', String(answer['refresh_token']));
  const target = { cookie, path: { ...path, clientId: client.client_id } };
  const { body } = await caller.mustCall('listSignIns', target);
  const [first] = body['items'] as readonly { readonly id: string }[];
  await caller.mustCall('endSignIn', { cookie, path: { ...target.path, signInId: first?.id ?? '' } });
  await caller.mustCall('endSignIns', target);
}

async function usePeople(caller: ManagementCaller, canaries: Canaries, operator: Operator): Promise<void> {
  const { cookie, path } = operator;
  const email = 'member@example.com';
  const invited = await caller.mustCall('createInvitation', { cookie, path, body: { email, role: 'member' } });
  const token = tokenOf(canaries, 'invitation', invited.body['link']);
  await caller.mustCall('lookUpInvitation', { body: { token } });
  await caller.mustCall('listInvitations', { cookie, path });
  const password = canaries.add('member password', 'the canary password of a member');
  await caller.call('acceptInvitation', { body: { token, password: canaries.add('short password', 'canary-short') } });
  const accepted = await caller.call('acceptInvitation', { body: { token, password, name: 'Member' } });
  assert.ok([201, 410, 404].includes(accepted.status), JSON.stringify(accepted.body));
  const members = await caller.mustCall('listMembers', { cookie, path });
  const found = (members.body['items'] as readonly { email: string; userId: string }[]).find(
    (item) => item.email === email,
  );
  const target = { cookie, path: { ...path, userId: found?.userId ?? '' } };
  await caller.mustCall('updateMember', { ...target, body: { role: 'owner' } });
  const reset = await caller.mustCall('createResetLink', target);
  const resetToken = tokenOf(canaries, 'reset link', reset.body['link']);
  const next = canaries.add('reset password', 'the canary password after a reset');
  await caller.mustCall('resetPassword', { body: { token: resetToken, password: next } });
  await caller.call('signIn', { body: { email, password } });
  const signedIn = cookieOf(await caller.mustCall('signIn', { body: { email, password: next } }));
  await callEverythingWrongly(caller, canaries, signedIn);
  await caller.mustCall('removeMember', target);
  const other = await caller.mustCall('createInvitation', {
    cookie,
    path,
    body: { email: 'other@example.com', role: 'owner' },
  });
  tokenOf(canaries, 'withdrawn invitation', other.body['link']);
  const { id } = other.body['invitation'] as { id: string };
  await caller.mustCall('deleteInvitation', { cookie, path: { ...path, invitationId: id } });
  const resetAgain = await caller.mustCall('createUserResetLink', target);
  tokenOf(canaries, 'second reset link', resetAgain.body['link']);
  const invitedOperator = await caller.mustCall('inviteOperator', { cookie, body: { email } });
  const operatorToken = tokenOf(canaries, 'operator invitation', invitedOperator.body['link']);
  await caller.mustCall('listOperatorInvitations', { cookie });
  const again = cookieOf(await caller.mustCall('signIn', { body: { email, password: next } }));
  await caller.mustCall('acceptInvitationSignedIn', { cookie: again, body: { token: operatorToken } });
  const withdrawn = await caller.mustCall('inviteOperator', { cookie, body: { email: 'late@example.com' } });
  tokenOf(canaries, 'withdrawn operator invitation', withdrawn.body['link']);
  const open = await caller.mustCall('listOperatorInvitations', { cookie });
  const [left] = open.body['items'] as readonly { id: string }[];
  await caller.mustCall('deleteOperatorInvitation', { cookie, path: { ...path, invitationId: left?.id ?? '' } });
  await caller.mustCall('removeOperator', target);
  await caller.mustCall('detachAddress', target);
  await caller.mustCall('setUserState', { ...target, body: { state: 'disabled' } });
}

async function useInstance(caller: ManagementCaller, canaries: Canaries, operator: Operator): Promise<void> {
  const { cookie, path, email } = operator;
  for (const name of [
    ...(['getSession', 'listSessions', 'listOrganizations', 'listSigningKeys', 'listApiCredentials'] as const),
    ...(['listOperators', 'listUsers', 'getBranding'] as const),
  ]) {
    await caller.mustCall(name, { cookie });
  }
  const branding = { productName: 'Acme', color: null, logo: null, contact: null };
  await caller.mustCall('setBranding', { cookie, body: branding });
  const made = await caller.mustCall('createOrganization', { cookie, body: { name: 'Other' } });
  const other = { cookie, path: { organizationId: String(made.body['id']) } };
  const owner = await caller.mustCall('inviteOwner', { ...other, body: { email: 'owner@example.com' } });
  tokenOf(canaries, 'owner invitation', owner.body['link']);
  await caller.mustCall('switchOrganization', { ...other, body: { apiClients: 'off' } });
  const { etag } = await caller.mustCall('getOrganization', { cookie, path });
  await caller.mustCall('updateOrganization', {
    cookie,
    path,
    headers: { 'if-match': etag },
    body: { contact: 'a@example.com' },
  });
  await caller.mustCall('updateAccount', { cookie, body: { theme: 'dark' } });
  const guess = canaries.add('guessed password', 'a canary password that is wrong');
  await caller.call('reauthenticate', { cookie, body: { password: guess } });
  await caller.mustCall('reauthenticate', { cookie, body: { password: operator.password } });
  await caller.call('signIn', { body: { email, password: guess } });
  await caller.call('signIn', {
    body: { email: canaries.add('password as email', 'canary@password.in.place.of.address'), password: guess },
  });
  const newPassword = canaries.add('new operator password', 'the second canary password of the operator');
  await caller.mustCall('changePassword', { cookie, body: { currentPassword: operator.password, newPassword } });
  operator.password = newPassword;
  operator.cookie = cookieOf(await caller.mustCall('signIn', { body: { email, password: newPassword } }));
}

/** Gets, uses and ends tokens of every kind, and asks for them in every wrong way. */
export async function useTokens(
  bindery: Pick<Bindery, 'url'>,
  canaries: Canaries,
  client: Client,
  password = 'a canary password of nobody',
): Promise<void> {
  const ask = async (path: string, fields: Readonly<Record<string, string>>, headers = {}) => {
    const response = await postForm(bindery, path, { ...client, ...fields }, headers);
    const text = await response.text();
    assert.deepEqual(canaries.foundIn(text), [], `${path} answered ${response.status} with a secret`);
    // Every answer of these endpoints is an object or nothing.
    return text === '' ? {} : (JSON.parse(text) as Readonly<Record<string, unknown>>);
  };
  const token = '/connect/token';
  const own = await ask(token, { grant_type: 'client_credentials' });
  const machine = canaries.add('access token', String(own['access_token'] ?? 'canary.access.token'));
  const user = { username: 'operator@example.com', password };
  const signedIn = await ask(token, { grant_type: 'password', ...user });
  const refreshToken = canaries.add('refresh token', String(signedIn['refresh_token'] ?? 'bindery_refresh_canary'));
  canaries.add('user access token', String(signedIn['access_token'] ?? 'canary.user.token'));
  const refreshed = await ask(token, { grant_type: 'refresh_token', refresh_token: refreshToken });
  const next = canaries.add(
    'second refresh token',
    String(refreshed['refresh_token'] ?? 'bindery_refresh_other_canary'),
  );
  canaries.add('second user access token', String(refreshed['access_token'] ?? 'canary.other.token'));
  const wrong = canaries.add('wrong client secret', 'bindery_secret_of_a_canary_that_is_wrong');
  for (const path of [token, '/oauth/introspect', '/oauth/revoke']) {
    await ask(path, { token: next, client_secret: wrong, grant_type: 'client_credentials' });
    await ask(path, { token: next, client_assertion: wrong });
    await ask(path, {});
  }
  await ask(token, { grant_type: 'password', ...user, password: wrong });
  await ask(token, { grant_type: 'refresh_token', refresh_token: `${next}x` });
  await ask('/oauth/introspect', { token: next });
  await ask('/oauth/introspect', { token: machine });
  for (const [path, bearer] of [
    ['/api/binders', machine],
    ['/api/binders', wrong],
    ['/verify', machine],
    ['/verify', wrong],
    ['/admin/session', machine],
  ] as const) {
    const response = await fetch(bindery.url + path, { headers: { authorization: `Bearer ${bearer}` } });
    const text = (await response.text()) + JSON.stringify([...response.headers]);
    assert.deepEqual(canaries.foundIn(text), [], `${path} answered ${response.status} with a secret`);
  }
  await ask('/oauth/revoke', { token: machine });
  await ask('/oauth/revoke', { token: next });
  await ask(token, { grant_type: 'refresh_token', refresh_token: next });
}

async function endEverything(
  caller: ManagementCaller,
  canaries: Canaries,
  operator: Operator,
  client: Client,
): Promise<void> {
  const { cookie, path } = operator;
  const target = { cookie, path: { ...path, clientId: client.client_id } };
  for (const name of ['getClientUsage', 'listActivity', 'exportActivity'] as const) {
    await caller.mustCall(name, target);
  }
  for (const name of ['getOverview', 'listAudit', 'exportAudit'] as const) {
    await caller.mustCall(name, { cookie, path });
  }
  const api = await caller.mustCall('createApiCredential', {
    cookie,
    body: { name: 'API', audience: 'https://a.example' },
  });
  canaries.add('API credential', String(api.body['clientSecret']));
  const { id } = api.body['credential'] as { id: string };
  await caller.mustCall('deleteApiCredential', { cookie, path: { credentialId: id } });
  const headers = { 'if-match': (await caller.mustCall('getClient', target)).etag };
  await caller.mustCall('deleteClient', { ...target, headers });
  const second = cookieOf(
    await caller.mustCall('signIn', { body: { email: operator.email, password: operator.password } }),
  );
  const sessions = (await caller.mustCall('listSessions', { cookie })).body['items'] as readonly {
    id: string;
    isCurrent: boolean;
  }[];
  const other = sessions.find(({ isCurrent }) => !isCurrent);
  await caller.mustCall('endSession', { cookie, path: { sessionId: other?.id ?? '' } });
  assert.equal((await caller.call('listSessions', { cookie: second })).status, 401);
  const organization = await caller.mustCall('getOrganization', { cookie, path });
  await caller.mustCall('deleteOrganization', { cookie, path, headers: { 'if-match': organization.etag } });
  const last = cookieOf(
    await caller.mustCall('signIn', { body: { email: operator.email, password: operator.password } }),
  );
  await caller.mustCall('signOut', { cookie: last });
}

function tokenOf(canaries: Canaries, what: string, link: unknown): string {
  const [, token = ''] = String(link).split('#t=');
  return canaries.add(what, token);
}

function cookieOf({ cookie }: ManagementAnswer): string {
  if (cookie === undefined) {
    throw new Error('the answer set no cookie');
  }
  return cookie;
}
