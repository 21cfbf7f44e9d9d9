/** A UnixFS directory and its CAR, made in memory. */
import { unixfs } from '@helia/unixfs';
import { CarWriter } from '@ipld/car';
import type { CID } from 'multiformats/cid';

/** Blocks in the order in which they were made; the root comes last. */
export type Packed = { cid: CID; blocks: { cid: CID; bytes: Uint8Array }[] };

/** @param files by their paths; the order decides nothing but the order of the blocks @returns the directory that holds them, named by the UnixFS defaults of CIDv1 */
export const pack = async (files: { path: string; content: Uint8Array }[]): Promise<Packed> => {
  const blocks = new Map<string, { cid: CID; bytes: Uint8Array }>();
  const blockstore = {
    put: async (cid: CID, bytes: Uint8Array) => (blocks.set(cid.toString(), { cid, bytes }), cid),
    has: async (cid: CID) => blocks.has(cid.toString()),
  };
  const fs = unixfs({ blockstore } as unknown as Parameters<typeof unixfs>[0]);
  let cid: CID | null = null;
  for await (const entry of fs.addAll(files, { wrapWithDirectory: true })) cid = entry.cid;
  if (cid === null) throw new Error('there is nothing to pack');
  return { cid, blocks: [...blocks.values()] };
};

/** @returns the pieces of a CAR with one root */
export async function* carOf({ cid, blocks }: Packed): AsyncGenerator<Uint8Array> {
  const { writer, out } = CarWriter.create([cid]);
  const written = (async () => {
    for (const block of blocks) await writer.put(block);
    await writer.close();
  })();
  yield* out;
  await written;
}
