/** A directory that does not hold what is looked for says so itself: a reader of a bundle tells “I am not in it” from “nobody has it”. */
import { CID } from 'multiformats/cid';
import { expect, it } from 'vitest';
import { toHex } from '../../../src/core/bytes.ts';
import { cidOfDigest } from '../../../src/storage/blocks.ts';
import { bytes, memoryService } from './memory.ts';

/** A place that has one directory, and serves it block by block. */
const placeWith = async (has: boolean) => {
  const { storage: theirs, node } = await memoryService();
  const digest = await theirs.publish([{ name: 'mine', body: bytes(100) }]);
  const root = cidOfDigest(digest);
  const blocks = new Map<string, Uint8Array>();
  for await (const { cid, bytes: block } of node.blockstore.getAll()) {
    const parts: Uint8Array[] = [];
    for await (const part of block as AsyncIterable<Uint8Array>) parts.push(part);
    // a store in memory knows blocks by their hash alone
    blocks.set(toHex(cid.multihash.digest), Buffer.concat(parts));
  }
  const fetching = (async (input: string) => {
    const cid = /\/ipfs\/([a-z2-7]+)\?format=raw/.exec(input)?.[1];
    const block = has && cid ? blocks.get(toHex(CID.parse(cid).multihash.digest)) : undefined;
    return block ? new Response(new Uint8Array(block)) : new Response('', { status: 404 });
  }) as typeof fetch;
  const { storage } = await memoryService({ fetch: fetching, limits: { idle: 300, block: 300, confirm: 300 } });
  await storage.configure({ peers: [], gateways: ['https://place.example'] });
  return { storage, digest, root };
};

it('fetched from a place, then from here', async () => {
  const { storage, digest } = await placeWith(true);
  expect(await storage.readPublic(digest, 'mine', 1000)).toEqual(bytes(100));
  for (let n = 0; n < 2; n++)
    await expect(storage.readPublic(digest, 'other', 1000)).rejects.toMatchObject({
      code: 'storage/not-found',
      details: { name: 'other' },
    });
});

it('looked for first of all, in a directory that nobody has read yet', async () => {
  const { storage, digest } = await placeWith(true);
  const error = await storage.readPublic(digest, 'other', 1000).catch((e: unknown) => e);
  expect(error).toMatchObject({ code: 'storage/not-found', details: { name: 'other' } });
});

it('that no place has is another matter', async () => {
  const { storage, digest, root } = await placeWith(false);
  const error = await storage.readPublic(digest, 'other', 1000).catch((e: unknown) => e);
  expect(error).toMatchObject({ code: 'storage/not-found', details: { cid: root.toString() } });
  expect((error as { details: object }).details).not.toHaveProperty('name');
});
