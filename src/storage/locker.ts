/** A plaintext blob locked by a passphrase, in the worker: for keeping outside of Salus. Nothing of it enters storage. */
import type { Options } from '../flows/ports/storage.ts';
import { throwIfAborted } from './errors.ts';
import type { Sealing } from './sealing.ts';
import { SLICE, slices } from './slices.ts';

/** @returns an age file that any age program opens with the passphrase @throws input/invalid, storage/aborted */
export const lockFile = async (
  sealing: Sealing,
  file: Blob,
  passphrase: string,
  { signal, onProgress }: Options = {},
): Promise<Blob> => {
  throwIfAborted(signal); // deriving the key takes seconds
  let done = 0;
  const pieces = async function* () {
    for await (const piece of slices(file, signal)) {
      yield piece;
      onProgress?.({ stage: 'encrypt', done: (done += piece.length), total: file.size });
    }
  };
  // made into Blobs as they come, so that the heap holds a few of them only
  const parts: Blob[] = [];
  for await (const part of sealing.repack(sealing.lock(passphrase, pieces(), signal), SLICE))
    parts.push(new Blob([part]));
  return new Blob(parts);
};
