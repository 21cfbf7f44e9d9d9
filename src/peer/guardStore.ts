/**
 * Records under guard: blocks that bitswap, the open gateway and other uploads never see. Each pair of a guarding account and an
 * uploader has a blockstore of its own, so that nobody gains a record by naming blocks that another brought.
 */
import { FsBlockstore } from 'blockstore-fs';
import { Key } from 'interface-datastore';
import { CID } from 'multiformats/cid';
import { createHash, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Address, Bytes } from '../core/bytes.ts';
import { visit } from '../storage/walk.ts';
import { gatherHere, soundBlock } from './gather.ts';
import { Lane } from './lane.ts';
import type { Loose } from './loose.ts';
import type { PeerNode } from './node.ts';

/** @property by who brought it: the account itself, or one who wrote for it */
export type GuardPin = { requestid: string; guard: Address; by: Address; cid: string; created: string };
/** @property roots under which a block is pinned, by the block's multihash */
export type Shelf = {
  name: string;
  guard: Address;
  by: Address;
  blockstore: FsBlockstore;
  roots: Map<string, Set<string>>;
};

const PREFIX = '/salus-peer/guard/pin/';
const SEPARATOR = ' ';

const nameOf = (guard: Address, by: Address): string =>
  createHash('sha256').update(`${guard}${by}`).digest('hex').slice(0, 32);
const blockOf = (cid: CID): string => Buffer.from(cid.multihash.bytes).toString('latin1');

export class GuardStore {
  readonly #folder: string;
  readonly #data: PeerNode['datastore'];
  readonly #loose: Loose;
  readonly #shelves = new Map<string, Shelf>();
  readonly #pins = new Map<string, GuardPin>();
  readonly #work = new Lane(1);

  /** @param folder of the peer @param loose what waits for its pin here, of no other store */
  constructor(folder: string, { datastore }: Pick<PeerNode, 'datastore'>, loose: Loose) {
    this.#folder = join(folder, 'guarded');
    this.#data = datastore;
    this.#loose = loose;
  }

  /** Reads what is on the disk, and drops what an earlier run left unpinned. */
  async open(): Promise<void> {
    for await (const { value } of this.#data.query({ prefix: PREFIX })) {
      const pin = JSON.parse(new TextDecoder().decode(value)) as GuardPin;
      this.#pins.set(pin.requestid, pin);
      await this.#index(await this.shelf(pin.guard, pin.by), CID.parse(pin.cid));
    }
    for (const shelf of this.#shelves.values())
      for await (const { cid } of shelf.blockstore.getAll())
        if (!shelf.roots.has(blockOf(cid))) await shelf.blockstore.delete(cid);
  }

  async shelf(guard: Address, by: Address): Promise<Shelf> {
    const name = nameOf(guard, by);
    const known = this.#shelves.get(name);
    if (known) return known;
    const blockstore = new FsBlockstore(join(this.#folder, name));
    const shelf: Shelf = { name, guard, by, blockstore, roots: new Map() };
    this.#shelves.set(name, shelf);
    await blockstore.open();
    return shelf;
  }

  async #index(shelf: Shelf, root: CID): Promise<void> {
    for await (const { cid } of visit(shelf.blockstore, [root])) {
      const roots = shelf.roots.get(blockOf(cid)) ?? new Set();
      shelf.roots.set(blockOf(cid), roots.add(root.toString()));
    }
  }

  /** Keeps a verified block until its record is pinned. @throws input/too-large (507) */
  async put(shelf: Shelf, root: string, cid: CID, bytes: Bytes): Promise<void> {
    await this.#work.idle(); // what is being deleted must not be taken for what is here
    this.#loose.add(shelf.name + SEPARATOR + root, cid, bytes.length, Date.now());
    if ((await soundBlock(shelf, cid)) === null) await shelf.blockstore.put(cid, bytes);
  }

  /** Hashes every block anew, of what this uploader brought alone. @throws storage/not-found naming what it did not bring */
  async pin(shelf: Shelf, root: CID): Promise<GuardPin> {
    const known = this.of(shelf).find(({ cid }) => cid === root.toString());
    await gatherHere(shelf, root);
    if (known) return known;
    const { guard, by } = shelf;
    const pin = { requestid: randomUUID(), guard, by, cid: root.toString(), created: new Date().toISOString() };
    await this.#data.put(new Key(PREFIX + pin.requestid), new TextEncoder().encode(JSON.stringify(pin)));
    this.#pins.set(pin.requestid, pin);
    await this.#index(shelf, root);
    this.#loose.drop(shelf.name + SEPARATOR + root);
    return pin;
  }

  /** Newest first. */
  of({ guard, by }: Pick<Shelf, 'guard' | 'by'>): GuardPin[] {
    const all = [...this.#pins.values()].filter((pin) => pin.guard === guard && pin.by === by);
    return all.sort((a, b) => b.created.localeCompare(a.created));
  }

  /** Forgets a pin, and deletes what hangs under it and under no other of its shelf. */
  async remove({ requestid, cid, guard, by }: GuardPin): Promise<void> {
    this.#pins.delete(requestid);
    await this.#data.delete(new Key(PREFIX + requestid));
    const shelf = await this.shelf(guard, by);
    const unwanted: CID[] = [];
    for await (const { cid: under } of visit(shelf.blockstore, [CID.parse(cid)])) {
      const roots = shelf.roots.get(blockOf(under));
      roots?.delete(cid);
      if (roots?.size !== 0) continue;
      shelf.roots.delete(blockOf(under));
      unwanted.push(under);
    }
    await this.#drop(shelf, unwanted);
  }

  #drop(shelf: Shelf, cids: CID[]): Promise<void> {
    return this.#work.run(async () => {
      for (const cid of cids) if (!shelf.roots.has(blockOf(cid))) await shelf.blockstore.delete(cid);
    });
  }

  /** Deletes what waited too long for its pin. @param now ms */
  async sweep(now: number): Promise<void> {
    for (const { root, cids } of this.#loose.late(now)) {
      const shelf = this.#shelves.get(root.split(SEPARATOR)[0] as string);
      if (shelf) await this.#drop(shelf, cids);
    }
  }

  /** Every shelf on which the block is pinned. */
  holding(cid: CID): Shelf[] {
    return [...this.#shelves.values()].filter(({ roots }) => roots.has(blockOf(cid)));
  }

  /** A record that the block belongs to. */
  rootOf(shelf: Shelf, cid: CID): CID {
    const [root] = shelf.roots.get(blockOf(cid)) ?? [];
    return root === undefined ? cid : CID.parse(root);
  }

  /** Resolves when nothing is being deleted. */
  async close(): Promise<void> {
    await this.#work.idle();
    for (const { blockstore } of this.#shelves.values()) await blockstore.close();
  }
}
