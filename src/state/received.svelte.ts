/** What others share with this account: who, what of it still holds, and what may be done with it: passed on, added to, looked over, taken over. */
import { untrack } from 'svelte';
import type { Address, Hex } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import { giversOf } from '../flows/givers.ts';
import type { Grant } from '../flows/grants.ts';
import type { CosignFields } from '../flows/cosign.ts';
import { amendmentDraft } from '../flows/draft.ts';
import type { DropFields } from '../flows/dropBox.ts';
import type { OpenRecord } from '../flows/openRecord.ts';
import type { Entry } from '../flows/ports/index.ts';
import type { Received } from '../flows/received.ts';
import type { SharedLine } from '../flows/sharedLines.ts';
import type { Folder, FolderId } from '../record/folders.ts';
import { readReport } from '../record/report.ts';
import type { Acts } from './act.svelte.ts';
import type { DraftState } from './draft.svelte.ts';
import { Drafts } from './drafts.svelte.ts';
import { SharedFile, type FileOpen } from './sharedFile.svelte.ts';
import type { VisitsState } from './visits.svelte.ts';

type Open = FileOpen & { acts: Acts; visits: VisitsState };

/** Files read at once, and givers whose timelines are read without being asked for: anybody may share something with anybody. */
const AT_ONCE = 2;
const MOST = 100;
/** Milliseconds a timer of a browser may wait. */
const LONGEST = 2 ** 31 - 1;

/** What is chosen in the form. `until`: Unix seconds, 0 = as long as the own right */
export type BringIn = { colleague: Address; until: number; history: boolean };

export class ReceivedState {
  /** patients whose links were followed; null until read */
  followed = $state.raw<Address[] | null>(null);
  readonly #open: Open;
  readonly #files = new Map<Address, SharedFile>();
  readonly #roots: (() => void)[] = [];
  /** heads of both sides' timelines when a file was read again last, by patient */
  readonly #heads = new Map<Address, string>();
  readonly #drafts: Drafts;
  #loading: Promise<void> | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;

  /** everybody who ever shared something, the latest first; until all events are known, the latest ones */
  readonly givers = $derived.by<Address[]>(() => {
    const me = this.#open.me();
    const named = me ? giversOf(this.#open.visits.entries, me) : [];
    return [...named, ...(this.followed ?? []).filter((p) => !named.includes(p))];
  });

  constructor(open: Open) {
    this.#open = open;
    this.#drafts = new Drafts(open.ports);
  }

  /** True once no giver can turn up any more without a new event. */
  get ready(): boolean {
    return this.#open.visits.whole && this.followed !== null;
  }

  /** One patient's file; nothing is asked until it is loaded. */
  of = (patient: Address): SharedFile => {
    const known = this.#files.get(patient);
    if (known) return known;
    let file: SharedFile | undefined;
    // a root that stays: what is derived in it would never be computed again once that is gone
    this.#roots.push($effect.root(() => void (file = new SharedFile(this.#open, patient))));
    file ??= new SharedFile(this.#open, patient);
    this.#files.set(patient, file);
    return file;
  };

  /** For an effect of a screen: reads on whenever somebody shares something more. */
  follow = (): void => {
    void this.givers.join();
    untrack(() => void this.load());
  };

  /** Reads every giver's timelines, a few at a time. Once, however many ask. */
  load = (): Promise<void> => (this.#loading ??= this.#load().finally(() => (this.#loading = null)));

  /** Reads again what was looked at and has changed since, which one question tells of all: something may have been taken back. */
  refresh = async (): Promise<void> => {
    const files = [...this.#files.values()].filter((f) => f.from);
    const me = this.#open.me();
    if (!me || files.length === 0) return;
    try {
      const { chain } = await this.#open.ports();
      const [mine, ...theirs] = await chain.accounts([me, ...files.map((f) => f.patient)]);
      for (const [i, file] of files.entries()) {
        const heads = `${mine?.own}/${mine?.inbox}/${theirs[i]?.own}/${theirs[i]?.inbox}`;
        const over = file.next * 1000 <= Date.now();
        if (heads === this.#heads.get(file.patient) && !over && !file.error) continue;
        this.#heads.set(file.patient, heads);
        await file.load();
      }
    } catch {
      // no node answers, or locked meanwhile: what is opened asks again by itself
    }
    this.#wake();
  };

  /** Tries again what could not be had: there are other places now, or a file was handed over. */
  again = async (): Promise<void> => {
    for (const file of this.#files.values())
      if (file.error || file.from?.unread || file.failed.size > 0 || file.live.some((r) => r.error ?? r.missed[0]))
        await file.again();
  };

  /** Reads one patient's file. @param seek the link of an unaddressed share was followed */
  look = async (patient: Address, seek: boolean): Promise<void> => {
    await this.of(patient).load(seek);
    await this.#readFollowed();
    this.#wake();
  };

  /** Brings a colleague in. */
  bringIn = (from: Received, { colleague, until, history }: BringIn): Promise<Entry | undefined> =>
    this.#open.acts.run('delegate', async (act) => {
      const { delegate } = await import('../flows/delegate.ts');
      const input = { from, colleague, until, history };
      const entry = await delegate(await this.#open.ports(), act, this.#open.vault(), input);
      await this.of(from.grant.patient).load();
      return entry;
    });

  /** Undoes what this account passed on. */
  undo = (grant: Grant): Promise<Entry | undefined> =>
    this.#open.acts.run('revoke', async (act) => {
      const { undoDelegation } = await import('../flows/delegate.ts');
      const entry = await undoDelegation(await this.#open.ports(), act, grant);
      await this.of(grant.patient).load();
      return entry;
    });

  /** What this account passed on of a patient's file, live or not, newest first. */
  passedOn = (patient: Address): Grant[] => this.of(patient).passedOn;

  /** @param kind what it begins with */
  draft = (access: Hex, kind: DropFields['kind'] = 'other'): DraftState<DropFields> =>
    this.#drafts.of(`drop/${access}`, { kind, title: '', words: '' });

  /** Adds to a folder that this account may write into. */
  addInto = (into: Received): Promise<Entry | undefined> =>
    this.#open.acts.run('report', async (act) => {
      const { addInto } = await import('../flows/dropBox.ts');
      const { access, patient } = into.grant;
      const draft = await this.draft(access).current();
      const entry = await addInto(await this.#open.ports(), act, this.#open.vault(), { into, draft });
      this.#drafts.forget(`drop/${access}`);
      await this.of(patient).load();
      return entry;
    });

  /** Says that this account looked a record over. */
  markReviewed = (line: SharedLine, words: string): Promise<Entry | undefined> =>
    this.#open.acts.run('review', async (act) => {
      const { markReviewed } = await import('../flows/reviewed.ts');
      const file = this.of(line.shared.grant.patient);
      const record = file.record(line.shared);
      await record.open();
      if (!record.opened) throw record.error ?? new SalusError('storage/aborted');
      const { readersNow } = await import('../flows/readersNow.ts');
      const [ports, vault] = [await this.#open.ports(), this.#open.vault()];
      const folder = await readersNow(ports, vault, file.rightTo(line.shared));
      const entry = await markReviewed(ports, act, vault, { what: record.opened, words, folder });
      await file.load();
      return entry;
    });

  /** Begins with what the version says. */
  amendment = (what: OpenRecord): DraftState<CosignFields> =>
    this.#drafts.of(amendmentDraft(what), {
      ...readReport(what.manifest.resources),
      title: what.manifest.title,
      reason: '',
      keep: what.manifest.files.map((_, i) => i),
    });

