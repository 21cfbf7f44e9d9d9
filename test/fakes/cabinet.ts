/** A cabinet in memory with the real boxes: `kept` is what a browser's disk would hold. */
import { concat, fromHex, toHex, utf8, type Address, type Bytes } from '../../src/core/bytes.ts';
import { SalusError } from '../../src/core/errors.ts';
import { nameOf, openBox, sealBox } from '../../src/crypto/box.ts';
import type { Cabinet } from '../../src/flows/ports/storage.ts';

export class FakeCabinet implements Cabinet {
  /** survives a lock and a reload, as a disk does; share it between two cabinets to reload */
  readonly kept: Map<string, { box: Bytes; title: Bytes }>;
  #key: Bytes | null = null;
  #account: Address | null = null;

  constructor(kept: Map<string, { box: Bytes; title: Bytes }> = new Map()) {
    this.kept = kept;
  }

  async unlock(account: Address, key: Bytes): Promise<void> {
    this.#key = key;
    this.#account = account;
  }

  async takeOver(from: Bytes): Promise<void> {
    const { account, key } = this.#open();
    this.#key = from;
    const all = await Promise.all((await this.list('')).map(async (name) => ({ name, value: await this.get(name) })));
    for (const { name } of all) await this.delete(name);
    await this.unlock(account, key);
    for (const { name, value } of all) if (value && !(await this.get(name))) await this.set(name, value);
  }

  lock(): void {
    this.#key = null;
  }

  #open(): { key: Bytes; account: Address } {
    if (!this.#key || !this.#account) throw new SalusError('crypto/locked');
    return { key: this.#key, account: this.#account };
  }

  #at(name: string): { key: Bytes; at: string; aad: Bytes } {
    const { key, account } = this.#open();
    const at = nameOf(key, `${account}/${name}`);
    return { key, at, aad: concat(fromHex(account), utf8(at)) };
  }

  async get(name: string): Promise<Bytes | null> {
    const { key, at, aad } = this.#at(name);
    const kept = this.kept.get(at);
    return kept ? openBox(key, kept.box, aad) : null;
  }

  async set(name: string, value: Bytes): Promise<void> {
    const { key, at, aad } = this.#at(name);
    const random = (n: number) => crypto.getRandomValues(new Uint8Array(n));
    this.kept.set(at, { box: sealBox(key, value, aad, random), title: sealBox(key, utf8(name), aad, random) });
  }

  async delete(name: string): Promise<void> {
    this.kept.delete(this.#at(name).at);
  }

  async list(prefix: string): Promise<string[]> {
    const { key, account } = this.#open();
    const names = [...this.kept].flatMap(([at, { title }]) => {
      try {
        return [new TextDecoder().decode(openBox(key, title, concat(fromHex(account), utf8(at))))];
      } catch {
        return [];
      }
    });
    return names.filter((n) => n.startsWith(prefix));
  }
}

/** Everything kept, as one text in hex, to search for what must not be there. */
export const dump = (cabinet: FakeCabinet): string =>
  [...cabinet.kept].map(([at, { box, title }]) => at + toHex(box) + toHex(title)).join('\n');
