/** The pins somebody asked for, kept on the disk, and the work of making them true. */
import { Key } from 'interface-datastore';
import { CID } from 'multiformats/cid';
import { randomUUID } from 'node:crypto';
import { SalusError, asSalusError } from '../core/errors.ts';
import { collect, pin, unpin } from '../storage/pins.ts';
import { visit } from '../storage/walk.ts';
import { dial, gather, gatherHere } from './gather.ts';
import { Lane } from './lane.ts';
import type { Loose } from './loose.ts';
import type { PeerNode } from './node.ts';

export type Wanted = { cid: string; name?: string; origins?: string[] | undefined; meta?: Record<string, string> };
/** @see https://ipfs.github.io/pinning-services-api-spec/ (PinStatus) */
export type PinStatus = {
  requestid: string;
  status: 'queued' | 'pinning' | 'pinned' | 'failed';
  created: string;
  pin: Wanted;
  delegates: string[];
  info: Record<string, string>;
};

/** A pin as it is kept: what the API shows, and whose it is. */
export type Kept = { shown: PinStatus; by: string };

const PREFIX = '/salus-peer/pin/';
/** Pins at once, of those whose blocks are here, and of those that others are asked for. */
const LANES = { here: 2, elsewhere: 4 };
/** Milliseconds a pin may take. */
const LIMIT = 600_000;
/** Pins of one caller, and of all, that may wait. */
const WAITING = { one: 32, all: 512 };

export class PinStore {
  readonly #node: PeerNode;
  readonly #loose: Loose;
  readonly #stopping: AbortSignal;
  readonly #pins = new Map<string, Kept>();
  readonly #here = new Lane(LANES.here);
  readonly #elsewhere = new Lane(LANES.elsewhere);
  readonly #removals = new Lane(1);

  /** @param loose what was just uploaded: it is not deleted with another's pin */
  constructor(node: PeerNode, loose: Loose, stopping: AbortSignal) {
    this.#node = node;
    this.#loose = loose;
    this.#stopping = stopping;
  }

  /** Reads what is on the disk, and goes on with what was under way. */
  async open(): Promise<void> {
    for await (const { value } of this.#node.datastore.query({ prefix: PREFIX })) {
      const kept = JSON.parse(new TextDecoder().decode(value)) as Kept;
      this.#pins.set(kept.shown.requestid, kept);
      if (isWaiting(kept)) this.#begin(kept, true);
    }
  }

  /** Newest first. */
  all(): Kept[] {
    return [...this.#pins.values()].sort((a, b) => b.shown.created.localeCompare(a.shown.created));
  }

  get(requestid: string): Kept | undefined {
    return this.#pins.get(requestid);
  }

  /** Everything that was asked to be kept, pinned by now or not. */
  roots(): CID[] {
    return [...this.#pins.values()].map(({ shown }) => CID.parse(shown.pin.cid));
  }

  /** @param abroad whether others may be asked for what is not here @throws input/too-large (429) when too much waits already */
  async add(wanted: Wanted, by: string, abroad: boolean): Promise<PinStatus> {
    const waiting = [...this.#pins.values()].filter(isWaiting);
    if (waiting.length >= WAITING.all || waiting.filter((kept) => kept.by === by).length >= WAITING.one)
      throw new SalusError('input/too-large', { waiting: waiting.length, http: [429, 'TOO_MANY_REQUESTS'] });
    const delegates = this.#node.helia.libp2p.getMultiaddrs().map(String);
    const created = new Date().toISOString();
    const shown: PinStatus = { requestid: randomUUID(), status: 'queued', created, pin: wanted, delegates, info: {} };
    const kept = { shown, by };
    await this.#save(kept);
    this.#begin(kept, abroad);
    return shown;
  }

  /** Forgets a pin; what hangs under it and under no other is deleted in its turn. */
  async remove(requestid: string): Promise<void> {
    const kept = this.#pins.get(requestid);
    if (!kept) return;
    this.#pins.delete(requestid);
    await this.#node.datastore.delete(new Key(PREFIX + requestid));
    void this.#removals.run(() => this.#letGo(CID.parse(kept.shown.pin.cid)));
  }

  async #letGo(root: CID): Promise<void> {
    if (this.roots().some((other) => other.equals(root))) return;
    const under: CID[] = [];
    for await (const { cid, here } of visit(this.#node.blockstore, [root])) if (here) under.push(cid);
    await unpin(this.#node, root);
    const loose = this.#loose;
    const unwanted = function* (): Generator<CID> {
      for (const cid of under) if (!loose.has(cid)) yield cid; // asked anew for each
    };
    await collect(this.#node, unwanted(), this.roots());
  }

  /** Resolves when nothing is being deleted. */
  settled(): Promise<void> {
    return this.#removals.idle();
  }

  /** Resolves when nothing is being worked on. */
  async idle(): Promise<void> {
    await Promise.all([this.#here.idle(), this.#elsewhere.idle(), this.#removals.idle()]);
  }

  async #save(kept: Kept): Promise<void> {
    this.#pins.set(kept.shown.requestid, kept);
    const bytes = new TextEncoder().encode(JSON.stringify(kept));
    await this.#node.datastore.put(new Key(PREFIX + kept.shown.requestid), bytes);
  }

  /** What is here is pinned without waiting for those who look elsewhere. */
  #begin(kept: Kept, abroad: boolean): void {
    void this.#here.run(async () => {
      await this.settled(); // what it deletes must not be counted as here
      if (await this.#try(kept, () => gatherHere(this.#node, CID.parse(kept.shown.pin.cid)), abroad)) return;
      void this.#elsewhere.run(async () => {
        const signal = AbortSignal.any([this.#stopping, AbortSignal.timeout(LIMIT)]);
        await dial(this.#node, kept.shown.pin.origins ?? [], signal);
        await this.#try(kept, () => gather(this.#node, CID.parse(kept.shown.pin.cid), signal), false);
      });
    });
  }

  /** @param again whether it is tried otherwise when this fails @returns whether it is settled */
  async #try(kept: Kept, work: () => Promise<void>, again: boolean): Promise<boolean> {
    const settle = async (status: PinStatus['status'], info: Record<string, string>): Promise<void> => {
      if (this.#pins.has(kept.shown.requestid)) await this.#save({ ...kept, shown: { ...kept.shown, status, info } });
    };
    if (this.#stopping.aborted) return true; // gone on with at the next start
    try {
      await settle('pinning', {});
      await work();
      await pin(this.#node, CID.parse(kept.shown.pin.cid));
      this.#loose.drop(kept.shown.pin.cid);
      await settle('pinned', {});
    } catch (error) {
      if (again || this.#stopping.aborted) return false;
      const { code, details } = asSalusError(error, 'storage/not-found');
      await settle('failed', { error: code, cid: String(details.cid ?? '') });
    }
    return true;
  }
}

const isWaiting = ({ shown }: Kept): boolean => shown.status === 'queued' || shown.status === 'pinning';
