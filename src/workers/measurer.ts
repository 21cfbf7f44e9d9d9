/** The page's end of the measuring worker: the `Measurer` port. */
import { fromPlainError, SalusError, type PlainError } from '../core/errors.ts';
import type { Measurer } from '../flows/ports/measure.ts';

type Answer = { id: number; ms?: number; error?: PlainError };
type Waiting = { resolve(ms: number): void; reject(error: SalusError): void };

/** Starts a worker of its own, so that measuring slows no work of the page and can be ended at once. */
export const openMeasurer = (): Measurer => {
  const worker = new Worker(new URL('./measure.ts', import.meta.url), { type: 'module' });
  const waiting = new Map<number, Waiting>();
  const endAll = (error: SalusError): void => {
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  let next = 0;
  worker.onmessage = ({ data }: MessageEvent<Answer>) => {
    const call = waiting.get(data.id);
    waiting.delete(data.id);
    if (data.ms !== undefined) call?.resolve(data.ms);
    else call?.reject(fromPlainError(data.error as PlainError));
  };
  worker.onerror = (event) => endAll(new SalusError('crypto/unsupported', {}, new Error(event.message)));
  return {
    time: (load) =>
      new Promise((resolve, reject) => {
        waiting.set(next, { resolve, reject });
        worker.postMessage({ id: next++, load });
      }),
    close: () => {
      worker.terminate();
      endAll(new SalusError('storage/aborted', { why: 'stopped' }));
    },
  };
};
