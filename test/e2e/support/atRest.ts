/** Everything that a page keeps in its browser, searched inside the page: IndexedDB, localStorage, sessionStorage, Cache Storage. */
import type { Page } from '@playwright/test';
import type { Hit, Pattern } from './secrets.ts';

/** `bytes` says how much was looked at, by store, so that a test can see that the search was not empty. */
export type AtRest = { hits: Hit[]; bytes: Record<string, number> };

/** Runs in the page. Patterns and contents are compared as Latin-1 strings, which is fast. */
const look = async (wanted: { name: string; as: string; latin1: string }[]): Promise<AtRest> => {
  const hits: Hit[] = [];
  const bytes: Record<string, number> = {};
  const decoder = new TextDecoder('latin1');
  // `latin1` decodes as windows-1252: patterns must go the same way
  const decode = (data: Uint8Array): string => decoder.decode(data);
  const needles = wanted.map((w) => ({ ...w, text: decode(Uint8Array.from(w.latin1, (c) => c.charCodeAt(0))) }));
  const check = (where: string, data: Uint8Array): void => {
    bytes[where] = (bytes[where] ?? 0) + data.length;
    const text = decode(data);
    for (const n of needles) if (text.includes(n.text)) hits.push({ secret: n.name, as: n.as, where });
  };
  const checkText = (where: string, text: string): void => check(where, new TextEncoder().encode(text));
  const visit = async (where: string, value: unknown, seen = new Set<unknown>()): Promise<void> => {
    if (value === null || value === undefined) return;
    if (typeof value !== 'object') return checkText(where, String(value));
    if (seen.has(value)) return;
    seen.add(value);
    if (value instanceof ArrayBuffer) check(where, new Uint8Array(value));
    // the whole buffer under a view is stored, not only the view
    else if (ArrayBuffer.isView(value)) check(where, new Uint8Array(value.buffer));
    else if (value instanceof Blob) {
      checkText(where, `${(value as File).name ?? ''} ${value.type}`);
      check(where, new Uint8Array(await value.arrayBuffer()));
    } else if (value instanceof CryptoKey) {
      const known = value.extractable
        ? await crypto.subtle.exportKey(value.type === 'secret' ? 'raw' : 'jwk', value)
        : null;
      await visit(where, known, seen);
    } else if (value instanceof Map || value instanceof Set) for (const item of value) await visit(where, item, seen);
    else if (Array.isArray(value)) for (const item of value) await visit(where, item, seen);
    else
      for (const [key, item] of Object.entries(value)) {
        checkText(where, key);
        await visit(where, item, seen);
      }
  };
  const done = <T>(request: IDBRequest<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });

  for (const { name } of await indexedDB.databases()) {
    if (name === undefined) continue;
    const db = await done(indexedDB.open(name));
    checkText('indexedDB names', `${name} ${[...db.objectStoreNames].join(' ')}`);
    for (const store of db.objectStoreNames) {
      const where = `indexedDB ${name}/${store}`;
      const keys = await done(db.transaction(store).objectStore(store).getAllKeys());
      // one value at a time: a store may hold hundreds of megabytes
      for (const key of keys) {
        await visit(where, key);
        await visit(where, await done(db.transaction(store).objectStore(store).get(key)));
      }
    }
    db.close();
  }
  for (const [where, storage] of [
    ['localStorage', localStorage],
    ['sessionStorage', sessionStorage],
  ] as const)
    for (let i = 0; i < storage.length; i++) {
      const key = storage.key(i) as string;
      checkText(where, `${key}=${storage.getItem(key)}`);
    }
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    checkText('caches', name);
    for (const request of await cache.keys()) {
      checkText('caches', request.url);
      check('caches', new Uint8Array((await (await cache.match(request))?.arrayBuffer()) ?? new ArrayBuffer(0)));
    }
  }
  checkText(
    'document',
    `${document.cookie} ${location.href} ${document.title} ${JSON.stringify(history.state)} ${window.name}`,
  );
  return { hits, bytes };
};

/** Searches what this page's origin keeps. */
export const atRest = (page: Page, wanted: Pattern[]): Promise<AtRest> =>
  page.evaluate(
    look,
    wanted.map((p) => ({ name: p.name, as: p.as, latin1: p.bytes.toString('latin1') })),
  );
