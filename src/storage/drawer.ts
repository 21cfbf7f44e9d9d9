/** The cabinet's two stores in IndexedDB: titles apart from values, so that listing does not read everything. */
import type { Bytes } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import { storageError } from './errors.ts';

/** Two boxes: what the thing is called, and the thing. */
export type Kept = { title: Bytes; value: Bytes };
/** Where boxes are kept. @throws storage/unavailable, storage/quota */
export interface Drawer {
  value(at: string): Promise<Bytes | undefined>;
  put(at: string, kept: Kept): Promise<void>;
  delete(at: string): Promise<void>;
  titles(): Promise<[at: string, title: Bytes][]>;
}

const TITLES = 'titles';
const VALUES = 'values';

const settled = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error as DOMException);
  });

const openDatabase = async (name: string): Promise<IDBDatabase> => {
  try {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => [TITLES, VALUES].forEach((store) => request.result.createObjectStore(store));
    return await settled(request);
  } catch (cause) {
    throw new SalusError('storage/unavailable', {}, cause);
  }
};

/** A drawer in IndexedDB, opened when first used. @param name of the database */
export const indexedDbDrawer = (name: string): Drawer => {
  let opening: Promise<IDBDatabase> | null = null;
  const database = (): Promise<IDBDatabase> =>
    (opening ??= openDatabase(name).catch((error: unknown) => {
      opening = null; // tried again next time
      throw error;
    }));

  /** Resolves when the transaction is done, not merely the request. */
  const run = async <T>(
    mode: IDBTransactionMode,
    work: (titles: IDBObjectStore, values: IDBObjectStore) => Promise<T>,
  ): Promise<T> => {
    const transaction = (await database()).transaction([TITLES, VALUES], mode);
    const done = new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error as DOMException);
    });
    try {
      const [result] = await Promise.all([
        work(transaction.objectStore(TITLES), transaction.objectStore(VALUES)),
        done,
      ]);
      return result;
    } catch (error) {
      throw storageError(error);
    }
  };

  return {
    value: (at) => run('readonly', (_, values) => settled(values.get(at) as IDBRequest<Bytes | undefined>)),
    put: (at, { title, value }) =>
      run('readwrite', async (titles, values) => {
        await Promise.all([settled(titles.put(title, at)), settled(values.put(value, at))]);
      }),
    delete: (at) =>
      run('readwrite', async (titles, values) => {
        await Promise.all([settled(titles.delete(at)), settled(values.delete(at))]);
      }),
    titles: () =>
      run('readonly', async (titles) => {
        const [keys, all] = await Promise.all([
          settled(titles.getAllKeys()),
          settled(titles.getAll() as IDBRequest<Bytes[]>),
        ]);
        return keys.map((key, i) => [String(key), all[i] as Bytes]);
      }),
  };
};
