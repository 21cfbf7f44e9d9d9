/** What the page and the storage worker say to each other. Functions, signals and classes do not cross; these stand for them. */
import type { PlainError } from '../core/errors.ts';
import type { Guarded, Progress, Storage } from '../flows/ports/storage.ts';

export type Service = Storage;
export type Method = keyof Service;

/** Where each method takes its `Options`; those that take none are not cancelled. */
export const OPTIONS_AT: Partial<Record<Method, number>> = {
  sealFile: 2,
  sealRecord: 3,
  readPublic: 3,
  openManifest: 2,
  openFile: 4,
  lockFile: 2,
  sealedBytes: 3,
  push: 1,
  exportCar: 1,
  importCar: 1,
  tryPinning: 1,
  heldBy: 1,
  unpinAt: 2,
  recheck: 1,
  inspect: 1,
  retire: 1,
  guards: 0,
  accessLog: 2,
  forgetAccessLog: 2,
};

/** The part of the options that is plain data. */
export type Plain = Pick<Guarded, 'token' | 'guard'>;

/** `call` carries the arguments without options, their plain part beside them; `cancel` ends a call that is under way. */
export type Request =
  | { type: 'call'; id: number; method: Method; args: unknown[]; plain: Plain; progress: boolean }
  | { type: 'cancel'; id: number };
export type Reply =
  | { type: 'result'; id: number; value: unknown }
  | { type: 'error'; id: number; error: PlainError }
  | { type: 'progress'; id: number; progress: Progress };

/** A worker seen from the page, or the page seen from a worker. */
export type Port = {
  postMessage(message: unknown): void;
  onmessage: ((event: MessageEvent) => void) | null;
};
