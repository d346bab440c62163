import type { Bindery } from '../support/bindery.ts';
import { openSender, type Reply, seededRandom } from './http.ts';
import {
  type AccessToken,
  beginRefresh,
  beginRevocation,
  checkAccessIntrospection,
  checkIntrospection,
  endRefresh,
  endRefusedRefresh,
  type Family,
  markDead,
  newFamily,
  type RefreshToken,
  tipOf,
  Violation,
  violation,
} from './model.ts';
import type { ConcurrencyPeople, Credentials } from './people.ts';

/** What a run did; a run in which nothing could have gone wrong proves nothing. */
export interface ConcurrencyTally {
  operations: number;
  signIns: number;
  rotations: number;
  retries: number;
  reuses: number;
  lateRetries: number;
  revocations: number;
  introspections: number;
}

export interface ConcurrencyOptions {
  /** Every server of the store; each request goes to one of them at random. */
  readonly binderies: readonly Pick<Bindery, 'url'>[];
  readonly people: ConcurrencyPeople;
  readonly operations: number;
  readonly seed: number;
  /** The window of the servers, in which a used token is answered again. */
  readonly graceSeconds: number;
  readonly report?: (tally: ConcurrencyTally) => void;
}

const actors = 32;
const familiesAlive = 64;
/** Signing in is dear: so many at once. */
const signInsMax = 2;
const scopes = ['', 'public'] as const;

