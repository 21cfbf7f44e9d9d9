/** The cryptography that storage asks for ({@link Sealing}), from `src/crypto`. */
import { repack } from '../crypto/chunks.ts';
import { newHeader, openHeader, readHeader } from '../crypto/envelope.ts';
import { lock } from '../crypto/locked.ts';
import { padZeros, paddedLength, unpadZeros } from '../crypto/padding.ts';
import { decryptStream, encryptStream } from '../crypto/stream.ts';
import type { Sealing } from '../storage/sealing.ts';

export const sealing: Sealing = {
  seal: async (recipients, plain, signal) => {
    const { header, fileKey } = await newHeader(recipients);
    const sealed = async function* () {
      yield header;
      yield* encryptStream(fileKey, plain, { signal });
    };
    return { fileKey, sealed: sealed() };
  },
  open: async (keys, sealed, signal) => {
    const { header, rest } = await readHeader(sealed);
    const fileKey = await openHeader(header, keys);
    return { fileKey, plain: decryptStream(fileKey, rest, { signal }) };
  },
  lock: (passphrase, plain, signal) => lock(passphrase, plain, { signal }),
  paddedLength,
  pad: padZeros,
  unpad: unpadZeros,
  repack,
};
