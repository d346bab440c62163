import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import { createUser } from '../support/arrange.ts';
import { type Bindery, binderyCommand, startBindery } from '../support/bindery.ts';
import { cleanEnvironment } from '../support/programs.ts';
import { postForm } from '../support/token-requests.ts';

let bindery: Bindery;
let org: string;
let client: Readonly<Record<'client_id' | 'client_secret', string>>;
let number = 0;

before(async () => {
  bindery = await startBindery();
  org = await newOrganization('Acme');
  client = await newClient(org, ['--grant', 'password']);
});
after(() => bindery[Symbol.asyncDispose]());

const password = 'correct horse battery';

/** The id and the secret of a new client. */
async function newClient(organizationId: string, more: readonly string[] = []): Promise<typeof client> {
  const options = ['--org', organizationId, '--name', 'Sign-in', '--access', 'read', ...more];
  const { client_id, client_secret } = await bindery.cliJson<typeof client>(['client', 'create', ...options]);
  return { client_id, client_secret };
}

async function newOrganization(name: string): Promise<string> {
  return (await bindery.cliJson<{ organization_id: string }>(['org', 'create', '--name', name])).organization_id;
}

function newEmail(): string {
  number += 1;
  return `user${number}@example.com`;
}

/** The email of a new user, whose creation is not what is tested. */
async function newUser(): Promise<string> {
  const email = newEmail();
  await createUser(bindery, { org, email, password });
  return email;
}

function create(email: string, stdin = password, more: readonly string[] = ['--role', 'member']) {
  return bindery.cli(['user', 'create', '--org', org, '--email', email, ...more, '--password-stdin', '--json'], stdin);
}

async function signIn(username: string, text: string) {
  const response = await postForm(bindery, '/connect/token', {
    ...client,
    grant_type: 'password',
    username,
    password: text,
  });
  return { status: response.status, body: (await response.json()) as Readonly<Record<string, string>> };
}

test('user create prints four fields, and the user can sign in', async () => {
  const { code, stdout, stderr } = await create('Ana@Example.com', password, ['--role', 'owner']);
  assert.equal(code, 0, stderr);
  const made = JSON.parse(stdout) as Record<string, unknown>;
  assert.deepEqual(Object.keys(made), ['user_id', 'email', 'role', 'organization_id']);
  assert.match(String(made['user_id']), /^user_/);
  assert.deepEqual([made['email'], made['role'], made['organization_id']], ['ana@example.com', 'owner', org]);
  assert.ok(!(stdout + stderr).includes(password));
  assert.equal((await signIn('ana@example.com', password)).status, 200);
});

test('the password on standard input loses exactly one line ending', async () => {
  const cases = [
    [`${password}\n`, password],
    [`${password}\r\n`, password],
    [`${password}\n\n`, `${password}\n`],
    [`${password}\r\n\r\n`, `${password}\r\n`],
    [` ${password}\u00e5\u{1f511} \n`, ` ${password}\u00e5\u{1f511} `],
  ] as const;
  await Promise.all(
    cases.map(async ([stdin, kept]) => {
      const email = newEmail();
      const { code, stderr } = await create(email, stdin);
      assert.equal(code, 0, stderr);
      assert.equal((await signIn(email, kept)).status, 200, JSON.stringify(stdin));
      if (kept !== password) {
        assert.equal((await signIn(email, password)).status, 400, JSON.stringify(stdin));
      }
    }),
  );
});

test('an email that already has a user is exit code 4, in any letter case, and its password stays', async () => {
  const email = newEmail();
  await createUser(bindery, { org, email, password });
  for (const again of [email, email.toUpperCase()]) {
    const { code, stdout, stderr } = await create(again, 'another password here');
    assert.deepEqual([code, stdout], [4, '']);
    assert.match(stderr, /member add/);
  }
  assert.equal((await signIn(email, password)).status, 200);
});

