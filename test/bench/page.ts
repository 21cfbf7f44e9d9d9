/** The bench's page: passes orders on to the worker, and watches its own main thread meanwhile. */
import { randomIdentity } from '../../src/crypto/identity.ts';
import { wrapWithWallet } from '../../src/crypto/keyring.ts';
import { createStorage } from '../../src/storage/client.ts';
import type { Commands } from './worker.ts';

type Answer = { id: number; value?: unknown; error?: string };

const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
const waiting = new Map<number, (answer: Answer) => void>();
worker.onmessage = ({ data }: MessageEvent<Answer>) => waiting.get(data.id)?.(data);
worker.onerror = (event) => waiting.forEach((answer) => answer({ id: 0, error: event.message }));

const ask = <N extends keyof Commands>(name: N, ...args: unknown[]): ReturnType<Commands[N]> =>
  new Promise((resolve, reject) => {
    const id = waiting.size;
    waiting.set(id, ({ value, error }) => (error === undefined ? resolve(value as never) : reject(new Error(error))));
    worker.postMessage({ id, name, args });
  }) as ReturnType<Commands[N]>;

/** Browsers let a nested timer run every 4 ms at the most; what is beyond is a stall. */
const TICK = 4;

/** Runs `work` and watches the main thread. @returns its answer, and the longest time that the thread answered nobody, in milliseconds */
const watched = async <T>(work: () => Promise<T>): Promise<{ value: T; maxStallMs: number }> => {
  let going = true;
  let last = performance.now();
  let maxStallMs = 0;
  const look = () => {
    const now = performance.now();
    maxStallMs = Math.max(maxStallMs, now - last - TICK);
    last = now;
  };
  const tick = () => {
    look();
    if (going) setTimeout(tick, 0);
  };
  tick();
  const value = await work();
  look();
  going = false;
  return { value, maxStallMs };
};

const chosen = (): File => {
  const file = (document.querySelector('#file') as HTMLInputElement).files?.[0];
  if (file === undefined) throw new Error('no file was chosen');
  return file;
};

const empty = async (name: string): Promise<void> => {
  for (const part of ['blocks', 'data'])
    await new Promise((resolve) => {
      const request = indexedDB.deleteDatabase(`${name}/${part}`);
      request.onsuccess = request.onerror = request.onblocked = resolve;
    });
};

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));

const bench = {
  path: () => ask('path'),
  vectors: () => ask('vectors'),
  time: (name: string, mib: number, passes: number) => ask('time', name, mib, passes),
  rest: () => ask('rest'),
  /** Encrypts the chosen file. */
  encrypt: () => watched(() => ask('encrypt', chosen())),
  /** Stretches a passphrase on the main thread, as unlocking does. */
  unlock: () => {
    const account = `0x${'ab'.repeat(20)}` as const;
    return watched(async () => {
      const start = performance.now();
      await wrapWithWallet({ seed: random(32), account, number: 1, rs: random(64), passphrase: 'x', random });
      return performance.now() - start;
    });
  },
  /** Adds the chosen file as Helia does, into an empty store. */
  heliaAdd: async () => {
    await empty('bench');
    const took = await ask('heliaAdd', chosen(), 'bench');
    await empty('bench');
    return took;
  },
  /** Encrypts and adds the chosen file as the page does: the storage worker, its store, its pins. Starting the worker is not counted. */
  salusAdd: async () => {
    const { recipient } = await randomIdentity(random);
    const storage = createStorage(
      () => new Worker(new URL('../../src/workers/storage.ts', import.meta.url), { type: 'module' }),
    );
    await storage.onlyHere();
    const { value, maxStallMs } = await watched(async () => {
      const start = performance.now();
      await storage.sealFile(chosen(), recipient);
      return performance.now() - start;
    });
    await storage.lock();
    await empty('salus');
    return { value, maxStallMs };
  },
};

export type Bench = typeof bench;
Object.assign(window, { bench });
