import assert from 'node:assert/strict';
import { decodeJwt } from 'jose';
import { createClient, createUser, passwordGrants } from '../support/arrange.ts';
import type { Bindery } from '../support/bindery.ts';
import { postForm } from '../support/token-requests.ts';

/** The client and the user who sign in while the server is being killed. */
export interface CrashPeople {
  readonly client: { readonly client_id: string; readonly client_secret: string };
  readonly user: { readonly username: string; readonly password: string };
}

/** What was acknowledged in all rounds. */
export interface PeopleTally {
  signIns: number;
  rotations: number;
  revocations: number;
}

/** What is known for certain about one sign-in. */
interface KnownFamily {
  /** The refresh token that was exchanged for the newest. */
  used: string | undefined;
  newest: string;
  accessToken: string;
  /** A refresh with the newest was sent but not answered. */
  isUnderWay: boolean;
  family: Revocation;
  access: Revocation;
}

type Revocation = 'none' | 'sent' | 'acknowledged';

/** One round's traffic. */
export interface PeopleTraffic {
  readonly isOver: boolean;
}

/** A grace window that covers every retry after a restart, and an issuer that stays although the port changes. */
export const crashEnvironment = {
  BINDERY_PUBLIC_URL: 'http://localhost:8080',
  BINDERY_REFRESH_TOKEN_GRACE: '300',
  BINDERY_LIMIT_USER: '1000000',
  BINDERY_LIMIT_USER_HOURLY: '1000000',
  BINDERY_LIMIT_NETWORK: '1000000',
} as const;

const refreshLoops = 3;
const revokeLoops = 2;
/** Revocations of earlier rounds that are checked again. */
const revokedKept = 20;

/** Creates a user, and a client to sign in through. */
export async function createCrashPeople(bindery: Bindery): Promise<CrashPeople> {
  const { client_id, client_secret, organization_id } = await createClient(bindery, { grants: passwordGrants });
  const user = { username: 'crash@example.com', password: 'a password for many crashes' };
  await createUser(bindery, { org: organization_id, email: user.username, password: user.password });
  return { client: { client_id, client_secret }, user };
}

/** Signs in, refreshes and revokes until the traffic ends, and knows afterwards what must be true. */
export class PeopleUnderFire {
  readonly tally: PeopleTally = { signIns: 0, rotations: 0, revocations: 0 };
  readonly #people: CrashPeople;
  /** Collects the id of every token that arrived. */
  readonly #tokenIds: Set<string>;
  #families: KnownFamily[] = [];
  #revokedBefore: KnownFamily[] = [];

  constructor(people: CrashPeople, tokenIds: Set<string>) {
    this.#people = people;
    this.#tokenIds = tokenIds;
  }

