/** A draft on the screen: words saved as they are typed, files encrypted as they are picked. */
import { asSalusError, type SalusError } from '../core/errors.ts';
import { saveDraft, type Draft } from '../flows/draft.ts';
import type { Ports } from '../flows/ports/index.ts';
import type { ManifestFile } from '../record/manifest.ts';

/** Cryptography is loaded when a draft is first opened. */
const writing = () => import('../flows/writing.ts');

/** One file on its way in. */
export class Upload {
  readonly file: File;
  done = $state(0);
  error = $state.raw<SalusError | null>(null);
  abort = new AbortController();

  constructor(file: File) {
    this.file = file;
  }

  get total(): number {
    return Math.max(1, this.file.size);
  }
}

/** Files being sealed since there were none: how many are done of how many, and bytes likewise. */
export type Sealing = { done: number; files: number; bytes: number; total: number };

export class DraftState<F extends object> {
  fields = $state() as F;
  files = $state.raw<ManifestFile[]>([]);
  /** under way or failed; done ones move to `files` */
  uploads = $state.raw<Upload[]>([]);
  ready = $state(false);
  /** why what was typed last is in this tab only; null again once it was kept */
  unsaved = $state.raw<SalusError | null>(null);
  error = $state.raw<SalusError | null>(null);
  /** files and bytes sealed since the list of uploads was last empty */
  #done = $state.raw({ files: 0, bytes: 0 });
  readonly #ports: () => Promise<Ports>;
  readonly #name: string;
  readonly #empty: F;
  #draft: Draft<F> | null = null;
  #opening: Promise<void> | null = null;
  #saving: Promise<void> = Promise.resolve();
  #queue: Promise<void> = Promise.resolve();

  constructor(ports: () => Promise<Ports>, name: string, empty: F) {
    this.#ports = ports;
    this.#name = name;
    this.#empty = $state.snapshot(empty) as F;
    this.fields = empty;
  }

  /** Takes up what was written before. Once, however many ask: two drafts of one name would have two identities. */
  open = (): Promise<void> => (this.#opening ??= this.#open());

  async #open(): Promise<void> {
    try {
      const before = JSON.stringify(this.fields);
      const { openDraft } = await writing();
      this.#draft = await openDraft(await this.#ports(), this.#name, JSON.parse(before) as F);
      // whoever was quicker than the cabinet keeps what they typed
      if (JSON.stringify(this.fields) === before) this.fields = this.#draft.fields;
      this.files = this.#draft.files;
      this.ready = true;
    } catch (error) {
      this.error = asSalusError(error);
      this.#opening = null;
    }
  }

  /** The draft as it stands, saved. */
  current = async (): Promise<Draft<F>> => {
    await this.open();
    await this.save();
    await this.#queue;
    return this.#draft as Draft<F>;
  };

  /** Seals the words; calls one after the other. Call it on input. */
  save = (): Promise<void> => {
    this.#saving = this.#saving.then(async () => {
      const draft = this.#draft;
      if (!draft) return;
      draft.fields = $state.snapshot(this.fields) as F;
      try {
        await saveDraft(await this.#ports(), draft);
        this.unsaved = null;
      } catch (error) {
        this.unsaved = asSalusError(error);
      }
    });
    return this.#saving;
  };

  get uploading(): boolean {
    return this.uploads.some((u) => u.error === null);
  }

  /** All files together; null while none is under way. Failed ones do not count. */
  get sealing(): Sealing | null {
    const going = this.uploads.filter((u) => u.error === null);
    if (going.length === 0) return null;
    const sum = (of: (u: Upload) => number): number => going.reduce((n, u) => n + of(u), 0);
    const { files, bytes } = this.#done;
    return {
      done: files,
      files: files + going.length,
      bytes: bytes + sum((u) => Math.min(u.done, u.file.size)),
      total: bytes + sum((u) => u.file.size),
    };
  }

  add = (files: Iterable<File>): void => {
    if (!this.uploading) this.#done = { files: 0, bytes: 0 };
    const fresh = [...files].map((f) => new Upload(f));
    this.uploads = [...this.uploads, ...fresh];
    for (const upload of fresh) this.#queue = this.#queue.then(() => this.#encrypt(upload));
  };

  retry = (upload: Upload): void => {
    this.dismiss(upload);
    this.add([upload.file]);
  };

  /** Cancels one under way, or takes a failed one off the list. */
  dismiss = (upload: Upload): void => {
    upload.abort.abort();
    this.uploads = this.uploads.filter((u) => u !== upload);
  };

  remove = async (file: ManifestFile): Promise<void> => {
    if (!this.#draft) return;
    await (await writing()).removeFile(await this.#ports(), this.#draft, file);
    this.files = this.#draft.files;
  };

  /** Forgets words and files: it is as it was before anything was typed. */
  discard = async (): Promise<void> => {
    for (const u of this.uploads) u.abort.abort();
    this.uploads = [];
    if (this.#draft) await (await writing()).deleteDraft(await this.#ports(), this.#draft);
    this.#draft = null;
    this.#opening = null;
    this.fields = $state.snapshot(this.#empty) as F;
    this.files = [];
    this.ready = false;
  };

  async #encrypt(upload: Upload): Promise<void> {
    await this.open();
    if (!this.#draft || upload.abort.signal.aborted) return;
    try {
      await (
        await writing()
      ).addFile(await this.#ports(), this.#draft, upload.file, {
        signal: upload.abort.signal,
        onProgress: (p) => (upload.done = p.done),
      });
      this.files = [...this.#draft.files];
      this.#done = { files: this.#done.files + 1, bytes: this.#done.bytes + upload.file.size };
      this.uploads = this.uploads.filter((u) => u !== upload);
    } catch (error) {
      if (!upload.abort.signal.aborted) upload.error = asSalusError(error);
    }
  }
}
