/** The sharing form: what is chosen so far, and what is still missing. */
import { getLocalTimeZone, today, type DateValue } from '@internationalized/date';
import type { Address } from '../../core/bytes.ts';
import { asSalusError, type SalusError } from '../../core/errors.ts';
import type { FolderId } from '../../record/folders.ts';
import type { App } from '../../state/app.svelte.ts';
import { kindOf, type RecordItem } from '../../state/records.svelte.ts';
import { keyOf, MOST_CALLS, RESTRICTED_MOST, type RecordRef, type Rights, type Whom } from '../../state/types.ts';
import { MAX_ATTACHED, type Confidentiality } from '../../record/manifest.ts';
import { shortHex } from '../shared/i18n/format.ts';
import { isGiven, type ShareWish } from './shareWish.ts';

const DAY = 86_400;
/** Days that a share lasts unless somebody says otherwise. */
const USUAL = 90;
const zone = getLocalTimeZone();

/** What is still missing, by the step that it belongs to. */
export type Missing = {
  what: 'nothing' | 'tooMany' | 'tooManyAlone' | null;
  whom: 'nobody' | 'compare' | 'changed' | null;
  until: 'date' | 'restricted' | null;
  rights: 'records' | null;
  confirm: boolean;
};

export class ShareForm {
  folders = $state.raw<FolderId[]>([]);
  /** by keyOf */
  records = $state.raw<string[]>([]);
  history = $state(true);
  /** earlier versions of corrected records go along */
  versions = $state(false);
  title = $state('');
  to = $state.raw<Address | null>(null);
  /** null while they are looked up */
  whom = $state.raw<Whom | null>(null);
  whomError = $state.raw<SalusError | null>(null);
  name = $state('');
  compared = $state(false);
  unaddressed = $state(false);
  rights = $state<Rights>('read');
  ends = $state<'date' | 'open'>('date');
  day = $state.raw<DateValue | undefined>(today(zone).add({ days: USUAL }));
  delegable = $state(false);
  veryRestricted = $state(false);
  /** the request it answers, 0 = none */
  re = $state(0);
  readonly #app: App;

  constructor(app: App) {
    this.#app = app;
  }

