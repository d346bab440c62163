import type { Bindery } from '../support/bindery.ts';
import { type FormSender, pick, type Reply } from './http.ts';
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

/** What clients do with their tokens. Each response is checked against what is known; a contradiction is thrown. */
export class TokenOperations {
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
  readonly #people: ConcurrencyPeople;
  readonly #binderies: readonly Pick<Bindery, 'url'>[];
  readonly #sender: FormSender;
  /** Milliseconds. */
  readonly #grace: number;

  constructor(options: {
    readonly people: ConcurrencyPeople;
    readonly binderies: readonly Pick<Bindery, 'url'>[];
    readonly sender: FormSender;
    readonly graceMilliseconds: number;
  }) {
    this.#people = options.people;
    this.#binderies = options.binderies;
    this.#sender = options.sender;
    this.#grace = options.graceMilliseconds;
  }

  async signIn(random: () => number): Promise<Family> {
    const { client, user } = this.#people;
    const reply = await this.#post('/connect/token', { grant_type: 'password', ...client, ...user }, random);
    expectStatus(reply, 200);
    this.tally.signIns += 1;
    const { refreshToken, accessToken } = tokensOf(reply);
    return newFamily(this.tally.signIns, refreshToken, accessToken);
  }

  async refresh(token: RefreshToken, scope: string, random: () => number): Promise<void> {
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

  async refreshWithUngrantedScope(token: RefreshToken, random: () => number): Promise<void> {
    const sentAt = Date.now();
    const reply = await this.#post('/connect/token', this.#refreshForm(token, 'ungranted'), random);
    if (reply.body['error'] === 'invalid_grant') {
      // The family is checked first: a revoked one is the only other reason to refuse.
      const attempt = { token, scope: 'ungranted', sentAt };
      endRefusedRefresh(attempt, Date.now(), this.#grace);
      return;
    }
    expectError(reply, 'invalid_scope');
    if ((token.family.deadBy ?? Number.POSITIVE_INFINITY) < sentAt) {
      throw violation(token.family, 'a dead family was asked for its scope');
    }
  }

  /** Must neither work nor revoke the family, which shows in every later operation. */
  async refreshAsOther(token: RefreshToken, random: () => number): Promise<void> {
    const other = random() < 0.5 ? this.#people.sibling : this.#people.stranger;
    const form = { ...this.#refreshForm(token, ''), ...other };
    expectError(await this.#post('/connect/token', form, random), 'invalid_grant');
  }

  async revoke(token: RefreshToken, random: () => number): Promise<void> {
    beginRevocation(token.family, Date.now());
    const form = { ...this.#people.client, token: token.text };
    expectStatus(await this.#post('/oauth/revoke', form, random), 200);
    markDead(token.family, Date.now());
    this.tally.revocations += 1;
  }

  async revokeAsOther(token: RefreshToken, accessToken: AccessToken, random: () => number): Promise<void> {
    const other = random() < 0.5 ? this.#people.sibling : this.#people.stranger;
    const { text } = random() < 0.5 ? token : accessToken;
    expectStatus(await this.#post('/oauth/revoke', { ...other, token: text }, random), 200);
  }

  async revokeAccess(token: AccessToken, random: () => number): Promise<void> {
    token.revokingFrom ??= Date.now();
    const form = { ...this.#people.client, token: token.text };
    expectStatus(await this.#post('/oauth/revoke', form, random), 200);
    token.revokedBy ??= Date.now();
    this.tally.revocations += 1;
  }

  async introspect(token: RefreshToken, random: () => number): Promise<void> {
    const { client, sibling, stranger, api } = this.#people;
    const asking = random() < 0.8 ? client : pick([sibling, stranger, api], random);
    const sentAt = Date.now();
    const isActive = await this.#isActive(asking, token.text, random);
    if (asking === client) {
      checkIntrospection(token, isActive, sentAt, Date.now(), this.#grace);
    } else if (isActive) {
      throw violation(token.family, 'another client was told of a refresh token');
    }
  }

  async introspectAccess(token: AccessToken, random: () => number): Promise<void> {
    const { client, sibling, stranger, api } = this.#people;
    const asking = pick([client, client, sibling, api, api, stranger], random);
    const sentAt = Date.now();
    const isActive = await this.#isActive(asking, token.text, random);
    if (asking !== stranger) {
      checkAccessIntrospection(token, isActive, sentAt, Date.now(), this.#grace);
    } else if (isActive) {
      throw violation(token.family, 'another organization was told of an access token');
    }
  }

  /** With no request in progress, only the newest token of a live family is active, and none of a revoked one. */
  async checkAtRest(family: Family, random: () => number): Promise<void> {
    const active: RefreshToken[] = [];
    for (const token of family.tokens) {
      if (await this.#isActive(this.#people.client, token.text, random)) {
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
        await this.introspectAccess(token, random);
      }
      await this.refresh(tipOf(family), '', random);
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
    return { grant_type: 'refresh_token', ...this.#people.client, refresh_token: token.text, ...asked };
  }

  #post(path: string, fields: Readonly<Record<string, string>>, random: () => number): Promise<Reply> {
    return this.#sender.post(pick(this.#binderies, random).url + path, fields);
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
