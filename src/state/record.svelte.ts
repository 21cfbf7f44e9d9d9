/** A sealed record on the screen. */
import { asSalusError, isSalusError, type SalusError } from '../core/errors.ts';
import { openFile, openRecord, type OpenRecord, type RecordRef } from '../flows/openRecord.ts';
import type { Ports, Progress } from '../flows/ports/index.ts';
import type { Place } from '../flows/ports/storage.ts';
import type { Vault } from '../flows/vault.ts';

type Open = { ports: () => Promise<Ports>; vault: () => Vault };

/** A sealed record: opened, looked up, checked, copied, and its files. */
export class RecordState {
  readonly ref: RecordRef;
  status = $state<'closed' | 'opening' | 'open' | 'failed'>('closed');
  opened = $state.raw<OpenRecord | null>(null);
  progress = $state.raw<Progress | null>(null);
  error = $state.raw<SalusError | null>(null);
  /** where it is known to be, this browser included; null until looked */
  places = $state.raw<Place[] | null>(null);
  readonly #open: Open;
  /** throws when it may not be opened any more: asked before, and after, so that what was taken back meanwhile is not shown */
  readonly #allowed: () => Promise<void>;
  #abort = new AbortController();
  #opening: Promise<void> | null = null;

  constructor(open: Open, ref: RecordRef, allowed: () => Promise<void> = async () => undefined) {
    this.#open = open;
    this.ref = ref;
    this.#allowed = allowed;
  }

  /** Fetches, verifies and decrypts the manifest. Whoever asks while it is under way waits for the same end. */
  open = async (): Promise<void> => {
    if (this.status !== 'open') await (this.#opening ??= this.#fetch().finally(() => (this.#opening = null)));
  };

  async #fetch(): Promise<void> {
    this.status = 'opening';
    this.error = null;
    this.#abort = new AbortController();
    try {
      await this.#allowed();
      const opened = await openRecord(await this.#open.ports(), this.#open.vault(), this.ref, this.#options());
      await this.#allowed();
      this.opened = opened;
      this.status = 'open';
    } catch (error) {
      this.error = asSalusError(error);
      this.status = this.#abort.signal.aborted ? 'closed' : 'failed';
    }
    this.progress = null;
  }

  /** Tries again what no place had: places, or a file that was handed over, may have come since. */
  again = async (): Promise<void> => {
    await this.#opening;
    if (isSalusError(this.error, 'storage/not-found') || isSalusError(this.error, 'storage/timeout')) await this.open();
  };

  cancel = (): void => this.#abort.abort();

  /** Looks up where the record is known to be. */
  locate = async (): Promise<void> => {
    const { storage } = await this.#open.ports();
    this.places = (await storage.durability(this.ref.digest).catch(() => null))?.places ?? null;
  };

  /** Asks the places that confirmed it whether they hold it still. @throws SalusError */
  recheck = async (): Promise<void> => {
    const { storage } = await this.#open.ports();
    this.places = (await storage.recheck(this.ref.digest, { signal: AbortSignal.timeout(120_000) })).places;
  };

  /** Brings it to the places in use; one that confirms makes it durable. @throws SalusError */
  copy = async (): Promise<void> => {
    this.#abort = new AbortController();
    try {
      const { storage } = await this.#open.ports();
      this.places = (await storage.push(this.ref.digest, this.#options())).places;
    } finally {
      this.progress = null;
    }
  };

  /** One file's plaintext, in memory only. @throws SalusError */
  file = async (index: number): Promise<Blob> => {
    this.#abort = new AbortController();
    try {
      await this.#allowed();
      const file = await openFile(await this.#open.ports(), this.opened as OpenRecord, index, this.#options());
      await this.#allowed();
      return file;
    } finally {
      this.progress = null;
    }
  };

  /** One file's locked bytes, as every place has them. @throws SalusError */
  stored = async (index: number): Promise<Blob> => {
    this.#abort = new AbortController();
    try {
      const { storedFile } = await import('../flows/takeAlong.ts');
      return await storedFile(await this.#open.ports(), this.opened as OpenRecord, index, this.#options());
    } finally {
      this.progress = null;
    }
  };

  /** Locks plaintext with a passphrase: an age file for keeping outside of Salus. @throws input/invalid, storage/aborted */
  lock = async (file: Blob, passphrase: string): Promise<Blob> => {
    this.#abort = new AbortController();
    try {
      const { storage } = await this.#open.ports();
      return await storage.lockFile(file, passphrase, this.#options());
    } finally {
      this.progress = null;
    }
  };

  /** @returns words that nobody guesses */
  suggestPassphrase = async (): Promise<string> =>
    (await import('../flows/takeAlong.ts')).suggestPassphrase(await this.#open.ports());

  #options() {
    return { signal: this.#abort.signal, onProgress: (p: Progress) => (this.progress = p) };
  }
}
