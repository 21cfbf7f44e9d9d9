/** Sealing a folder anew, a few records at a time: how far it is, and what is left of the old ciphertexts. */
import type { Digest } from '../core/bytes.ts';
import { asSalusError, type SalusError } from '../core/errors.ts';
import type { LetGo } from '../flows/move.ts';
import { RESEAL_AT_ONCE } from '../flows/placing.ts';
import type { Ports } from '../flows/ports/index.ts';
import { keyOf } from '../flows/records.ts';
import type { Vault } from '../flows/vault.ts';
import type { FolderId } from '../record/folders.ts';
import type { Acts } from './act.svelte.ts';
import type { FoldersState } from './folders.svelte.ts';
import type { RecordItem, RecordsState } from './records.svelte.ts';

const sealing = () => import('../flows/reseal.ts');
const moving = () => import('../flows/move.ts');

type Open = {
  ports: () => Promise<Ports>;
  vault: () => Vault;
  acts: Acts;
  records: RecordsState;
  folders: FoldersState;
};

export class ResealState {
  /** which folder is at work, null while none is */
  folder = $state.raw<FolderId | null>(null);
  status = $state<'idle' | 'sealing' | 'letting-go'>('idle');
  /** records done and to do, or ciphertexts let go of */
  done = $state(0);
  total = $state(0);
  error = $state.raw<SalusError | null>(null);
  /** places that may still have old ciphertexts; null while none was let go of */
  left = $state.raw<LetGo['left'] | null>(null);
  /** ciphertexts that no place in reach has any more */
  #gone = $state.raw<ReadonlySet<Digest>>(new Set());
  #stop = new AbortController();
  readonly #open: Open;

  constructor(open: Open) {
    this.#open = open;
  }

  /** For an effect of a screen: what was let go of in an earlier visit is not offered again. */
  follow = (): void => void this.#load();

  async #load(): Promise<void> {
    const { readGone } = await moving();
    this.#gone = await readGone((await this.#open.ports()).cabinet).catch(() => this.#gone);
  }

  /** Earlier ciphertexts of what lies in a folder, each with whether another signed it, and whether somebody was given it by itself. */
  old(folder: FolderId): { digest: Digest; byOther: boolean; held: boolean }[] {
    const { records, folders } = this.#open;
    return records.items
      .filter(({ filed, known }) => known?.copy && folders.of(filed).folder === folder)
      .flatMap(({ filed, known }) =>
        (known?.replaces ?? []).map((digest) => ({
          digest,
          byOther: records.filed.some((f) => f.ref.digest === digest && f.ref.author !== filed.ref.patient),
          held: folders.held.has(digest),
        })),
      )
      .filter(({ digest }) => !this.#gone.has(digest));
  }

  /** Seals everything that is stale, batch by batch; what is done stays done when it stops. */
  run = async (folder: FolderId): Promise<void> => {
    const { records, folders, acts } = this.#open;
    if (this.status !== 'idle') return;
    Object.assign(this, { folder, status: 'sealing', error: null, done: 0, left: null });
    this.#stop = new AbortController();
    const tried = new Set<string>();
    try {
      await folders.load();
      this.total = folders.stale(folder).length;
      for (;;) {
        const next = folders.stale(folder).filter((i) => !tried.has(keyOf(i.filed.ref)));
        if (next.length === 0 || this.#stop.signal.aborted) break;
        const batch = next.slice(0, RESEAL_AT_ONCE);
        if (!(await this.#batch(folder, batch))) break;
        await records.load();
        await folders.load();
        const left = new Set(folders.stale(folder).map((i) => keyOf(i.filed.ref)));
        // what an earlier try had sent is found to be done; what stays although it was sent is not tried for ever
        if (batch.every((i) => left.has(keyOf(i.filed.ref)))) for (const i of batch) tried.add(keyOf(i.filed.ref));
        this.done = Math.max(this.done, this.total - left.size);
      }
    } catch (error) {
      this.error = asSalusError(error);
    }
    this.status = 'idle';
    if (acts.current?.kind === 'reseal' && folders.stale(folder).length === 0) acts.dismiss();
  };

  /** @returns false when the person turned back, or it failed: the act says why */
  async #batch(folder: FolderId, batch: RecordItem[]): Promise<boolean> {
    const { acts, records, ports, vault } = this.#open;
    const before = this.done;
    let ended = false;
    await acts.run('reseal', async (act) => {
      const { resealBatch } = await sealing();
      this.#stop.signal.addEventListener('abort', () => acts.current?.cancel(), { once: true });
      const opened = [];
      for (const { filed, history } of batch)
        opened.push({ what: await records.opened(filed.ref), history: history.map((h) => h.ref.digest) });
      await resealBatch(await ports(), act, vault(), folder, opened, (n) => (this.done = before + n));
      ended = true;
    });
    if (!ended) this.done = before;
    return ended;
  }

  /** Stops after what is under way; nothing that was sent is undone. */
  stop = (): void => this.#stop.abort();

  /** Lets go of old ciphertexts at every place in reach. Asked again, it tries what was left. */
  letGo = async (folder: FolderId, digests: readonly Digest[]): Promise<void> => {
    if (this.status !== 'idle') return;
    Object.assign(this, { folder, status: 'letting-go', error: null, done: 0, total: digests.length });
    this.#stop = new AbortController();
    try {
      const { retireAll } = await moving();
      const { left } = await retireAll(await this.#open.ports(), digests, {
        signal: this.#stop.signal,
        onProgress: (done) => (this.done = done),
      });
      this.left = left;
      await this.#load();
    } catch (error) {
      this.error = asSalusError(error);
    }
    this.status = 'idle';
  };

  clear(): void {
    this.#stop.abort();
    Object.assign(this, { folder: null, status: 'idle', done: 0, total: 0, error: null, left: null });
    this.#gone = new Set();
  }
}
