/** The public directory: who is or was accredited, which hospitals vouch, and any one's standing over time. Needs no wallet, and no vault. */
import type { Address } from '../core/bytes.ts';
import { asSalusError, type SalusError } from '../core/errors.ts';
import type { Member } from '../flows/consortium.ts';
import type { Deeds, Motion, Span } from '../flows/history.ts';
import type { Account, ReadPorts } from '../flows/ports/index.ts';
import { kept } from './apart.svelte.ts';
import { Standing } from './standing.svelte.ts';

/** Loaded with the first look at the directory. */
const reading = () =>
  Promise.all([import('../flows/history.ts'), import('../flows/consortium.ts'), import('../flows/directory.ts')]);

const PAGE = 50;
/** Milliseconds for one public statement. */
const PATIENCE = 30_000;

/** One account's public page. Everything beyond {@link Standing} is for hospitals, and for what took place over time. */
export class PublicPage extends Standing {
  /** when whose word stood, oldest first; null until read */
  spans = $state.raw<Span[] | null>(null);
  /** proposals about it, newest first; null until read */
  motions = $state.raw<Motion[] | null>(null);
  /** where it is or was a hospital, by every number it had */
  seats = $state.raw<Member[]>([]);
  /** a hospital's acts, counted; null where it is none */
  deeds = $state.raw<Deeds | null>(null);
  /** whom a hospital vouches for now; null until read */
  staff = $state.raw<Account[] | null>(null);
  /** public statements by digest; undefined while on their way, null where they cannot be had */
  statements = $state<Record<string, string | null>>({});
  /** what of the history could not be read */
  historyError = $state.raw<SalusError | null>(null);
  readonly #read: () => Promise<ReadPorts>;

  constructor(ports: () => Promise<ReadPorts>, address: Address) {
    super(ports, address);
    this.#read = ports;
  }

  /** The standing first, then how it came to be. */
  loadAll = async (): Promise<void> => {
    await this.load();
    if (this.error || !this.words) return;
    try {
      const ports = await this.#read();
      const [{ spansOf, motionsAbout, deedsOf }, { members }, directory] = await reading();
      const { hospitals } = await members(ports);
      this.spans = spansOf(this.words, hospitals);
      this.seats = hospitals.filter((m) => m.address === this.address);
      this.motions = await motionsAbout(ports, this.address);
      if (this.seats.length > 0) {
        this.deeds = deedsOf((await ports.chain.timeline(this.address, 'own')).entries);
        const active = this.seats.find((m) => m.active);
        this.staff = active ? await directory.staff(ports, active.number) : [];
      }
      this.historyError = null;
      await Promise.all(this.motions.map((m) => this.#statement(ports, m)));
    } catch (error) {
      this.historyError = asSalusError(error);
    }
  };

  async #statement(ports: ReadPorts, { statement }: Motion): Promise<void> {
    if (!statement || this.statements[statement]) return;
    const { readStatement } = await import('../flows/consortium.ts');
    const options = { signal: AbortSignal.timeout(PATIENCE) };
    this.statements[statement] = await readStatement(ports, statement, options).catch(() => null);
  }
}

export class DirectoryState {
  /** in the order of their first accreditation, as far as read; null until loaded */
  listed = $state.raw<Account[] | null>(null);
  /** by number, former ones too; null until loaded */
  hospitals = $state.raw<Member[] | null>(null);
  /** where the list goes on; 0 at its end */
  next = $state.raw(0n);
  busy = $state(false);
  error = $state.raw<SalusError | null>(null);
  readonly #ports: () => Promise<ReadPorts>;
  readonly #pages = new Map<Address, PublicPage>();

  constructor(ports: () => Promise<ReadPorts>) {
    this.#ports = ports;
  }

  /** Not loaded yet when it is new. */
  of(address: Address): PublicPage {
    return kept(this.#pages, address, () => new PublicPage(this.#ports, address));
  }

  /** The first page, and the hospitals. */
  load = async (): Promise<void> => {
    try {
      const ports = await this.#ports();
      const { entries, next } = await ports.chain.directory(0n, PAGE);
      this.listed = entries;
      this.next = next;
      const [, { members }] = await reading();
      this.hospitals = (await members(ports)).hospitals;
      this.error = null;
    } catch (error) {
      this.error = asSalusError(error);
    }
  };

  more = async (): Promise<void> => {
    if (this.next === 0n || this.busy) return;
    this.busy = true;
    try {
      const { entries, next } = await (await this.#ports()).chain.directory(this.next, PAGE);
      // a node that goes round must not make the list grow for ever
      const known = new Set((this.listed ?? []).map((a) => a.address));
      const fresh = entries.filter((a) => !known.has(a.address));
      this.listed = [...(this.listed ?? []), ...fresh];
      this.next = fresh.length > 0 ? next : 0n;
      this.error = null;
    } catch (error) {
      this.error = asSalusError(error);
    }
    this.busy = false;
  };

  /** @param typed address, code, Salus number or accreditation number @returns null when it is none of them @throws input/invalid with `why` */
  find = async (typed: string): Promise<Address | null> => {
    const { findPublic } = await import('../flows/findPublic.ts');
    return findPublic(await this.#ports(), typed);
  };
}
