/**
 * A hash of the plaintext that runs beside the encryption. The bytes are handed over and come back (transferred, never
 * copied), so what was hashed is what is encrypted, even if the file changes on the disk meanwhile.
 */
import type { Bytes } from '../core/bytes.ts';
import { Sha256 } from './sha256.ts';

export interface Hasher {
  /** Takes the bytes over. @returns the same bytes, hashed; the argument is detached and must not be used again */
  update(bytes: Bytes): Promise<Bytes>;
  /** @returns 64 hex digits of SHA-256 over everything updated so far */
  digest(): Promise<string>;
  /** Lets go of the worker, finished or not. */
  end(): void;
}

/** What the hash worker understands: bytes to hash and give back, or null to end. */
export type HashRequest = Bytes | null;
export type HashReply = Bytes | string;

/** Serves one hash in a worker of its own (`workers/hash.ts`). */
export const serveHash = (port: Pick<Worker, 'onmessage' | 'postMessage'>): void => {
  const hash = new Sha256();
  port.onmessage = ({ data }: MessageEvent<HashRequest>) => {
    if (data === null) port.postMessage(hash.hex() satisfies HashReply);
    else port.postMessage(hash.update(data) && data, [data.buffer]);
  };
};

/** @param worker a fresh one that runs {@link serveHash} */
export const workerHasher = (worker: Worker): Hasher => {
  const waiting: { resolve(reply: never): void; reject(error: unknown): void }[] = [];
  worker.onmessage = ({ data }: MessageEvent<HashReply>) => waiting.shift()?.resolve(data as never);
  worker.onerror = (event) => waiting.splice(0).forEach(({ reject }) => reject(new Error(event.message)));
  const ask = <T extends HashReply>(request: HashRequest, transfer: Transferable[]): Promise<T> =>
    new Promise((resolve, reject) => {
      waiting.push({ resolve, reject });
      worker.postMessage(request, transfer);
    });
  return {
    update: (bytes) => ask<Bytes>(bytes, [bytes.buffer]),
    digest: () => ask<string>(null, []),
    end: () => {
      worker.terminate();
      waiting.splice(0).forEach(({ reject }) => reject(new DOMException('hash ended', 'AbortError')));
    },
  };
};

/** Passes `source` through the hash, in order, with `ahead` pieces under way. The pieces must own their buffers. */
export async function* hashed(source: AsyncIterable<Bytes>, hasher: Hasher, ahead = 2): AsyncGenerator<Bytes> {
  const queue: Promise<Bytes>[] = [];
  for await (const piece of source) {
    const result = hasher.update(piece);
    result.catch(() => undefined); // nobody may be waiting for it when the reader goes away
    queue.push(result);
    if (queue.length > ahead) yield (await queue.shift()) as Bytes;
  }
  for (const result of queue) yield await result;
}
