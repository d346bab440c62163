import { createHash } from 'node:crypto';
import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises';
import { type CutoffKind, cutoffKinds, cutoffsSignedEverySeconds, cutoffsType } from '@bindery/guard/issuer';
import { JwtText } from '../domain/access-token.ts';
import type { CutoffSnapshot } from '../live/cutoffs.ts';
import type { OAuthDeps } from './deps.ts';

/** The list at a moment, and a name for what a caller has once it has read it. */
export interface CutoffsVersion {
  readonly name: string;
  readonly snapshot: CutoffSnapshot;
  readonly seq: number;
}

export interface SignedDocument {
  readonly name: string;
  readonly body: string;
}

interface FullDocument extends SignedDocument {
  readonly seq: number;
  readonly interval: number;
}

/**
 * The narrow kinds first: while the list is written, an entry may replace those that it covers, and must not have been
 * passed already.
 */
const narrowFirst: readonly CutoffKind[] = ['token', 'session', 'member', 'user', 'client', 'organization'];
/** Entries that are written before other requests have their turn: a fraction of a millisecond. */
const entriesPerTurn = 1000;
/** Writing the full list may take this part of the time at most. */
const busyPart = 1 / 5;
/** Parts that are signed for one version of the list; whoever asks for another one gets the full list. */
const partsMax = 64;

/** Signs the list, once for any number of callers: in full, or what came after a number. */
export class SignedCutoffs {
  readonly #deps: OAuthDeps;
  #full: FullDocument | undefined;
  #writing: Promise<void> | undefined;
  #restsUntil = 0;
  #partsOf = '';
  #parts = new Map<number, Promise<string>>();

  constructor(deps: OAuthDeps) {
    this.#deps = deps;
  }

  /** What the list is now. Its name changes with every cut-off, and each minute, when it is to be signed again. */
  async version(): Promise<CutoffsVersion> {
    const { cutoffs, keyRing } = this.#deps;
    const snapshot = await cutoffs.snapshot();
    const { kid } = await keyRing.signer();
    const { seq } = snapshot.list;
    return { name: nameOf(kid, this.#interval(), seq), snapshot, seq };
  }

  /** What is new since a number, or the full list if the difference is large or the number is not known. */
  async document(version: CutoffsVersion, since: number | undefined): Promise<SignedDocument> {
    const part = since === undefined ? undefined : this.#partSince(version, since);
    return part === undefined ? this.#fullList(version) : { name: version.name, body: await part };
  }

  #partSince(version: CutoffsVersion, since: number): Promise<string> | undefined {
    const { name, snapshot, seq } = version;
    if (this.#partsOf !== name) {
      this.#partsOf = name;
      this.#parts = new Map();
    }
    const known = this.#parts.get(since);
    if (known !== undefined || since > seq || this.#parts.size >= partsMax) {
      return known;
    }
    const entries = snapshot.entriesAfter(since);
    const count = sizeOf(snapshot);
    if (entries.length > count / 2 && entries.length > entriesPerTurn) {
      return undefined;
    }
    const cutoffs = cutoffKinds.map((kind) => [
      kind,
      Object.fromEntries(entries.flatMap((entry) => (entry.kind === kind ? [[entry.hash, entry.lastSecond]] : []))),
    ]);
    const part = this.#sign({ seq, from: since, count }, JSON.stringify(Object.fromEntries(cutoffs)));
    this.#parts.set(since, part);
    return part;
  }

  /** The full list, at least as new as `version`. Callers that come meanwhile wait for the same one. */
  async #fullList({ seq }: CutoffsVersion): Promise<FullDocument> {
    const interval = this.#interval();
    for (;;) {
      const full = this.#full;
      if (full !== undefined && full.seq >= seq && full.interval >= interval) {
        return full;
      }
      this.#writing ??= this.#write().finally(() => {
        this.#writing = undefined;
      });
      await this.#writing;
    }
  }

  /** In turns, with a rest before the next one: neither a large list nor many changes hold the event loop. */
  async #write(): Promise<void> {
    const rest = this.#restsUntil - performance.now();
    if (rest > 1) {
      await wait(rest);
    }
    const { name, snapshot, seq } = await this.version();
    const interval = this.#interval();
    const signer = await this.#deps.keyRing.signer();
    let began = performance.now();
    let busy = 0;
    const text = new JwtText(cutoffsType, signer);
    text.add(`${this.#dated({ seq })},"cutoffs":`);
    for (const [index, kind] of narrowFirst.entries()) {
      let before = `${index === 0 ? '{' : '},'}"${kind}":{`;
      let written = 0;
      for (const [hash, second] of snapshot.list.cutoffs[kind]) {
        text.add(`${before}"${hash}":${second}`);
        before = ',';
        written += 1;
        if (written % entriesPerTurn === 0) {
          text.flush();
          busy += performance.now() - began;
          await nextTurn();
          began = performance.now();
        }
      }
      text.add(written === 0 ? before : '');
    }
    text.add('}}}');
    const signed = text.sign();
    busy += performance.now() - began;
    this.#full = { name, seq, interval, body: await signed };
    this.#restsUntil = performance.now() + busy / busyPart - busy;
  }

  async #sign(claims: { readonly seq: number; readonly from?: number; readonly count?: number }, cutoffs: string) {
    const text = new JwtText(cutoffsType, await this.#deps.keyRing.signer());
    text.add(`${this.#dated(claims)},"cutoffs":${cutoffs}}`);
    return text.sign();
  }

  /** The claims before the entries, as JSON that is still open. */
  #dated(claims: object): string {
    const { config, now } = this.#deps.context;
    const dated = { iss: config.publicUrl, iat: Math.floor(now() / 1000), ...claims };
    const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
    return JSON.stringify(dated)
      .slice(0, -1)
      .replaceAll(/[\u0080-\uffff]/g, escaped);
  }

  #interval(): number {
    return Math.floor(this.#deps.context.now() / (cutoffsSignedEverySeconds * 1000));
  }
}

function sizeOf({ list }: CutoffSnapshot): number {
  return cutoffKinds.reduce((sum, kind) => sum + list.cutoffs[kind].size, 0);
}

function nameOf(kid: string, interval: number, seq: number): string {
  return createHash('sha256').update(`${kid} ${interval} ${seq}`).digest('base64url');
}
