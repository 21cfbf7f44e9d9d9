/** The storage worker: Helia over IndexedDB, with the cryptography wired in. Keys and plaintext stay in here. */
import { SalusError } from '../core/errors.ts';
import { trustOwnWorkers } from '../core/trustedTypes.ts';
import { workerHasher } from '../storage/hasher.ts';
import { openIndexedDb, openNode } from '../storage/node.ts';
import { serve } from '../storage/serve.ts';
import { createService } from '../storage/service.ts';
import { sealing } from './sealing.ts';

trustOwnWorkers();

const hasher = () => workerHasher(new Worker(new URL('./hash.ts', import.meta.url), { type: 'module' }));

/** A manifest may claim any size; fetching must not drive out what the person has here. */
const room = async (bytes: number): Promise<void> => {
  const { usage = 0, quota = Number.POSITIVE_INFINITY } = await navigator.storage.estimate();
  if (bytes > quota - usage) throw new SalusError('storage/quota', { bytes, left: quota - usage });
};

const open = async () => {
  const node = await openNode(await openIndexedDb('salus'));
  return createService({ node, sealing, hasher, room, locks: navigator.locks });
};

serve(self as unknown as Worker, open());
