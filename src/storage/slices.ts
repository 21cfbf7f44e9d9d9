/** Reading a file piece by piece. `File.stream()` with a BYOB reader sometimes hangs; slices do not. */
import type { Bytes } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import { throwIfAborted } from './errors.ts';

/** Bytes of one slice: as fast as larger ones when the next is read ahead, and 1 GiB then takes the page 150 MB. */
export const SLICE = 4 * 1024 * 1024;

const read = async (file: Blob, at: number, size: number): Promise<Bytes> => {
  try {
    return new Uint8Array(await file.slice(at, at + size).arrayBuffer());
  } catch (cause) {
    throw new SalusError('input/invalid', { what: 'the file changed or cannot be read any more' }, cause);
  }
};

/** The file in order, the next slice being read while one is used. @throws input/invalid when it changed on the disk meanwhile */
export async function* slices(file: Blob, signal?: AbortSignal, size = SLICE): AsyncGenerator<Bytes> {
  let next: Promise<Bytes> | null = file.size > 0 ? read(file, 0, size) : null;
  for (let at = size; next !== null; at += size) {
    const piece: Bytes = await next;
    next = at < file.size ? read(file, at, size) : null;
    next?.catch(() => undefined);
    throwIfAborted(signal);
    yield piece;
  }
}
