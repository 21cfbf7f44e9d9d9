/** What a UnixFS node says of itself: the `Data` of a dag-pb block. @see https://specs.ipfs.tech/unixfs/ (dag-pb node) */
import { decode } from '@ipld/dag-pb';
import { varint } from 'multiformats';
import { SalusError } from '../core/errors.ts';

/** @property data bytes in this very node · @property size of the whole file under it */
export type UnixFsNode = { type: number; data: Uint8Array; size: number };

export const DIRECTORY = 1;
const FILES = [0, 2]; // raw, file

/** Protobuf: numbers (wire type 0) and bytes (wire type 2); UnixFS has no others. */
const fieldsOf = function* (bytes: Uint8Array): Generator<{ field: number; value: number | Uint8Array }> {
  for (let at = 0; at < bytes.length;) {
    const [tag, tagLength] = varint.decode(bytes, at);
    const [number, length] = varint.decode(bytes, at + tagLength);
    at += tagLength + length;
    if ((tag & 7) === 0) yield { field: tag >> 3, value: number };
    else if ((tag & 7) === 2 && at + number <= bytes.length) {
      yield { field: tag >> 3, value: bytes.subarray(at, at + number) };
      at += number;
    } else throw new RangeError('not UnixFS');
  }
};

/** @param block a dag-pb one @throws record/malformed */
export const readNode = (block: Uint8Array): UnixFsNode => {
  try {
    const node: UnixFsNode = { type: -1, data: new Uint8Array(0), size: 0 };
    for (const { field, value } of fieldsOf(decode(block).Data ?? new Uint8Array(0))) {
      if (field === 1 && typeof value === 'number') node.type = value;
      if (field === 2 && typeof value !== 'number') node.data = value;
      if (field === 3 && typeof value === 'number') node.size = value;
    }
    return node;
  } catch (cause) {
    throw new SalusError('record/malformed', { what: 'UnixFS' }, cause);
  }
};

/** As {@link readNode}. @throws record/malformed also when it is no part of a file: a directory, a link, a shard */
export const readFileNode = (block: Uint8Array): UnixFsNode => {
  const node = readNode(block);
  if (!FILES.includes(node.type)) throw new SalusError('record/malformed', { what: 'UnixFS', type: node.type });
  return node;
};
