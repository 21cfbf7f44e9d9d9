/** What both sides say while a dispute is open, and saying something. */
import type { Hex } from '../core/bytes.ts';
import { asSalusError, isSalusError, type SalusError } from '../core/errors.ts';
import type { Entry, Ports } from '../flows/ports/index.ts';
import type { Said, StatementFields } from '../flows/statements.ts';
import type { Vault } from '../flows/vault.ts';
import type { Visit } from '../flows/visits.ts';
import type { Acts } from './act.svelte.ts';
import { kept } from './apart.svelte.ts';
import type { DraftState } from './draft.svelte.ts';
import { Drafts } from './drafts.svelte.ts';

type Open = { ports: () => Promise<Ports>; vault: () => Vault; acts: Acts };

/** Cryptography is loaded with the first dispute that is looked at. */
const saying = () => import('../flows/statements.ts');
const nameOf = (visit: Visit): string => `say/${visit.id}`;

/** The statements of one dispute. */
export class Talk {
  /** oldest first; null until read */
  said = $state.raw<Said[] | null>(null);
  error = $state.raw<SalusError | null>(null);
}

export class StatementsState {
  readonly #open: Open;
  readonly #talks = new Map<string, Talk>();
  readonly #drafts: Drafts;

  constructor(open: Open) {
    this.#open = open;
    this.#drafts = new Drafts(open.ports);
  }

  /** Not read yet when it is new. */
  of = (visit: Visit): Talk => kept(this.#talks, String(visit.id), () => new Talk());

  load = async (visit: Visit): Promise<void> => {
    const talk = this.of(visit);
    try {
      const { statementsOf } = await saying();
      talk.said = await statementsOf(await this.#open.ports(), this.#open.vault(), visit);
      talk.error = null;
    } catch (error) {
      talk.error = isSalusError(error, 'crypto/locked') ? null : asSalusError(error);
    }
  };

  draft = (visit: Visit): DraftState<StatementFields> => this.#drafts.of(nameOf(visit), { words: '' });

  /** @param acceptKey a changed key hash the person has accepted */
  add = async (visit: Visit, acceptKey: Hex | null = null): Promise<Entry | undefined> => {
    const entry = await this.#open.acts.run('statement', async (act) => {
      const { addStatement } = await saying();
      const draft = await this.draft(visit).current();
      const added = await addStatement(await this.#open.ports(), act, this.#open.vault(), visit, draft, acceptKey);
      this.#drafts.forget(nameOf(visit));
      return added;
    });
    await this.load(visit);
    return entry;
  };

  clear(): void {
    this.#talks.clear();
    this.#drafts.clear();
  }
}
