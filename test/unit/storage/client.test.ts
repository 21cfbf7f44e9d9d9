import { afterEach, describe, expect, it } from 'vitest';
import { SalusError } from '../../../src/core/errors.ts';
import { createStorage } from '../../../src/storage/client.ts';
import type { WorkerLike } from '../../../src/storage/client.ts';
import type { Service } from '../../../src/storage/protocol.ts';
import { serve } from '../../../src/storage/serve.ts';
import { identity, manifest, memoryService } from './memory.ts';

const ports: MessagePort[] = [];
afterEach(() => ports.splice(0).forEach((port) => port.close()));

/** A worker in this process: messages are cloned as they would be between two. */
const worker = (service: Promise<Service>): WorkerLike & { ended: boolean } => {
  const { port1, port2 } = new MessageChannel();
  ports.push(port1, port2);
  serve(port2 as never, service);
  return Object.assign(port1 as unknown as WorkerLike, {
    ended: false,
    terminate(this: { ended: boolean }) {
      this.ended = true;
      port1.close();
    },
  });
};

describe('storage across a worker', () => {
  it('answers, with progress', async () => {
    const storage = createStorage(() => worker(memoryService().then((m) => m.storage)));
    const { recipient, identity: key } = await identity();
    const seen: unknown[] = [];
    const file = await storage.sealFile(new Blob(['abc']), recipient, { onProgress: (p) => seen.push(p) });
    expect(seen).toEqual([{ stage: 'encrypt', done: 3, total: 3 }]);
    const { digest } = await storage.sealRecord(manifest, [recipient], [file]);
    expect(await (await storage.openFile(digest, 0, file, key)).text()).toBe('abc');
    expect(await storage.onlyHere()).toEqual([digest]);
  });

  it('brings errors over with code and details', async () => {
    const storage = createStorage(() => worker(memoryService().then((m) => m.storage)));
    const error = await storage.discard('nonsense').catch((e: unknown) => e);
    expect(error).toBeInstanceOf(SalusError);
    expect(error).toMatchObject({ code: 'input/invalid', details: { cid: 'nonsense' } });
  });

  it('says so on every call when the browser blocks storage', async () => {
    const blocked = Promise.reject(new SalusError('storage/unavailable'));
    const storage = createStorage(() => worker(blocked));
    for (const call of [storage.onlyHere(), storage.publish([])])
      await expect(call).rejects.toMatchObject({ code: 'storage/unavailable' });
  });

  const stuck = (): { service: Service; signals: AbortSignal[]; configured: unknown[] } => {
    const [signals, configured]: [AbortSignal[], unknown[]] = [[], []];
    const service = {
      push: (_: string, { signal }: { signal: AbortSignal }) =>
        new Promise((_resolve, reject) => {
          signals.push(signal);
          signal.addEventListener('abort', () => reject(signal.reason as Error));
        }),
      configure: async (places: unknown) => void configured.push(places),
      onlyHere: async () => [],
    } as unknown as Service;
    return { service, signals, configured };
  };

  it('cancels what is under way, and does not start what was cancelled before', async () => {
    const { service, signals } = stuck();
    const storage = createStorage(() => worker(Promise.resolve(service)));
    const controller = new AbortController();
    const pushing = storage.push('0x00', { signal: controller.signal });
    await storage.onlyHere(); // the worker has the call by now
    controller.abort();
    await expect(pushing).rejects.toMatchObject({ code: 'storage/aborted' });
    expect(signals[0]?.aborted).toBe(true);
    await expect(storage.push('0x00', { signal: controller.signal })).rejects.toMatchObject({
      code: 'storage/aborted',
    });
    expect(signals).toHaveLength(1);
  });

  it('ends the worker on lock, and starts another, configured as before, when it is needed', async () => {
    const { service, configured } = stuck();
    const workers: { ended: boolean }[] = [];
    const storage = createStorage(() => {
      const started = worker(Promise.resolve(service));
      workers.push(started);
      return started;
    });
    const places = { peers: ['http://127.0.0.1:1'], gateways: [] };
    await storage.configure(places);
    const pushing = storage.push('0x00');
    await storage.lock();
    await expect(pushing).rejects.toMatchObject({ code: 'storage/aborted' });
    expect(workers.map((w) => w.ended)).toEqual([true]);
    await storage.lock(); // twice is harmless
    expect(await storage.onlyHere()).toEqual([]);
    expect(workers.map((w) => w.ended)).toEqual([true, false]);
    expect(configured).toEqual([places, places]);
  });
});
