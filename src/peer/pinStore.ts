/** The pins somebody asked for, kept on the disk, and the work of making them true. */
import { Key } from 'interface-datastore';
import { CID } from 'multiformats/cid';
import { randomUUID } from 'node:crypto';
import { asSalusError } from '../core/errors.ts';
import { parseCid } from '../storage/blocks.ts';
import { collect, pin, unpin } from '../storage/pins.ts';
import { visit } from '../storage/walk.ts';
import { dial, gather } from './gather.ts';
import type { PeerNode } from './node.ts';

export type Wanted = { cid: string; name?: string; origins?: string[]; meta?: Record<string, string> };
/** @see https://ipfs.github.io/pinning-services-api-spec/ (PinStatus) */
export type PinStatus = {
  requestid: string;
  status: 'queued' | 'pinning' | 'pinned' | 'failed';
  created: string;
  pin: Wanted;
  delegates: string[];
  info: Record<string, string>;
};

const PREFIX = '/salus-peer/pin/';
/** Milliseconds a pin may take. */
const LIMIT = 600_000;

export class PinStore {
  readonly #node: PeerNode;
  readonly #stopping: AbortSignal;
  readonly #pins = new Map<string, PinStatus>();
  #work: Promise<void> = Promise.resolve();

  constructor(node: PeerNode, stopping: AbortSignal) {
    this.#node = node;
    this.#stopping = stopping;
  }

  /** Reads what is on the disk, and goes on with what was under way. */
  async open(): Promise<void> {
    for await (const { value } of this.#node.datastore.query({ prefix: PREFIX })) {
      const status = JSON.parse(new TextDecoder().decode(value)) as PinStatus;
      this.#pins.set(status.requestid, status);
      if (status.status === 'queued' || status.status === 'pinning') this.#inTurn(() => this.#make(status));
    }
  }

  /** Newest first. */
  all(): PinStatus[] {
    return [...this.#pins.values()].sort((a, b) => b.created.localeCompare(a.created));
  }

  get(requestid: string): PinStatus | undefined {
    return this.#pins.get(requestid);
  }

  async add(wanted: Wanted): Promise<PinStatus> {
    const delegates = this.#node.helia.libp2p.getMultiaddrs().map(String);
    const created = new Date().toISOString();
    const status: PinStatus = { requestid: randomUUID(), status: 'queued', created, pin: wanted, delegates, info: {} };
    await this.#save(status);
    this.#inTurn(() => this.#make(status));
    return status;
  }

  /** Forgets a pin; what hangs under it and under no other is deleted in its turn. */
  async remove(requestid: string): Promise<void> {
    const status = this.#pins.get(requestid);
    if (!status) return;
    this.#pins.delete(requestid);
    await this.#node.datastore.delete(new Key(PREFIX + requestid));
    this.#inTurn(() => this.#letGo(CID.parse(status.pin.cid)));
  }

  async #letGo(root: CID): Promise<void> {
    const others = [...this.#pins.values()].map(({ pin: wanted }) => CID.parse(wanted.cid));
    if (others.some((other) => other.equals(root))) return;
    const under: CID[] = [];
    for await (const { cid, here } of visit(this.#node.blockstore, [root])) if (here) under.push(cid);
    await unpin(this.#node, root);
    await collect(this.#node, under, others);
  }

  /** Resolves when no pin is being worked on. */
  idle(): Promise<void> {
    return this.#work;
  }

  async #save(status: PinStatus): Promise<void> {
    this.#pins.set(status.requestid, status);
    const bytes = new TextEncoder().encode(JSON.stringify(status));
    await this.#node.datastore.put(new Key(PREFIX + status.requestid), bytes);
  }

  /** One thing after the other, so that nothing is collected while it is being pinned. A failure is the pin's own, noted there. */
  #inTurn(work: () => Promise<void>): void {
    this.#work = this.#work.then(work).catch(() => undefined);
  }

  async #make(status: PinStatus): Promise<void> {
    if (!this.#pins.has(status.requestid) || this.#stopping.aborted) return;
    await this.#save({ ...status, status: 'pinning' });
    const signal = AbortSignal.any([this.#stopping, AbortSignal.timeout(LIMIT)]);
    try {
      await dial(this.#node, status.pin.origins ?? [], signal);
      const root = parseCid(status.pin.cid);
      await gather(this.#node, root, signal);
      await pin(this.#node, root);
      await this.#finish({ ...status, status: 'pinned' });
    } catch (error) {
      if (this.#stopping.aborted) return; // gone on with at the next start
      const { code, details } = asSalusError(error, 'storage/not-found');
      await this.#finish({ ...status, status: 'failed', info: { error: code, cid: String(details.cid ?? '') } });
    }
  }

  async #finish(status: PinStatus): Promise<void> {
    if (this.#pins.has(status.requestid)) await this.#save(status);
  }
}
