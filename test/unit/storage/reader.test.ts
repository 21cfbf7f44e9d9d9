import { fixedSize } from 'ipfs-unixfs-importer/chunker';
import { balanced, trickle } from 'ipfs-unixfs-importer/layout';
import { describe, expect, it } from 'vitest';
import { fileSize, readFile } from '../../../src/storage/reader.ts';
import { all, bytes, memoryNode } from './memory.ts';

/** UnixFS as other programs write it. */
const layouts = {
  ours: {},
  'one leaf for each 1,000 bytes, four to a node': {
    chunker: fixedSize({ chunkSize: 1000 }),
    layout: balanced({ maxChildrenPerNode: 4 }),
  },
  'leaves inside dag-pb': { rawLeaves: false, chunker: fixedSize({ chunkSize: 4096 }) },
  'leaves inside dag-pb, of type raw': { rawLeaves: false, leafType: 'raw' as const },
  trickle: { chunker: fixedSize({ chunkSize: 2000 }), layout: trickle({ maxChildrenPerNode: 5 }) },
  'one leaf under a node': { reduceSingleLeafToSelf: false, chunker: fixedSize({ chunkSize: 1 << 20 }) },
};

describe('reads what the importer writes', () => {
  for (const [name, options] of Object.entries(layouts))
    it.each([0, 1, 999, 1000, 100_001])(`${name}, %i bytes`, async (length) => {
      const node = await memoryNode();
      const cid = await node.fs.addBytes(bytes(length), options);
      const read = Buffer.concat(await all(readFile(node.blockstore, cid, length)));
      expect(read.equals(bytes(length))).toBe(true);
      expect(await fileSize(node.blockstore, cid)).toBe(length);
      if (length > 0)
        await expect(all(readFile(node.blockstore, cid, length - 1))).rejects.toMatchObject({
          code: 'record/malformed',
        });
    });
});

it('takes nothing else for a file', async () => {
  const node = await memoryNode();
  const directory = await node.fs.addDirectory();
  await expect(all(readFile(node.blockstore, directory, 1000))).rejects.toMatchObject({ code: 'record/malformed' });
  await expect(fileSize(node.blockstore, directory)).rejects.toMatchObject({ code: 'record/malformed' });
});

it('says which block is missing', async () => {
  const node = await memoryNode();
  const cid = await node.fs.addBytes(bytes(3_000_000));
  const [, second] = await all(node.fs.ls(cid)).then(async () => node.blockstore.names());
  const { CID } = await import('multiformats/cid');
  await node.blockstore.delete(CID.parse(second!));
  await expect(all(readFile(node.blockstore, cid, 3_000_000))).rejects.toMatchObject({ code: 'storage/not-found' });
});