  /** Starts the loops of one round; each ends with the traffic. */
  start(bindery: Bindery, traffic: PeopleTraffic): readonly Promise<void>[] {
    this.#revokedBefore = [...this.#revokedBefore, ...this.#families]
      .filter(({ family }) => family === 'acknowledged')
      .slice(-revokedKept);
    this.#families = [];
    return [
      ...Array.from({ length: refreshLoops }, () => this.#until(traffic, () => this.#keepRefreshing(bindery, traffic))),
      ...Array.from({ length: revokeLoops }, () => this.#until(traffic, () => this.#keepRevoking(bindery, traffic))),
    ];
  }

  /** Throws if the restarted server contradicts anything that was acknowledged before. */
  async assertAsAcknowledged(bindery: Bindery): Promise<void> {
    for (const known of [...this.#revokedBefore, ...this.#families]) {
      if (known.family === 'acknowledged') {
        await this.#assertEnded(bindery, known);
      } else if (known.family === 'none') {
        await this.#assertAlive(bindery, known);
      }
    }
  }

  async #assertEnded(bindery: Bindery, { newest, accessToken }: KnownFamily): Promise<void> {
    for (const token of [newest, accessToken]) {
      assert.equal(await this.#isActive(bindery, token), false, 'an acknowledged revocation was undone');
    }
    const answer = await this.#ask(bindery, { grant_type: 'refresh_token', refresh_token: newest });
    assert.equal(answer['error'], 'invalid_grant', 'a token of a revoked family was refreshed');
  }

  async #assertAlive(bindery: Bindery, known: KnownFamily): Promise<void> {
    if (known.access === 'acknowledged') {
      assert.equal(await this.#isActive(bindery, known.accessToken), false, 'a revoked access token lives again');
    } else if (known.access === 'none') {
      assert.equal(await this.#isActive(bindery, known.accessToken), true, 'an acknowledged access token is lost');
    }
    if (!known.isUnderWay && known.used !== undefined) {
      assert.equal(await this.#refresh(bindery, known.used), known.newest, 'a retry got another successor');
    }
    // Whether it was rotated at the last moment or not, its holder can continue.
    const successor = await this.#refresh(bindery, known.newest);
    await this.#refresh(bindery, successor);
  }

  async #until(traffic: PeopleTraffic, act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      if (!traffic.isOver || error instanceof assert.AssertionError) {
        throw error;
      }
    }
  }

  async #keepRefreshing(bindery: Bindery, traffic: PeopleTraffic): Promise<void> {
    const known = await this.#signIn(bindery);
    while (!traffic.isOver) {
      known.isUnderWay = true;
      const tokens = await this.#ask(bindery, { grant_type: 'refresh_token', refresh_token: known.newest });
      this.#learn(known, tokens);
      this.tally.rotations += 1;
      await this.#isActive(bindery, known.newest);
    }
  }

  async #keepRevoking(bindery: Bindery, traffic: PeopleTraffic): Promise<void> {
    for (let turn = 0; !traffic.isOver; turn += 1) {
      const known = await this.#signIn(bindery);
      const kind = turn % 2 === 0 ? 'family' : 'access';
      known[kind] = 'sent';
      const token = kind === 'family' ? known.newest : known.accessToken;
      const response = await postForm(bindery, '/oauth/revoke', { ...this.#people.client, token });
      assert.equal(response.status, 200);
      known[kind] = 'acknowledged';
      this.tally.revocations += 1;
    }
  }

  async #signIn(bindery: Bindery): Promise<KnownFamily> {
    const tokens = await this.#ask(bindery, { grant_type: 'password', ...this.#people.user });
    const known: KnownFamily = {
      used: undefined,
      newest: '',
      accessToken: '',
      isUnderWay: false,
      family: 'none',
      access: 'none',
    };
    this.#learn(known, tokens);
    known.used = undefined;
    this.#families.push(known);
    this.tally.signIns += 1;
    return known;
  }

  /** The whole response has arrived: from now on it counts. */
  #learn(known: KnownFamily, tokens: Readonly<Record<string, unknown>>): void {
    assert.equal(typeof tokens['refresh_token'], 'string', JSON.stringify(tokens['error']));
    known.used = known.newest;
    known.newest = String(tokens['refresh_token']);
    known.accessToken = String(tokens['access_token']);
    known.isUnderWay = false;
    this.#tokenIds.add(String(decodeJwt(known.accessToken).jti));
  }

  async #refresh(bindery: Bindery, token: string): Promise<string> {
    const answer = await this.#ask(bindery, { grant_type: 'refresh_token', refresh_token: token });
    assert.equal(typeof answer['refresh_token'], 'string', `an acknowledged token was refused: ${answer['error']}`);
    return String(answer['refresh_token']);
  }

  async #isActive(bindery: Bindery, token: string): Promise<boolean> {
    const response = await postForm(bindery, '/oauth/introspect', { ...this.#people.client, token });
    // RFC 7662 §2.2
    return ((await response.json()) as { readonly active: boolean }).active;
  }

  async #ask(bindery: Bindery, fields: Readonly<Record<string, string>>): Promise<Readonly<Record<string, unknown>>> {
    const response = await postForm(bindery, '/connect/token', { ...this.#people.client, ...fields });
    // RFC 6749 §5: an object, whether success or error.
    return (await response.json()) as Record<string, unknown>;
  }
}