test('invalid input is exit code 2, and an unknown organization is exit code 3', async () => {
  const refused = await Promise.all([
    create(newEmail(), 'elevenchars\n'),
    create('no address'),
    create(newEmail(), password, ['--role', 'admin']),
    create(newEmail(), password, []),
  ]);
  assert.deepEqual(
    refused.map(({ code }) => code),
    [2, 2, 2, 2],
  );
  const withoutStdin = ['user', 'create', '--org', org, '--email', newEmail(), '--role', 'member', '--json'];
  const { code, stderr } = await bindery.cli(withoutStdin, password);
  assert.equal(code, 2);
  assert.match(stderr, /--password-stdin/);
  const elsewhere = ['--org', '6f1d7f0a-0000-4000-8000-000000000000'];
  assert.equal((await bindery.cli([...withoutStdin, '--password-stdin', ...elsewhere], password)).code, 3);
});

test('member add adds an existing user, who keeps the password; not twice, and no unknown user', async () => {
  const email = await newUser();
  const other = await newOrganization('Other');
  const add = (address: string) =>
    bindery.cli(['member', 'add', '--org', other, '--email', address, '--role', 'owner', '--json']);
  const { code, stdout, stderr } = await add(email.toUpperCase());
  assert.equal(code, 0, stderr);
  const { user_id, ...membership } = JSON.parse(stdout) as Record<string, unknown>;
  assert.match(String(user_id), /^user_/);
  assert.deepEqual(membership, { email, role: 'owner', organization_id: other });
  assert.equal((await add(email)).code, 4);
  assert.equal((await add('nobody@example.com')).code, 3);
  const answer = await postForm(bindery, '/connect/token', {
    ...(await newClient(other, ['--grant', 'password'])),
    ...{ grant_type: 'password', username: email, password },
  });
  assert.equal(answer.status, 200);
});

test('members are listed, change their role and are removed', async () => {
  const email = await newUser();
  const list = async () =>
    (await bindery.cliJson<{ items: Record<string, unknown>[] }>(['member', 'list', '--org', org])).items;
  const { user_id, ...member } = (await list()).find((item) => item['email'] === email) ?? {};
  assert.match(String(user_id), /^user_/);
  assert.deepEqual(member, { email, role: 'member', state: 'active' });
  const of = ['--org', org, '--email', email];
  assert.equal((await bindery.cliJson(['member', 'role', ...of, '--role', 'owner']))['role'], 'owner');
  assert.equal((await bindery.cliJson(['member', 'remove', ...of]))['email'], email);
  assert.ok(!(await list()).some((item) => item['email'] === email));
  assert.equal((await bindery.cli(['member', 'remove', ...of])).code, 3);
  assert.equal((await signIn(email, password)).status, 400);
});

test('user list shows every user, without password hashes', async () => {
  const email = await newUser();
  const { items } = await bindery.cliJson<{ items: Record<string, unknown>[] }>([
    'user',
    'list',
    '--page-size',
    '1000',
  ]);
  const user = items.find((item) => item['email'] === email);
  assert.deepEqual(Object.keys(user ?? {}), ['user_id', 'email', 'state', 'created_at']);
  assert.equal(user?.['state'], 'active');
  assert.ok(!JSON.stringify(items).includes('argon2'));
});

test('user disable and enable apply to the next request, and end existing sign-ins', async () => {
  const email = await newUser();
  const { body } = await signIn(email, password);
  const refresh = () =>
    postForm(bindery, '/connect/token', {
      ...client,
      ...{ grant_type: 'refresh_token', refresh_token: body['refresh_token'] ?? '' },
    });
  assert.equal((await bindery.cliJson(['user', 'disable', email]))['state'], 'disabled');
  assert.equal((await signIn(email, password)).status, 400);
  assert.equal((await refresh()).status, 400);
  assert.equal((await bindery.cliJson(['user', 'enable', email.toUpperCase()]))['state'], 'active');
  assert.equal((await signIn(email, password)).status, 200);
  assert.equal((await refresh()).status, 400);
  assert.equal((await bindery.cli(['user', 'disable', 'nobody@example.com'])).code, 3);
});

test('user set-password replaces the password and prints neither the old nor the new one', async () => {
  const email = await newUser();
  const set = (stdin: string) => bindery.cli(['user', 'set-password', email, '--password-stdin', '--json'], stdin);
  const { code, stdout, stderr } = await set('the new password of a user\n');
  assert.equal(code, 0, stderr);
  assert.ok(!(stdout + stderr).includes('the new password'));
  assert.equal((await signIn(email, password)).status, 400);
  assert.equal((await signIn(email, 'the new password of a user')).status, 200);
  assert.equal((await set('short')).code, 2);
  assert.equal((await bindery.cli(['user', 'set-password', email], password)).code, 2);
  assert.equal((await bindery.cli(['user', 'set-password', 'no@example.com', '--password-stdin'], password)).code, 3);
});

