/** The storage worker: Helia over IndexedDB, with the cryptography wired in. Keys and plaintext stay in here. */
import { trustOwnWorkers } from '../core/trustedTypes.ts';
import { workerHasher } from '../storage/hasher.ts';
import { openIndexedDb, openNode } from '../storage/node.ts';
import { serve } from '../storage/serve.ts';
import { createService } from '../storage/service.ts';
import { sealing } from './sealing.ts';

trustOwnWorkers();

const hasher = () => workerHasher(new Worker(new URL('./hash.ts', import.meta.url), { type: 'module' }));

const open = async () => {
  const node = await openNode(await openIndexedDb('salus'));
  return createService({ node, sealing, hasher, locks: navigator.locks });
};

serve(self as unknown as Worker, open());
