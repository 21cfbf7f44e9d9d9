/** CARs in: every block is verified before it is kept, and what nobody pins within the hour is dropped again. */
import type { CID } from 'multiformats/cid';
import { importCar } from '../storage/car.ts';
import { collect } from '../storage/pins.ts';
import { soundBlock } from './gather.ts';
import { bodyOf, sendJson } from './http.ts';
import type { Call, Route } from './http.ts';
import type { PeerNode } from './node.ts';

/** Milliseconds an upload may wait for its pin. */
const GRACE = 3_600_000;

/** @param limit bytes of one upload @param stopping ends the housekeeping */
export const uploads = (node: PeerNode, limit: number, stopping: AbortSignal): Route => {
  const loose = new Map<string, { cid: CID; since: number }>();
  const sweep = async (): Promise<void> => {
    const old = [...loose].filter(([, { since }]) => Date.now() - since > GRACE);
    for (const [key] of old) loose.delete(key);
    if (old.length > 0)
      await collect(
        node,
        old.map(([, { cid }]) => cid),
      );
  };
  const timer = setInterval(() => void sweep().catch(() => undefined), GRACE / 6).unref();
  stopping.addEventListener('abort', () => clearInterval(timer));

  const store = {
    get: node.blockstore.get.bind(node.blockstore),
    has: node.blockstore.has.bind(node.blockstore),
    put: async (cid: CID, bytes: Uint8Array): Promise<CID> => {
      loose.set(cid.toString(), { cid, since: Date.now() });
      await soundBlock(node, cid); // drops one that went bad, since Helia does not put what is here
      return node.helia.blockstore.put(cid, bytes); // and tells those who wait for it
    },
  };

  const handle = async ({ request, response }: Call): Promise<void> => {
    const { roots, blocks, bytes } = await importCar(store as never, bodyOf(request, limit));
    sendJson(response, 200, { roots: roots.map(String), blocks, bytes });
  };
  return { methods: ['POST'], path: /^\/car$/, guarded: true, handle };
};
