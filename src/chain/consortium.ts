/** The consortium as it follows from the founders, proven once for each of its versions. */
import type { Address } from '../core/bytes.ts';
import type { Accreditation, Entry, Hospital } from '../flows/ports/chain.ts';
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

  /** @throws chain/not-accredited */
  async accreditation(address: Address): Promise<Accreditation> {
    const members = await this.#members();
    const { entries } = await this.#timelines.read(address, 'inbox');
    return proveAccreditation(this.#context, address, entries, members);
  }

  async #members(): Promise<Member[]> {
    const view = await this.#views.hospitals();
    if (this.#known?.version !== view.version) {
      const mine = { version: view.version, members: this.#replay(view) };
      this.#known = mine;
      mine.members.catch(() => {
        if (this.#known === mine) this.#known = null;
      });
    }
    return this.#known.members;
  }

  async #replay(view: { hospitals: Hospital[]; version: number }): Promise<Member[]> {
    const entries: Entry[] = [];
    // founders' timelines can only tell of their expulsion, so while nothing ever changed nobody needs to be asked
    for (const address of view.version === 0 ? [] : new Set(view.hospitals.map((h) => h.address)))
      for (const kind of ['inbox', 'own'] as const)
        entries.push(...(await this.#timelines.read(address, kind)).entries.filter((e) => e.subject === address));
    return replayMembership(this.#context, this.#founders, view, entries);
  }
}
