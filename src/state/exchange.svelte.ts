/** Records on their way by hand: put together as a file, or taken in from one. */
import type { Address, Digest } from '../core/bytes.ts';
import { asSalusError, isSalusError, type SalusError } from '../core/errors.ts';
import { handOver, profileOf, takeIn, type HandedFile } from '../flows/handOver.ts';
import type { Progress, ReadPorts } from '../flows/ports/index.ts';

type Reading = () => Promise<ReadPorts>;
/** Digests that are known, or how to learn them. */
export type Wanted = Digest[] | (() => Promise<Digest[]>);

/** One file being put together. */
export class HandOverState {
  status = $state<'idle' | 'preparing' | 'ready' | 'failed'>('idle');
  progress = $state.raw<Progress | null>(null);
  file = $state.raw<HandedFile | null>(null);
  error = $state.raw<SalusError | null>(null);
  readonly #ports: Reading;
  readonly #wanted: Wanted;
  readonly #handed: (digests: Digest[]) => Promise<void>;
  #abort = new AbortController();

  constructor(ports: Reading, wanted: Wanted, handed: (digests: Digest[]) => Promise<void>) {
    [this.#ports, this.#wanted, this.#handed] = [ports, wanted, handed];
  }

  /** Puts the file together; nothing leaves this browser. */
  prepare = async (): Promise<void> => {
    if (this.status === 'preparing' || this.status === 'ready') return;
    this.status = 'preparing';
    this.error = null;
    this.#abort = new AbortController();
    try {
      const digests = typeof this.#wanted === 'function' ? await this.#wanted() : this.#wanted;
      const onProgress = (p: Progress) => (this.progress = p);
      this.file = await handOver(await this.#ports(), digests, { signal: this.#abort.signal, onProgress });
      this.status = 'ready';
    } catch (error) {
      this.status = isSalusError(error, 'storage/aborted') ? 'idle' : 'failed';
      this.error = this.status === 'failed' ? asSalusError(error) : null;
    }
    this.progress = null;
  };

  cancel = (): void => this.#abort.abort();

  /** The person saved or shared it: the record does not live only here any more. */
  handed = (): Promise<void> => this.#handed(this.file?.digests ?? []);
}

/** One file being taken in. */
export class TakeInState {
  progress = $state.raw<Progress | null>(null);
  busy = $state(false);
  error = $state.raw<SalusError | null>(null);
  /** what the last file held */
  taken = $state.raw<Digest[] | null>(null);
  readonly #ports: Reading;
  readonly #done: (digests: Digest[]) => void;
  #abort = new AbortController();

  constructor(ports: Reading, done: (digests: Digest[]) => void) {
    [this.#ports, this.#done] = [ports, done];
  }

  /** Checks every block and keeps the records. */
  open = async (file: Blob): Promise<void> => {
    if (this.busy) return;
    this.busy = true;
    this.error = null;
    this.taken = null;
    this.#abort = new AbortController();
    try {
      const onProgress = (p: Progress) => (this.progress = p);
      this.taken = await takeIn(await this.#ports(), file, { signal: this.#abort.signal, onProgress });
      this.#done(this.taken);
    } catch (error) {
      this.error = isSalusError(error, 'storage/aborted') ? null : asSalusError(error);
    }
    this.progress = null;
    this.busy = false;
  };

  cancel = (): void => this.#abort.abort();
}

export class ExchangeState {
  readonly #ports: Reading;
  readonly #changed: () => Promise<void>;
  readonly #arrived: () => void;

  /** @param changed called when records were handed over · @param arrived called when some were taken in */
  constructor(ports: Reading, changed: () => Promise<void>, arrived: () => void) {
    [this.#ports, this.#changed, this.#arrived] = [ports, changed, arrived];
  }

  handOver = (wanted: Wanted): HandOverState =>
    new HandOverState(this.#ports, wanted, async (digests) => {
      await (await this.#ports()).storage.handedOver(digests);
      await this.#changed();
    });

  takeIn = (): TakeInState => new TakeInState(this.#ports, () => this.#arrived());

  /** Those that are here, or known to be at a place. */
  present = async (digests: Digest[]): Promise<Digest[]> => {
    const { storage } = await this.#ports();
    const found = await Promise.all(digests.map((digest) => storage.durability(digest)));
    return found.filter(({ places }) => places.some(({ kind }) => kind !== 'file')).map(({ digest }) => digest);
  };

  /** What somebody has published, for handing it over. */
  profileOf = async (account: Address): Promise<Digest[]> => {
    const digest = await profileOf(await this.#ports(), account);
    return digest ? [digest] : [];
  };
}
