/** Times one cipher at a time, for the performance page. */
import { collect } from '../crypto/chunks.ts';
import { method, type Method } from '../crypto/compare.ts';
import { equal, type Bytes } from '../core/bytes.ts';
import { asSalusError, SalusError, toPlainError } from '../core/errors.ts';
import { trustOwnWorkers } from '../core/trustedTypes.ts';
import type { Load } from '../flows/ports/measure.ts';

trustOwnWorkers();

/** getRandomValues gives this much at once. */
const FILL = 65536;
/** Milliseconds below which a pass is repeated: browsers round their clocks to a tenth of one. */
const LEAST = 5;
const made = new Map<string, Promise<Method>>();
const checked = new Set<string>();
let plain: Bytes = new Uint8Array(0);

/** Random, as encrypted things and images are. */
const plaintext = (bytes: number): Bytes => {
  if (plain.length < bytes) {
    plain = new Uint8Array(bytes);
    for (let at = 0; at < bytes; at += FILL) crypto.getRandomValues(plain.subarray(at, Math.min(at + FILL, bytes)));
  }
  return plain.subarray(0, bytes);
};

const pieces = async (source: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> => {
  const all: Uint8Array[] = [];
  for await (const piece of source) all.push(piece);
  return all;
};

const time = async ({ method: name, direction, bytes, count }: Load): Promise<number> => {
  const cipher = await (made.get(name) ?? (made.set(name, method(name)).get(name) as Promise<Method>));
  const input = plaintext(bytes);
  if (!checked.has(name)) {
    // a cipher that gives back something else is not worth timing; it also warms both ways up
    const back = await collect(cipher.open(await pieces(cipher.seal(input))));
    if (!equal(back, input)) throw new SalusError('crypto/corrupt', { what: name });
    checked.add(name);
  }
  const sealed = direction === 'decrypt' ? await pieces(cipher.seal(input)) : [];
  const began = performance.now();
  let took: number;
  let passes = 0;
  do {
    for (let i = 0; i < count; i++)
      for await (const _ of direction === 'encrypt' ? cipher.seal(input) : cipher.open(sealed));
    passes++;
    took = performance.now() - began;
  } while (took < LEAST);
  return took / passes;
};

self.onmessage = async ({ data }: MessageEvent<{ id: number; load: Load }>) => {
  try {
    self.postMessage({ id: data.id, ms: await time(data.load) });
  } catch (error) {
    self.postMessage({ id: data.id, error: toPlainError(asSalusError(error)) });
  }
};
