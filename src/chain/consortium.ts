/** The consortium as it follows from the founders, proven once for each of its versions. */
import type { Address } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import type { Accreditation, Entry, Membership } from '../flows/ports/chain.ts';
import { proveAccreditation } from './accreditation.ts';
import type { ActContext } from './acts.ts';
import type { ContractViews } from './contractViews.ts';
import { replayMembership, type Member } from './membership.ts';
import type { Timelines } from './timelines.ts';

export class Consortium {
  readonly #context: ActContext;
  readonly #founders: Address[];
  readonly #views: ContractViews;
  readonly #timelines: Timelines;
  #known: { version: number; members: Promise<Member[]> } | null = null;

  /** @param founders hospitals 0, 1, 2 …, pinned by the deployment */
  constructor(context: ActContext, founders: Address[], views: ContractViews, timelines: Timelines) {
    this.#context = context;
    this.#founders = founders;
    this.#views = views;
    this.#timelines = timelines;
  }

  /** What the view lists, for showing. @throws chain/stale-head when it is older than a membership that was proven before */
  async membership(): Promise<Membership> {
    const view = await this.#views.hospitals();
    const [count, seen] = [view.version, this.#timelines.version];
    // an expelled hospital must not come back by an older view
    if (count < seen)
      throw new SalusError('chain/stale-head', { account: this.#context.contract, kind: 'hospitals', count, seen });
    return view;
  }

  /** @throws chain/not-accredited, chain/stale-head */
  async accreditation(address: Address): Promise<Accreditation> {
    const members = await this.#members();
    const { entries } = await this.#timelines.read(address, 'inbox');
    return proveAccreditation(this.#context, address, entries, members);
  }

  /** Forgets how far the membership had come: an explicit act of a person. */
  forget(): void {
    this.#timelines.version = 0;
    this.#known = null;
  }

  async #members(): Promise<Member[]> {
    const view = await this.membership();
    if (this.#known?.version !== view.version) {
      const mine = { version: view.version, members: this.#replay(view) };
      this.#known = mine;
      mine.members.catch(() => {
        if (this.#known === mine) this.#known = null;
      });
    }
    return this.#known.members;
  }

  /** Also while the view says that nothing ever changed: the founders' own timelines must say so too. */
  async #replay(view: Membership): Promise<Member[]> {
    const entries: Entry[] = [];
    for (const address of new Set([...this.#founders, ...view.hospitals.map((h) => h.address)])) {
      const inbox = await this.#about(address, 'inbox');
      // a majority is never one alone, so whoever was admitted or expelled has another's vote in the inbox
      entries.push(...inbox, ...(inbox.length > 0 ? await this.#about(address, 'own') : []));
    }
    const members = await replayMembership(this.#context, this.#founders, view, entries);
    this.#timelines.version = Math.max(this.#timelines.version, view.version);
    return members;
  }

  async #about(address: Address, kind: 'own' | 'inbox'): Promise<Entry[]> {
    const { entries } = await this.#timelines.read(address, kind);
    return entries.filter((e) => e.subject === address && (e.event === 'Proposed' || e.event === 'Confirmed'));
  }
}
