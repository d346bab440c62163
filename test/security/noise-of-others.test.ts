import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Browser, type Somebody, startSite } from '../support/console.ts';
import { elsewhere, startPeople } from '../support/people.ts';

const limits = { BINDERY_LIMIT_NETWORK: '20', BINDERY_LIMIT_USER: '5', BINDERY_LIMIT_USER_HOURLY: '15' };
const here = elsewhere(1);

const signIn = (browser: Browser, { email, password }: Pick<Somebody, 'email' | 'password'>, more = {}) =>
  browser.call('signIn', { body: { email, password }, ...here, ...more });

const nobody = (index: number) => ({ email: `nobody${index}@example.com`, password: 'wrong password here' });

async function times<Result>(number: number, ask: (index: number) => Promise<Result>): Promise<readonly Result[]> {
  return Promise.all(Array.from({ length: number }, (_, index) => ask(index)));
}

describe('9.4 guessing does not lock out others', () => {
  test('wrong client secrets do not count against passwords', async () => {
    await using people = await startPeople(limits);
    const guesses = await times(60, (index) => people.askSignIn({ client_id: `client_${index}` }, here));
    assert.equal(guesses.filter(({ status }) => status === 401).length, 20);
    // Nobody ever signed in from here, and the limit on wrong secrets is long over.
    await people.signIn({}, here);
  });

  test('wrong passwords do not count against links, nor links against passwords', async () => {
    await using site = await startSite(limits);
    await times(60, (index) => signIn(site.newBrowser(), nobody(index)));
    const { invitationToken } = await site.newWorld();
    const body = { token: invitationToken, password: 'a long phrase of a guest' };
    assert.equal((await site.newBrowser().call('acceptInvitation', { body, ...here })).status, 201);
  });

  test('a network that a user signed in from is not shut by guesses at others from there, and guesses are still limited', async () => {
    await using people = await startPeople(limits);
    await people.signIn({}, here);
    const noise = await times(60, (index) => people.askSignIn({ username: `nobody${index}@example.com` }, here));
    assert.equal(noise.filter(({ status }) => status === 429).length, 40);
    await people.signIn({}, here);
    const stranger = await people.newPerson();
    assert.equal((await people.askSignIn({ username: stranger.email, password: stranger.password }, here)).status, 429);
    const guesses = await times(30, () => people.askSignIn({ password: 'wrong password here' }, here));
    assert.equal(guesses.filter(({ status }) => status === 400).length, 5);
  });

  test('a browser that a user signed in with is not shut by guesses at that very user, from the same address', async () => {
    await using site = await startSite(limits);
    const signedIn = await signIn(site.newBrowser(), site.owner);
    const device = deviceCookieOf(signedIn.headers);
    await times(30, () => signIn(site.newBrowser(), { ...site.owner, password: 'wrong password here' }));
    assert.equal((await signIn(site.newBrowser(), site.owner)).status, 429);
    assert.equal((await signIn(site.newBrowser(device), site.owner)).status, 201);
    // From any network, and within a limit of its own.
    assert.equal((await signIn(site.newBrowser(device), site.owner, elsewhere(2))).status, 201);
    const wrong = { ...site.owner, password: 'wrong password here' };
    const guesses = await times(30, () => signIn(site.newBrowser(device), wrong));
    assert.equal(guesses.filter(({ status }) => status === 400).length, 5);
    // It helps with no other account.
    await times(30, () => signIn(site.newBrowser(), { ...site.member, password: 'wrong password here' }));
    assert.equal((await signIn(site.newBrowser(device), site.member)).status, 429);
  });

  test('the cookie of a device is for the server alone, outlives the session, and is no session', async () => {
    await using site = await startSite({ ...limits, BINDERY_PUBLIC_URL: 'https://auth.example.com' });
    const browser = site.newBrowser();
    const { headers } = await signIn(browser, site.owner);
    const cookie = [headers['set-cookie']].flat().find((text) => String(text).startsWith('__Host-bindery_device='));
    assert.match(
      String(cookie),
      /^__Host-bindery_device=[0-9A-Za-z.-]+; Max-Age=15552000; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
    );
    const out = await browser.call('signOut');
    assert.ok(![out.headers['set-cookie']].flat().some((text) => String(text).includes('device')));
    assert.equal((await site.newBrowser(deviceCookieOf(headers)).call('getSession')).text, 'null');
    assert.doesNotMatch(site.server.log(), /bindery_device/);
  });

  test('the keys of an IPv6 network are counted together, with higher limits', async () => {
    await using people = await startPeople({ ...limits, BINDERY_LIMIT_CLIENT: '1000000' });
    const guess = (remoteAddress: string) => people.askSignIn({ client_secret: 'wrong' }, { remoteAddress });
    const inOne56 = await times(150, (index) => guess(`2001:db8:1:${index.toString(16)}::1`));
    assert.equal(inOne56.filter(({ status }) => status === 401).length, 80);
    const inOne48 = await times(400, (index) => guess(`2001:db8:1:${(256 + index * 64).toString(16)}::1`));
    assert.equal(inOne48.filter(({ status }) => status === 401).length, 240);
    assert.equal((await guess('2001:db8:2::1')).status, 401);
    people.target.expectToken(await people.target.send(people.target.good, { remoteAddress: '2001:db8:1:1::1' }));
  });
});

function deviceCookieOf(headers: Readonly<Record<string, unknown>>): string {
  const set = [headers['set-cookie']].flat().find((text) => String(text).includes('bindery_device='));
  const [cookie] = String(set).split(';');
  assert.match(cookie ?? '', /bindery_device=./);
  return cookie ?? '';
}
