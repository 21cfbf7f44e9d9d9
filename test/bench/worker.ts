/** The bench's worker: everything is measured where the page does it, off the main thread. */
import { trustOwnWorkers } from '../../src/core/trustedTypes.ts';
import type { Bytes } from '../../src/core/bytes.ts';
import { encryptStream, streamPath } from '../../src/crypto/stream.ts';
import { openIndexedDb, openNode } from '../../src/storage/node.ts';
import { slices } from '../../src/storage/slices.ts';
import { run, vectors } from '../vectors/cctv.ts';
import { cases, prepare } from './cases.ts';

trustOwnWorkers();
const MIB = 1 << 20;
let plain: Bytes = new Uint8Array(0);

/** Random, as encrypted things and images are; a zero page would flatter memory copies. */
const plaintext = (mib: number): Bytes => {
  if (plain.length !== mib * MIB) {
    plain = new Uint8Array(mib * MIB);
    for (let at = 0; at < plain.length; at += FILL) crypto.getRandomValues(plain.subarray(at, at + FILL));
  }
  return plain;
};
const FILL = 65536;

const commands = {
  path: streamPath,

  /** @returns milliseconds of the fastest of `passes`: whatever else the machine does only ever slows a pass down */
  time: async (name: string, mib: number, passes: number): Promise<number> => {
    const bytes = plaintext(mib);
    await prepare[name]?.(bytes);
    let fastest = Number.POSITIVE_INFINITY;
    for (let pass = 0; pass < passes; pass++) {
      const start = performance.now();
      await cases[name]?.(bytes);
      fastest = Math.min(fastest, performance.now() - start);
    }
    return fastest;
  },

  /** Lets go of the plaintext. */
  rest: async () => void (plain = new Uint8Array(0)),

  /** Streams a file from the disk through our stream, output discarded. @returns milliseconds */
  encrypt: async (file: Blob): Promise<number> => {
    const start = performance.now();
    for await (const _ of encryptStream(crypto.getRandomValues(new Uint8Array(16)), slices(file)));
    return performance.now() - start;
  },

  /** Helia's own add of the same bytes, unencrypted, into the same kind of store. @returns milliseconds */
  heliaAdd: async (file: Blob, name: string): Promise<number> => {
    const node = await openNode(await openIndexedDb(name));
    const start = performance.now();
    await node.fs.addByteStream(slices(file));
    const took = performance.now() - start;
    await node.close();
    return took;
  },

  /** Every age vector through both paths. @returns what went wrong, one line each */
  vectors: async (): Promise<{ count: number; wrong: string[] }> => {
    const all = await vectors();
    const wrong: string[] = [];
    for (const v of all)
      for (const path of ['native', 'noble'] as const)
        for (const cut of ['whole', 'pieces'] as const) {
          const { outcome, released, same } = await run(v, path, cut);
          const good =
            outcome === v.expect &&
            (outcome !== 'success' || same) &&
            ((outcome !== 'success' && outcome !== 'payload failure') || released === v.payload);
          if (!good) wrong.push(`${v.name}, ${path}, ${cut}: ${outcome}, wanted ${v.expect}`);
        }
    return { count: all.length, wrong };
  },
};

export type Commands = typeof commands;

self.onmessage = async ({ data }: MessageEvent<{ id: number; name: keyof Commands; args: unknown[] }>) => {
  try {
    const value = await (commands[data.name] as (...args: unknown[]) => Promise<unknown>)(...data.args);
    self.postMessage({ id: data.id, value });
  } catch (error) {
    self.postMessage({ id: data.id, error: String(error instanceof Error ? (error.stack ?? error) : error) });
  }
};
