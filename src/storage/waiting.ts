/** Every wait has an end: a time limit, and the caller's own signal. */
import { SalusError } from '../core/errors.ts';
import { throwIfAborted } from './errors.ts';

/** Milliseconds. */
export type Limits = {
  /** until a place answers at all, and between two pieces of what it sends */
  idle: number;
  /** one block, from question to last byte */
  block: number;
  /** for a peer to say that it holds a record */
  confirm: number;
  /** for a block to be shown by a place that says to have it */
  doubt: number;
};
export const LIMITS: Limits = { idle: 10_000, block: 15_000, confirm: 120_000, doubt: 5000 };

/** Bytes a second below which a place is taken for one that plays for time. */
const SLOWEST = 16 * 1024;

/** @property arrived to be told of every piece: it moves the end · @property done lets go of the timer */
export type Limit = { signal: AbortSignal; arrived(bytes: number): void; done(): void };

/**
 * @param ms until the first piece, and between two; all of it may take this long plus a second for each 16 KiB that came
 * @returns a signal that fires at the limit with storage/timeout, or when `signal` does
 */
export const within = (ms: number, details: Record<string, unknown>, signal?: AbortSignal): Limit => {
  const controller = new AbortController();
  const late = () => controller.abort(new SalusError('storage/timeout', { ...details, ms }));
  const stop = () => controller.abort(signal?.reason);
  const start = performance.now();
  let received = 0;
  let timer = setTimeout(late, ms);
  if (signal?.aborted) stop();
  signal?.addEventListener('abort', stop, { once: true });
  return {
    signal: controller.signal,
    arrived: (bytes) => {
      received += bytes;
      clearTimeout(timer);
      const left = start + ms + (1000 * received) / SLOWEST - performance.now();
      timer = setTimeout(late, Math.min(ms, left));
    },
    done: () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
    },
  };
};

/** Rejects when the signal fires, whatever `promise` does then. */
export const raced = <T>(promise: Promise<T>, signal: AbortSignal): Promise<T> =>
  new Promise((resolve, reject) => {
    const stop = () => {
      try {
        throwIfAborted(signal);
      } catch (error) {
        reject(error as Error);
      }
    };
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });

/** Resolves after `ms`, or rejects when the signal fires. */
export const pause = (ms: number, signal: AbortSignal): Promise<void> => {
  let timer: ReturnType<typeof setTimeout>;
  const wait = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
  return raced(wait, signal).finally(() => clearTimeout(timer));
};