  /** Amends another's report that this account has looked over. @param what that version, opened */
  cosign = (line: SharedLine, what: OpenRecord): Promise<Entry | undefined> =>
    this.#open.acts.run('amend', async (act) => {
      const { cosign } = await import('../flows/cosign.ts');
      const file = this.of(what.ref.patient);
      const review = await file.ownReview(what.ref.digest);
      const { readersNow } = await import('../flows/readersNow.ts');
      const [ports, vault] = [await this.#open.ports(), this.#open.vault()];
      const readers = await readersNow(ports, vault, file.rightTo(line.shared));
      const draft = await this.amendment(what).current();
      const entry = await cosign(ports, act, vault, what, review, draft, readers?.recipient ?? null);
      this.#drafts.forget(amendmentDraft(what));
      await file.load();
      return entry;
    });

  /** Takes what another shared over into the own file. */
  takeOver = (line: SharedLine, folder: Folder | FolderId): Promise<Entry | undefined> =>
    this.#open.acts.run('keep', async (act) => {
      const { takeOver } = await import('../flows/takeOver.ts');
      const record = this.of(line.shared.grant.patient).record(line.shared);
      await record.open();
      if (!record.opened) throw record.error ?? new SalusError('storage/aborted');
      return takeOver(await this.#open.ports(), act, this.#open.vault(), record.opened, folder);
    });

  /** Forgets everything opened; called on lock. */
  clear(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    for (const file of this.#files.values()) file.clear();
    this.#files.clear();
    this.#heads.clear();
    for (const end of this.#roots.splice(0)) end();
    this.#drafts.clear();
    this.followed = null;
  }

  async #load(): Promise<void> {
    await this.#readFollowed();
    const left = this.givers.slice(0, MOST).filter((g) => !this.#files.get(g)?.from);
    const worker = async (): Promise<void> => {
      for (let next = left.shift(); next && this.#open.me(); next = left.shift()) await this.of(next).load();
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    this.#wake();
  }

  async #readFollowed(): Promise<void> {
    try {
      const { followed } = await import('../flows/unaddressed.ts');
      this.followed = await followed((await this.#open.ports()).cabinet);
    } catch {
      // locked meanwhile
    }
  }

  /** Looks again at the moment at which the next grant ends: its keys go then, though nobody touches the page. */
  #wake(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const next = Math.min(...[...this.#files.values()].map((f) => f.next));
    if (!Number.isFinite(next)) return;
    const wait = Math.max(0, next * 1000 - Date.now()) + 500;
    this.#timer = setTimeout(() => void this.refresh(), Math.min(wait, LONGEST));
  }
}
