/**
 * CARs in: every block is verified before it is kept. What nobody pins within the hour is dropped again, and there is never
 * more of it than a disk can bear.
 */
import type { CID } from 'multiformats/cid';
import { SalusError } from '../core/errors.ts';
import type { Blocks } from '../storage/blocks.ts';
import { readCar } from '../storage/car.ts';
import { collect } from '../storage/pins.ts';
import { soundBlock } from './gather.ts';
import { bodyOf, sendJson } from './http.ts';
import type { Call, Route } from './http.ts';
import type { Loose } from './loose.ts';
import type { PeerNode } from './node.ts';
import type { PinStore } from './pinStore.ts';

/** Milliseconds between two looks at what nobody pinned. */
const SWEEP = 60_000;
/** Blocks of one upload; a part of 8 MiB has about ten, and never more than 256. */
export const MOST_BLOCKS = 1024;

/** @param limit bytes of one upload @param stopping ends the housekeeping */
export const uploads = (node: PeerNode, pins: PinStore, loose: Loose, limit: number, stopping: AbortSignal): Route => {
  const sweep = async (): Promise<void> => {
    const late = loose.late(Date.now()).flatMap(({ cids }) => cids);
    if (late.length > 0) await collect(node, late, pins.roots());
  };
  const timer = setInterval(() => void sweep().catch(() => undefined), SWEEP).unref();
  stopping.addEventListener('abort', () => clearInterval(timer));

  const put = async (cid: CID, bytes: Uint8Array): Promise<void> => {
    await soundBlock(node, cid); // drops one that went bad, since Helia does not put what is here
    await (node.helia.blockstore as Blocks).put(cid, bytes); // and tells those who wait for it
  };

  const handle = async ({ request, response }: Call): Promise<void> => {
    await pins.settled(); // what is being deleted must not be taken for what is here
    const { roots: named, blocks } = await readCar(bodyOf(request, limit));
    const done = { roots: named.map(String), blocks: 0, bytes: 0 };
    for await (const { cid, bytes } of blocks) {
      if (++done.blocks > MOST_BLOCKS) throw new SalusError('input/too-large', { blocks: MOST_BLOCKS });
      done.bytes += bytes.length;
      loose.add(done.roots[0] ?? '', cid, bytes.length, Date.now());
      await put(cid, bytes);
    }
    sendJson(response, 200, done);
  };
  return { methods: ['POST'], path: /^\/car$/, guarded: true, handle };
};