  /** What may be given one by one: not what lies open in a request, nor what only serves the file. */
  readonly offered = $derived.by<RecordItem[]>(() =>
    this.#app.records.items.filter((i) => i.known && !i.filed.unknown && !i.known.copy?.for && isGiven(kindOf(i))),
  );
  readonly chosen = $derived.by<RecordItem[]>(() =>
    this.offered.filter((i) => this.records.includes(keyOf(i.filed.ref))),
  );
  readonly confidential = $derived.by<Confidentiality>(() => {
    const all = this.chosen.map((i) => i.known?.confidentiality ?? 'N');
    return all.includes('V') ? 'V' : all.includes('R') ? 'R' : 'N';
  });
  readonly restricted = $derived.by(() => this.chosen.some((i) => i.known?.confidentiality === 'R'));
  /** what it was before it was moved or sealed anew is the same under older keys, and no earlier version */
  #versions = ({ history }: RecordItem): RecordItem['history'] =>
    history.filter((f, i) => i === 0 || !this.#app.records.replaced.has(f.ref.digest));
  readonly corrected = $derived.by(() => this.chosen.some((i) => this.#versions(i).length > 1));
  /** a request or a report opens what went along with it */
  readonly handsOn = $derived.by(() => this.chosen.some((i) => ['booking', 'report'].includes(kindOf(i))));
  readonly refs = $derived.by<RecordRef[]>(() =>
    this.chosen.flatMap((i) => (this.versions ? this.#versions(i) : [i.filed]).map((f) => f.ref)),
  );
  /** several that are not restricted are given as one selection */
  readonly together = $derived.by(() => {
    const normal = this.chosen.filter((i) => (i.known?.confidentiality ?? 'N') === 'N');
    return normal.flatMap((i) => (this.versions ? this.#versions(i) : [i.filed])).length > 1;
  });
  /** the last day that may be chosen, where something restricted is given */
  readonly last = $derived(this.restricted ? today(zone).add({ days: RESTRICTED_MOST / DAY - 1 }) : undefined);

  /** Unix seconds, 0 = until taken back: the whole of the chosen day is in it. */
  get until(): number {
    if (this.ends === 'open' || !this.day) return 0;
    return Math.floor(this.day.toDate(zone).getTime() / 1000) + DAY - 1;
  }

  readonly missing = $derived.by<Missing>(() => {
    const alone = this.folders.length + this.chosen.filter((i) => i.known?.confidentiality !== 'N').length;
    const first = today(zone);
    const late = this.last && (this.ends === 'open' || (this.day && this.day.compare(this.last) > 0));
    const bad = this.ends === 'date' && (!this.day || this.day.compare(first) < 0);
    const { whom } = this;
    return {
      what:
        this.folders.length + this.chosen.length === 0
          ? 'nothing'
          : this.refs.length > MAX_ATTACHED
            ? 'tooMany'
            : alone > MOST_CALLS
              ? 'tooManyAlone'
              : null,
      whom: !whom
        ? 'nobody'
        : whom.key.state === 'changed'
          ? 'changed'
          : this.compare && !this.compared
            ? 'compare'
            : null,
      until: bad ? 'date' : late ? 'restricted' : null,
      rights: this.rights !== 'read' && this.chosen.length > 0 ? 'records' : null,
      confirm: this.confidential === 'V' && !this.veryRestricted,
    };
  });

  /** Nobody vouches and their key was never used here: whether it is theirs only they can say. */
  get compare(): boolean {
    return (
      this.whom !== null &&
      this.whom.vouched.length === 0 &&
      this.whom.key.state === 'new' &&
      !this.whom.account.hospital?.active
    );
  }

  /**
   * Whether a colleague may be brought in at all: what is only written is not read, what is restricted stays with one person, who is not
   * named on the chain can name nobody there, and only whom a hospital vouches for has colleagues.
   */
  get passable(): boolean {
    const normal = this.folders.length > 0 || this.chosen.some((i) => (i.known?.confidentiality ?? 'N') === 'N');
    const { whom } = this;
    const staff = whom === null || whom.vouched.length > 0 || whom.account.hospital?.active === true;
    return staff && this.rights !== 'write' && !this.unaddressed && (normal || this.chosen.length === 0);
  }

  /** Reactive. What they publish, else what the person calls them, else the short address. */
  get nameOf(): string {
    const account = this.whom?.account;
    if (!account) return this.to ? shortHex(this.to) : '';
    const listed = account.role !== 'none' || account.hospital !== null;
    const published = listed ? this.#app.people.of(account.address).name : null;
    return published ?? (this.name.trim() || this.#app.sharing.nameOf(account.address) || shortHex(account.address));
  }

  get ready(): boolean {
    return Object.values(this.missing).every((m) => m === null || m === false);
  }

  /** Chooses somebody, and looks them up. */
  choose = async (account: Address | null): Promise<void> => {
    this.to = account;
    this.whom = null;
    this.whomError = null;
    this.compared = false;
    if (!account) return;
    this.name = this.#app.sharing.nameOf(account) ?? '';
    try {
      const whom = await this.#app.sharing.lookAt(account);
      if (this.to !== account) return;
      this.whom = whom;
      // what they are called may have been read only now
      this.name ||= this.#app.sharing.nameOf(account) ?? '';
    } catch (error) {
      if (this.to === account) this.whomError = asSalusError(error);
    }
  };

  /** Puts in what a link says. */
  begin(wish: ShareWish): void {
    this.folders = wish.folders;
    if (wish.rights) this.rights = wish.rights;
    this.re = wish.re;
    this.endOn(wish.until);
    if (wish.to) void this.choose(wish.to);
  }

  /** @param until Unix seconds, 0 = not said; a day that has passed is not taken */
  endOn(until: number): void {
    const days = Math.floor((until * 1000 - today(zone).toDate(zone).getTime()) / (DAY * 1000));
    if (until > 0 && days >= 0 && days < 36_500) this.day = today(zone).add({ days });
  }

  toggleFolder(id: FolderId, on: boolean): void {
    this.folders = [...this.folders.filter((f) => f !== id), ...(on ? [id] : [])];
  }

  toggleRecord({ filed }: RecordItem, on: boolean): void {
    const key = keyOf(filed.ref);
    this.records = [...this.records.filter((k) => k !== key), ...(on ? [key] : [])];
  }

  /** @returns whether it came to its end */
  send = async (): Promise<boolean> => {
    const { to, until, rights, folders, history, unaddressed, re, veryRestricted } = this;
    if (!to || !this.ready) return false;
    const delegable = this.delegable && this.passable;
    const input = {
      ...{ to, unaddressed, folders, history, re, veryRestricted },
      name: this.name.trim(),
      title: this.title.trim(),
      terms: { until, delegable, rights },
    };
    return (await this.#app.sharing.share(input, this.refs)) !== undefined;
  };
}
