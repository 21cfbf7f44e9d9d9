/**
 * Small sealed things in IndexedDB: caches, the outbox, drafts. What stands on the disk is a name that says nothing and two
 * boxes, of the title and of the value, each bound to that name and to the account, so that none can be put in another's place.
 */
import { concat, fromHex, fromUtf8, utf8 } from '../core/bytes.ts';
import type { Address, Bytes } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import type { Random } from '../core/time.ts';
import type { Cabinet } from '../flows/ports/storage.ts';
import { indexedDbDrawer, type Drawer, type Kept } from './drawer.ts';

/** From `crypto/box.ts`, which this layer may not import. Keys are 32 bytes. */
export type Boxes = {
  sealBox(key: Uint8Array, plain: Uint8Array, aad: Uint8Array, random: Random): Bytes;
  openBox(key: Uint8Array, box: Uint8Array, aad: Uint8Array): Bytes;
  nameOf(key: Uint8Array, name: string): string;
  random: Random;
};

/** @param drawer replaced in tests */
export const openCabinet = (boxes: Boxes, drawer: Drawer = indexedDbDrawer('salus/cabinet')): Cabinet => {
  let open: { account: Address; key: Bytes } | null = null;

  const unlocked = (): { account: Address; key: Bytes } => {
    if (open === null) throw new SalusError('crypto/locked');
    return open;
  };
  type Lock = { account: Address; key: Bytes };
  const seal = (part: keyof Kept, at: string, plain: Uint8Array): Bytes => {
    const { key, account } = unlocked();
    return boxes.sealBox(key, plain, concat(fromHex(account), utf8(part + at)), boxes.random);
  };
  const unseal = (part: keyof Kept, at: string, box: Bytes, { key, account }: Lock = unlocked()): Bytes => {
    return boxes.openBox(key, box, concat(fromHex(account), utf8(part + at)));
  };
  const at = (name: string): string => boxes.nameOf(unlocked().key, `${unlocked().account}/${name}`);

  /** null for what another account, or another seed, has put there. */
  const read = ([place, title]: [string, Bytes], lock = unlocked()): string | null => {
    try {
      return fromUtf8(unseal('title', place, title, lock));
    } catch {
      return null;
    }
  };

  return {
    unlock: async (account, key) => {
      open = { account, key: key.slice() };
    },
    takeOver: async (from) => {
      const before: Lock = { account: unlocked().account, key: from };
      for (const [old, title] of await drawer.titles()) {
        const name = read([old, title], before);
        if (name === null) continue;
        const [value, place] = [await drawer.value(old), at(name)];
        if (value !== undefined && (await drawer.value(place)) === undefined) {
          const plain = unseal('value', old, value, before);
          await drawer.put(place, { title: seal('title', place, utf8(name)), value: seal('value', place, plain) });
        }
        await drawer.delete(old);
      }
    },
    lock: () => {
      open?.key.fill(0);
      open = null;
    },
    get: async (name) => {
      const place = at(name);
      const kept = await drawer.value(place);
      return kept === undefined ? null : unseal('value', place, kept);
    },
    set: async (name, value) => {
      const place = at(name);
      await drawer.put(place, { title: seal('title', place, utf8(name)), value: seal('value', place, value) });
    },
    delete: async (name) => drawer.delete(at(name)),
    list: async (prefix) => {
      unlocked();
      const titles = await drawer.titles();
      unlocked();
      return titles.map((t) => read(t)).filter((name): name is string => name !== null && name.startsWith(prefix));
    },
  };
};
