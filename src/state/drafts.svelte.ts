/** The drafts of one part of the page, by name: each is one object, however many screens show it. */
import type { Ports } from '../flows/ports/index.ts';
import { kept } from './apart.svelte.ts';
import { DraftState } from './draft.svelte.ts';

export class Drafts {
  readonly #ports: () => Promise<Ports>;
  readonly #kept = new Map<string, unknown>();

  constructor(ports: () => Promise<Ports>) {
    this.#ports = ports;
  }

  /** @param name as the cabinet has it: one name always holds the same fields @param empty what it begins with */
  of<F extends object>(name: string, empty: F): DraftState<F> {
    return kept(this.#kept as Map<string, DraftState<F>>, name, () => new DraftState<F>(this.#ports, name, empty));
  }

  /** What was sent is no draft any more; the next one begins anew. The flow deletes it from the cabinet. */
  forget(name: string): void {
    this.#kept.delete(name);
  }

  /** Throws words and files away. */
  discard = async (name: string): Promise<void> => {
    await (this.#kept.get(name) as DraftState<object> | undefined)?.discard();
    this.forget(name);
  };

  /** Called on lock: nothing typed stays in memory. */
  clear(): void {
    this.#kept.clear();
  }
}