/** Lets clients refresh, revoke and introspect at random; throws the first violation, with the seed. */
export async function runConcurrency(options: ConcurrencyOptions): Promise<ConcurrencyTally> {
  const run = new ConcurrencyRun(options);
  try {
    return await run.run();
  } catch (error) {
    throw new Violation(`seed ${options.seed}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

class ConcurrencyRun {
  readonly tally: ConcurrencyTally = {
    operations: 0,
    signIns: 0,
    rotations: 0,
    retries: 0,
    reuses: 0,
    lateRetries: 0,
    revocations: 0,
    introspections: 0,
  };
  readonly #options: ConcurrencyOptions;
  readonly #sender = openSender(actors);
  readonly #grace: number;
  #families: Family[] = [];
  #signInsUnderWay = 0;
  #isBroken = false;

  constructor(options: ConcurrencyOptions) {
    this.#options = options;
    this.#grace = options.graceSeconds * 1000;
  }

  async run(): Promise<ConcurrencyTally> {
    const random = seededRandom(this.#options.seed);
    try {
      await this.#signIn(random);
      const seeds = Array.from({ length: actors }, () => Math.floor(random() * 2 ** 32));
      await Promise.all(seeds.map((seed) => this.#act(seededRandom(seed))));
      for (const family of this.#families) {
        await this.#checkAtRest(family, random);
      }
      return this.tally;
    } finally {
      this.#isBroken = true;
      this.#sender.close();
    }
  }

  /** One actor: one operation after another until all are done. */
  async #act(random: () => number): Promise<void> {
    while (this.tally.operations < this.#options.operations && !this.#isBroken) {
      this.tally.operations += 1;
      if (this.tally.operations % 10_000 === 0) {
        this.#options.report?.(this.tally);
      }
      try {
        await this.#operate(random);
      } catch (error) {
        this.#isBroken = true;
        throw error;
      }
    }
  }

  async #operate(random: () => number): Promise<void> {
    if (this.#families.length < familiesAlive && this.#signInsUnderWay < signInsMax) {
      await this.#signIn(random);
      return;
    }
    const family = pick(this.#families, random);
    if (family.deadBy !== undefined && family.probesAfterEnd > 20 && family.requestsUnderWay === 0) {
      this.#families = this.#families.filter((other) => other !== family);
      await this.#checkAtRest(family, random);
      return;
    }
    if (random() < 0.001) {
      await this.#retryAfterWindow(random);
      return;
    }
    family.probesAfterEnd += Number(family.deadBy !== undefined);
    family.requestsUnderWay += 1;
    try {
      await this.#operateOn(family, random);
    } finally {
      family.requestsUnderWay -= 1;
    }
  }

  async #operateOn(family: Family, random: () => number): Promise<void> {
    const token = random() < 0.7 ? tipOf(family) : pick(family.tokens, random);
    const accessToken = pick(family.accessTokens, random);
    const chance = random();
    if (chance < 0.3) {
      await this.#refresh(tipOf(family), '', random);
    } else if (chance < 0.36) {
      // The newest and the one before it, as a client does that lost an answer.
      await this.#refresh(family.tokens.at(-2) ?? tipOf(family), '', random);
    } else if (chance < 0.362) {
      await this.#refresh(token, pick(scopes, random), random);
    } else if (chance < 0.366) {
      const same = tipOf(family);
      await Promise.all(Array.from({ length: 8 }, () => this.#refresh(same, '', random)));
    } else if (chance < 0.39) {
      await this.#refreshWithUngrantedScope(token, random);
    } else if (chance < 0.42) {
      await this.#refreshAsOther(token, random);
    } else if (chance < 0.424) {
      await this.#revoke(token, random);
    } else if (chance < 0.45) {
      await this.#revokeAsOther(token, accessToken, random);
    } else if (chance < 0.5) {
      await this.#revokeAccess(accessToken, random);
    } else if (chance < 0.74) {
      await this.#introspect(token, random);
    } else {
      await this.#introspectAccess(accessToken, random);
    }
  }

  async #signIn(random: () => number): Promise<void> {
    const { client, user } = this.#options.people;
    this.#signInsUnderWay += 1;
    const reply = await this.#post('/connect/token', { grant_type: 'password', ...client, ...user }, random);
    this.#signInsUnderWay -= 1;
    expectStatus(reply, 200);
    this.tally.signIns += 1;
    const { refreshToken, accessToken } = tokensOf(reply);
    this.#families.push(newFamily(this.tally.signIns, refreshToken, accessToken));
  }

  async #refresh(token: RefreshToken, scope: string, random: () => number): Promise<void> {
    const isRetry = token.successor !== undefined;
    const attempt = beginRefresh(token, scope, Date.now());
    const reply = await this.#post('/connect/token', this.#refreshForm(token, scope), random);
    if (reply.status === 200) {
      endRefresh(attempt, tokensOf(reply), Date.now(), this.#grace);
      this.tally.retries += Number(isRetry);
      this.tally.rotations += Number(!isRetry);
    } else {
      expectError(reply, 'invalid_grant');
      this.tally.reuses += Number(token.family.deadBy === undefined);
      endRefusedRefresh(attempt, Date.now(), this.#grace);
    }
  }

  /** Takes a family that nobody is busy with, lets the window of its used token pass, and sends that token again. */
  async #retryAfterWindow(random: () => number): Promise<void> {
    const family = this.#families.find(
      ({ deadBy, requestsUnderWay, tokens }) =>
        deadBy === undefined &&
        requestsUnderWay === 0 &&
        tokens.at(-1)?.firstTriedAt === undefined &&
        tokens.at(-2)?.usedBy !== undefined,
    );
    const used = family?.tokens.at(-2);
    const usedBy = used?.usedBy;
    if (family === undefined || used === undefined || usedBy === undefined) {
      return;
    }
    this.#families = this.#families.filter((other) => other !== family);
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, usedBy + this.#grace - Date.now() + 1)));
    await this.#refresh(used, used.scopeUsed ?? '', random);
    this.tally.lateRetries += 1;
    await this.#checkAtRest(family, random);
  }

  async #refreshWithUngrantedScope(token: RefreshToken, random: () => number): Promise<void> {
    const sentAt = Date.now();
    const reply = await this.#post('/connect/token', this.#refreshForm(token, 'ungranted'), random);
    if (reply.body['error'] === 'invalid_grant') {
      // The family is looked at first, and only its end refuses here.
      const attempt = { token, scope: 'ungranted', sentAt };
      endRefusedRefresh(attempt, Date.now(), this.#grace);
      return;
    }
    expectError(reply, 'invalid_scope');
    if ((token.family.deadBy ?? Number.POSITIVE_INFINITY) < sentAt) {
      throw violation(token.family, 'a dead family was asked for its scope');
    }
  }

  /** Neither helps the other client nor harms the family: that shows in every later operation. */
  async #refreshAsOther(token: RefreshToken, random: () => number): Promise<void> {
    const other = random() < 0.5 ? this.#options.people.sibling : this.#options.people.stranger;
    const form = { ...this.#refreshForm(token, ''), ...other };
    expectError(await this.#post('/connect/token', form, random), 'invalid_grant');
  }

  async #revoke(token: RefreshToken, random: () => number): Promise<void> {
    beginRevocation(token.family, Date.now());
    const form = { ...this.#options.people.client, token: token.text };
    expectStatus(await this.#post('/oauth/revoke', form, random), 200);
    markDead(token.family, Date.now());
    this.tally.revocations += 1;
  }

  async #revokeAsOther(token: RefreshToken, accessToken: AccessToken, random: () => number): Promise<void> {
    const other = random() < 0.5 ? this.#options.people.sibling : this.#options.people.stranger;
    const { text } = random() < 0.5 ? token : accessToken;
    expectStatus(await this.#post('/oauth/revoke', { ...other, token: text }, random), 200);
  }

  async #revokeAccess(token: AccessToken, random: () => number): Promise<void> {
    token.revokingFrom ??= Date.now();
    const form = { ...this.#options.people.client, token: token.text };
    expectStatus(await this.#post('/oauth/revoke', form, random), 200);
    token.revokedBy ??= Date.now();
    this.tally.revocations += 1;
  }

  async #introspect(token: RefreshToken, random: () => number): Promise<void> {
    const { client, sibling, stranger, api } = this.#options.people;
    const asking = random() < 0.8 ? client : pick([sibling, stranger, api], random);
    const sentAt = Date.now();
    const isActive = await this.#isActive(asking, token.text, random);
    if (asking === client) {
      checkIntrospection(token, isActive, sentAt, Date.now(), this.#grace);
    } else if (isActive) {
      throw violation(token.family, 'another client was told of a refresh token');
    }
  }

  async #introspectAccess(token: AccessToken, random: () => number): Promise<void> {
    const { client, sibling, stranger, api } = this.#options.people;
    const asking = pick([client, client, sibling, api, api, stranger], random);
    const sentAt = Date.now();
    const isActive = await this.#isActive(asking, token.text, random);
    if (asking !== stranger) {
      checkAccessIntrospection(token, isActive, sentAt, Date.now(), this.#grace);
    } else if (isActive) {
      throw violation(token.family, 'another organization was told of an access token');
    }
  }

  /** With nothing under way: one token of a live family is active, the newest; none of a dead one. */
  async #checkAtRest(family: Family, random: () => number): Promise<void> {
    const active: RefreshToken[] = [];
    for (const token of family.tokens) {
      if (await this.#isActive(this.#options.people.client, token.text, random)) {
        active.push(token);
      }
    }
    const isDead = family.deadBy !== undefined || (active.length === 0 && family.endangeredFrom !== undefined);
    if (isDead ? active.length > 0 : active.length !== 1 || active[0] !== tipOf(family)) {
      throw violation(family, `${active.length} refresh tokens of a family at rest are active`);
    }
    if (isDead) {
      markDead(family, Date.now());
      await new Promise((resolve) => setTimeout(resolve, 2));
      for (const token of family.accessTokens) {
        await this.#introspectAccess(token, random);
      }
      await this.#refresh(tipOf(family), '', random);
    }
  }

  async #isActive(asking: Credentials, token: string, random: () => number): Promise<boolean> {
    const reply = await this.#post('/oauth/introspect', { ...asking, token }, random);
    expectStatus(reply, 200);
    this.tally.introspections += 1;
    return reply.body['active'] === true;
  }

  #refreshForm(token: RefreshToken, scope: string): Readonly<Record<string, string>> {
    const asked = scope === '' ? {} : { scope };
    return { grant_type: 'refresh_token', ...this.#options.people.client, refresh_token: token.text, ...asked };
  }

  #post(path: string, fields: Readonly<Record<string, string>>, random: () => number): Promise<Reply> {
    return this.#sender.post(pick(this.#options.binderies, random).url + path, fields);
  }
}

function tokensOf({ body }: Reply): { readonly refreshToken: string; readonly accessToken: string } {
  return { refreshToken: String(body['refresh_token']), accessToken: String(body['access_token']) };
}

function expectStatus(reply: Reply, status: number): void {
  if (reply.status !== status) {
    throw new Violation(`${status} was expected: ${reply.status} ${JSON.stringify(reply.body)}`);
  }
}

function expectError(reply: Reply, error: string): void {
  if (reply.status !== 400 || reply.body['error'] !== error) {
    throw new Violation(`${error} was expected: ${reply.status} ${JSON.stringify(reply.body['error'])}`);
  }
}

function pick<Item>(items: readonly Item[], random: () => number): Item {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) {
    throw new Error('there is nothing to choose from');
  }
  return item;
}
