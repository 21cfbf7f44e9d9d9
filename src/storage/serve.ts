/** The worker's end of the protocol. */
import { SalusError, toPlainError } from '../core/errors.ts';
import type { Guarded, Progress } from '../flows/ports/storage.ts';
import { storageError } from './errors.ts';
import { OPTIONS_AT } from './protocol.ts';
import type { Port, Reply, Request, Service } from './protocol.ts';

/** Milliseconds between two reports of one call's progress. */
const REPORT_EVERY = 50;

/** Lets a report through now and then, and always the last of a stage. */
const throttled = (report: (progress: Progress) => void): ((progress: Progress) => void) => {
  let last = -Infinity;
  return (progress) => {
    const now = performance.now();
    if (now - last < REPORT_EVERY && progress.done < progress.total) return;
    last = now;
    report(progress);
  };
};

/** Answers calls on `port` once `opening` has given the service; when it fails, every call fails with its error. */
export const serve = (port: Port, opening: Promise<Service>): void => {
  const running = new Map<number, AbortController>();
  const reply = (message: Reply): void => port.postMessage(message);
  opening.catch(() => undefined); // each call reports it

  const call = async ({ id, method, args, plain, progress }: Extract<Request, { type: 'call' }>): Promise<void> => {
    const controller = new AbortController();
    running.set(id, controller);
    try {
      const at = OPTIONS_AT[method];
      const options: Guarded = { ...plain, signal: controller.signal };
      if (progress) options.onProgress = throttled((p) => reply({ type: 'progress', id, progress: p }));
      const all = at === undefined ? args : [...Array.from({ length: at }, (_, i) => args[i]), options];
      const service = (await opening) as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
      reply({ type: 'result', id, value: await service[method]?.(...all) });
    } catch (error) {
      reply({ type: 'error', id, error: toPlainError(storageError(error)) });
    } finally {
      running.delete(id);
    }
  };

  port.onmessage = ({ data }: MessageEvent<Request>) => {
    if (data.type === 'call') void call(data);
    else running.get(data.id)?.abort(new SalusError('storage/aborted'));
  };
};
