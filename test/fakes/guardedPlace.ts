/** The part of the one place that checks tokens, in small: what it guards, for whom it opens, and what it notes of that, sealed. */
import { sha256 } from '@noble/hashes/sha2.js';
import { fromHex, toHex, utf8, type Address, type Bytes, type Digest, type Hex } from '../../src/core/bytes.ts';
import { SalusError } from '../../src/core/errors.ts';
import { sealBytes } from '../../src/crypto/envelope.ts';
import { recipientFromPublicKey } from '../../src/crypto/identity.ts';
import { standing, type Books, type Event } from '../../src/peer/liveness.ts';
import type { FakeWorld } from './chain.ts';
import { bytesOf } from './rules.ts';

type Guarded = { guard: Address; by: Address; blocks: Map<string, Bytes> };
type Outcome = { outcome: 'served' | 'refused'; reason: string; access: Hex | null };
type Note = Outcome & { guard: Address; record: Digest; at: number };

const PEER_ID = '12D3KooWFakeGuardingPeer';

export class GuardedPlace {
  /** false: a place that does not check tokens */
  guards = true;
  readonly records = new Map<Digest, Guarded>();
  /** by account, in order */
  readonly notes: Note[] = [];
  #world: FakeWorld | null = null;

  /** The chain it reads; without one nobody is let in by a token. */
  follow(world: FakeWorld): void {
    this.#world = world;
  }

  #books(account: Address, world: FakeWorld): Books {
    const own = async (a: Address): Promise<Event[]> => [...world.rules.stored(a).own].reverse();
    const { own: acts, inbox } = world.rules.stored(account);
    return { own: [...acts].reverse(), inbox: [...inbox].reverse(), actsOf: own, heirsOf: async (a) => [a] };
  }

  async #judge({ guard, by }: Guarded, who: Address | null, token: Hex | undefined): Promise<Outcome> {
    const refused = (reason: string, access: Hex | null = null): Outcome => ({ outcome: 'refused', reason, access });
    if (token !== undefined) {
      const access = toHex(sha256(fromHex(token)));
      const world = this.#world;
      if (world === null) return refused('chain');
      const { state } = await standing(access, this.#books(guard, world), world.time);
      if (state === 'live') return { outcome: 'served', reason: 'token', access };
      return refused(state, state === 'unknown' ? null : access);
    }
    if (who === null) return refused('none');
    if (who === guard) return { outcome: 'served', reason: 'session', access: null };
    return who === by ? { outcome: 'served', reason: 'deposit', access: null } : refused('session');
  }

  /** @returns the block, null when it is not guarded here @throws storage/not-let-in */
  async give(cid: string, who: Address | null, token: Hex | undefined): Promise<Bytes | null> {
    let refusal: Outcome | null = null;
    for (const [record, guarded] of this.records) {
      const bytes = guarded.blocks.get(cid);
      if (!bytes) continue;
      const outcome = await this.#judge(guarded, who, token);
      const at = (this.#world?.time ?? 0) * 1000;
      const last = this.notes.at(-1);
      const note = { guard: guarded.guard, record, at, ...outcome };
      if (JSON.stringify(last) !== JSON.stringify(note)) this.notes.push(note);
      if (outcome.outcome === 'served') return bytes;
      refusal = outcome;
    }
    if (refusal) throw new SalusError('storage/not-let-in', { place: 'peer', reason: refusal.reason });
    return null;
  }

  /** Sealed to the account's published key. */
  async log(account: Address, after: number): Promise<{ id: number; sealed: Bytes }[]> {
    const enrolled = this.#world?.rules.stored(account).own.find((e) => e.event === 'Enrolled');
    if (!enrolled) return [];
    const recipient = recipientFromPublicKey(bytesOf(enrolled.args.recipient));
    const entries: { id: number; sealed: Bytes }[] = [];
    for (const [i, { guard, ...note }] of this.notes.entries()) {
      if (guard !== account || i + 1 <= after) continue;
      const entry = { version: 1, ...note, count: 1, peer: PEER_ID, name: 'peer' };
      entries.push({ id: i + 1, sealed: await sealBytes([recipient], utf8(JSON.stringify(entry))) });
    }
    return entries;
  }
}

const places = new WeakMap<object, GuardedPlace>();

/** The guarded part of the place whose open part is `peer`. */
export const guardedPlace = (peer: object): GuardedPlace => {
  const place = places.get(peer) ?? new GuardedPlace();
  places.set(peer, place);
  return place;
};
