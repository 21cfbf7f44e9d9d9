/** The page's end: the `Storage` port over a worker that is started when first needed and ended on lock. */
import type { Bytes } from '../core/bytes.ts';
import { SalusError, fromPlainError } from '../core/errors.ts';
import type { Guarded } from '../flows/ports/storage.ts';
import { throwIfAborted } from './errors.ts';
import { OPTIONS_AT } from './protocol.ts';
import type { Method, Port, Reply, Request, Service } from './protocol.ts';

export type WorkerLike = Port & { onerror?: ((event: ErrorEvent) => void) | null; terminate(): void };
type Waiting = { resolve(value: unknown): void; reject(error: unknown): void; options: Guarded };

/** One worker and the calls it has not answered. */
class Connection {
  readonly #worker: WorkerLike;
  readonly #waiting = new Map<number, Waiting>();
  #next = 0;
  dead = false;

  constructor(worker: WorkerLike) {
    this.#worker = worker;
    worker.onmessage = ({ data }: MessageEvent<Reply>) => this.#answer(data);
    worker.onerror = (event) => this.end(new SalusError('storage/unavailable', {}, new Error(event.message)));
  }

  #answer(reply: Reply): void {
    const waiting = this.#waiting.get(reply.id);
    if (reply.type === 'progress') return waiting?.options.onProgress?.(reply.progress);
    this.#waiting.delete(reply.id);
    if (reply.type === 'result') waiting?.resolve(reply.value);
    else waiting?.reject(fromPlainError(reply.error));
  }

  #send(request: Request): void {
    this.#worker.postMessage(request);
  }

  call(method: Method, args: unknown[]): Promise<unknown> {
    const at = OPTIONS_AT[method];
    const options = ((at === undefined ? undefined : args[at]) ?? {}) as Guarded;
    return new Promise((resolve, reject) => {
      throwIfAborted(options.signal);
      const id = this.#next++;
      const cancel = () => this.#send({ type: 'cancel', id });
      const settled = () => options.signal?.removeEventListener('abort', cancel);
      options.signal?.addEventListener('abort', cancel, { once: true });
      this.#waiting.set(id, {
        resolve: (value) => (settled(), resolve(value)),
        reject: (error) => (settled(), reject(error as Error)),
        options,
      });
      const progress = options.onProgress !== undefined;
      const { token, guard } = options;
      const plain = { ...(token ? { token } : {}), ...(guard ? { guard } : {}) };
      this.#send({ type: 'call', id, method, args: at === undefined ? args : args.slice(0, at), plain, progress });
    });
  }

  /** Ends the worker, and with it every key it held; calls under way are told `error`. */
  end(error: SalusError): void {
    this.dead = true;
    this.#worker.terminate();
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

/** @param spawn starts a worker that runs `workers/storage.ts` */
export const createStorage = (spawn: () => WorkerLike): Service => {
  let connection: Connection | null = null;
  let configured: Parameters<Service['configure']>[0] | null = null;

  const connected = (): Connection => {
    if (connection && !connection.dead) return connection;
    connection = new Connection(spawn());
    if (configured) void connection.call('configure', [configured]).catch(() => undefined);
    return connection;
  };
  const call = async <T>(method: Method, ...args: unknown[]): Promise<T> =>
    connected().call(method, args) as Promise<T>;

  return {
    sealFile: (...args) => call('sealFile', ...args),
    sealRecord: (...args) => call('sealRecord', ...args),
    publish: (...args) => call('publish', ...args),
    readPublic: (...args) => call<Bytes>('readPublic', ...args),
    openManifest: (...args) => call('openManifest', ...args),
    openFile: (...args) => call('openFile', ...args),
    sealedBytes: (...args) => call('sealedBytes', ...args),
    lockFile: (...args) => call('lockFile', ...args),
    push: (...args) => call('push', ...args),
    durability: (...args) => call('durability', ...args),
    onlyHere: () => call('onlyHere'),
    discard: (...args) => call('discard', ...args),
    configure: async (places) => {
      await call('configure', places);
      configured = places;
    },
    estimate: () => call('estimate'),
    lock: async () => {
      connection?.end(new SalusError('storage/aborted', { why: 'locked' }));
      connection = null;
    },
    recheck: (...args) => call('recheck', ...args),
    inspect: (...args) => call('inspect', ...args),
    exportCar: (...args) => call('exportCar', ...args),
    importCar: (...args) => call('importCar', ...args),
    handedOver: (...args) => call('handedOver', ...args),
    placeStates: () => call('placeStates'),
    tryPinning: (...args) => call('tryPinning', ...args),
    heldBy: (...args) => call('heldBy', ...args),
    unpinAt: (...args) => call('unpinAt', ...args),
    retire: (...args) => call('retire', ...args),
    guards: (...args) => call('guards', ...args),
    accessLog: (...args) => call('accessLog', ...args),
    forgetAccessLog: (...args) => call('forgetAccessLog', ...args),
  };
};

/** The page's storage. */
export const openStorage = (): Service =>
  createStorage(() => new Worker(new URL('../workers/storage.ts', import.meta.url), { type: 'module' }));