test('standard input that is not UTF-8 is exit code 2', () => {
  const { status, stderr } = spawnSync(
    process.execPath,
    [binderyCommand, 'user', 'set-password', 'x@example.com', '--password-stdin'],
    {
      env: { ...cleanEnvironment(), ...bindery.storeEnvironment },
      input: Buffer.from([0xff, 0xfe, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b]),
    },
  );
  assert.equal(status, 2);
  assert.match(stderr.toString(), /not valid UTF-8/);
});

test('api create shows the secret once, and the API can introspect with it', async () => {
  const audience = `${bindery.url}/api`;
  const { code, stdout } = await bindery.cli([
    'api',
    'create',
    '--name',
    'Binders API',
    '--audience',
    audience,
    '--json',
  ]);
  assert.equal(code, 0);
  const api = JSON.parse(stdout) as { client_id: string; client_secret: string };
  assert.deepEqual(Object.keys(api), ['client_id', 'client_secret']);
  assert.match(api.client_id, /^api_/);
  const email = await newUser();
  const { body } = await signIn(email, password);
  const told = await postForm(bindery, '/oauth/introspect', { ...api, token: body['access_token'] ?? '' });
  assert.equal(((await told.json()) as Record<string, unknown>)['active'], true);
  const { items } = await bindery.cliJson<{ items: Record<string, unknown>[] }>(['api', 'list']);
  assert.deepEqual(Object.keys(items[0] ?? {}), ['client_id', 'name', 'audience', 'last_four', 'created_at']);
  assert.ok(!JSON.stringify(items).includes(api.client_secret));
  assert.equal((await bindery.cliJson(['api', 'delete', api.client_id]))['deleted'], true);
  assert.equal((await postForm(bindery, '/oauth/introspect', { ...api, token: 'x' })).status, 401);
  assert.equal((await bindery.cli(['api', 'delete', api.client_id])).code, 3);
  assert.equal((await bindery.cli(['api', 'create', '--name', 'API', '--audience', 'with space'])).code, 2);
});

test('token inspect exits with 0 for a valid token and with 1 for any other, and says why in words', async () => {
  const email = await newUser();
  const { body } = await signIn(email, password);
  for (const stdin of [`Bearer ${body['access_token']}\n`, body['refresh_token']]) {
    const { code, stdout } = await bindery.cli(['token', 'inspect'], stdin);
    assert.equal(code, 0, stdout);
    assert.match(stdout, /^valid$/m);
    assert.ok(!stdout.includes(String(body['access_token'])) && !stdout.includes(String(body['refresh_token'])));
  }
  const good = await bindery.cliJson(['token', 'inspect'], body['access_token']);
  assert.deepEqual([good['valid'], good['problems'], good['client_id']], [true, [], client.client_id]);
  for (const stdin of ['', client.client_secret, `${body['access_token']}x`]) {
    const { code, stdout } = await bindery.cli(['token', 'inspect'], stdin);
    assert.equal(code, 1);
    assert.match(stdout, /^problem: /m);
    assert.ok(!stdout.includes(client.client_secret));
  }
  await postForm(bindery, '/oauth/revoke', { ...client, token: body['refresh_token'] ?? '' });
  const { code, stdout } = await bindery.cli(['token', 'inspect', '--json'], body['access_token']);
  assert.equal(code, 1);
  assert.equal((JSON.parse(stdout) as Record<string, unknown>)['valid'], false);
});

test('the password grant is off by default, and called legacy where it can be switched on', async () => {
  const email = await newUser();
  const answer = await postForm(bindery, '/connect/token', {
    ...(await newClient(org)),
    ...{ grant_type: 'password', username: email, password },
  });
  assert.equal(answer.status, 400);
  assert.equal(((await answer.json()) as Record<string, unknown>)['error'], 'unauthorized_client');
  assert.match((await bindery.cli(['client', 'create', '--help'])).stdout, /legacy/);
});
