/** The only place where the page's Helia is set up: light, quiet, over whatever stores it is given. */
import { unixfs } from '@helia/unixfs';
import type { UnixFS } from '@helia/unixfs';
import { IDBBlockstore } from 'blockstore-idb';
import { IDBDatastore } from 'datastore-idb';
import { createHeliaLight } from 'helia';
import type { Helia, HeliaInit } from 'helia';
import { owned } from '../core/bytes.ts';
import { storageError } from './errors.ts';

export type Stores = Required<Pick<HeliaInit, 'blockstore' | 'datastore'>>;
export type Node = Stores & { helia: Helia; fs: UnixFS; close(): Promise<void> };

/**
 * IndexedDB clones the whole buffer behind a view: eight times the space, and whatever lay beside the ciphertext in
 * memory would go to disk. So views are copied before they are put.
 */
export class CopyingBlockstore extends IDBBlockstore {
  override async put(...[cid, value, options]: Parameters<IDBBlockstore['put']>): ReturnType<IDBBlockstore['put']> {
    return super.put(cid, value instanceof Uint8Array ? owned(value) : value, options);
  }
}

/**
 * Opens the two databases of one name. @param name also tells test runs and the sandbox apart
 * @throws storage/unavailable when the browser blocks IndexedDB
 */
export const openIndexedDb = async (name: string): Promise<Stores & { close(): Promise<void> }> => {
  const blockstore = new CopyingBlockstore(`${name}/blocks`);
  const datastore = new IDBDatastore(`${name}/data`);
  try {
    await blockstore.open();
    await datastore.open();
  } catch (error) {
    throw storageError(error);
  }
  return {
    blockstore,
    datastore,
    close: async () => void (await Promise.all([blockstore.close(), datastore.close()])),
  };
};

/**
 * Starts Helia with no routers, no block brokers and no libp2p: it can neither dial nor ask anybody, and a block that is
 * not here is an error at once. What comes from elsewhere comes through `fetcher.ts`, verified and bounded.
 */
export const openNode = async (stores: Stores & { close?(): Promise<void> }): Promise<Node> => {
  const { blockstore, datastore } = stores;
  const helia = createHeliaLight({ blockstore, datastore });
  try {
    await helia.start();
  } catch (error) {
    throw storageError(error);
  }
  return {
    blockstore,
    datastore,
    helia,
    fs: unixfs(helia),
    close: async () => {
      await helia.stop();
      await stores.close?.();
    },
  };
};
