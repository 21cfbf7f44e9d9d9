/** Receipts and proofs of entries, made when a person asks for them. */
import { asSalusError, type SalusError } from '../core/errors.ts';
import type { Entry, Progress, ReadPorts } from '../flows/ports/index.ts';
import type { FullReceipt } from '../flows/receipt.ts';
import type { Named, Outcome, StepName } from '../flows/verify.ts';
import { kept } from './apart.svelte.ts';

const verifying = () => import('../flows/verify.ts');

/** In the order in which they are made. */
export const STEP_NAMES: readonly StepName[] = ['timeline', 'signer', 'accreditation', 'integrity'];

export class ReceiptState {
  readonly entry: Entry;
  full = $state.raw<FullReceipt | null>(null);
  error = $state.raw<SalusError | null>(null);
  readonly #ports: () => Promise<ReadPorts>;

  constructor(ports: () => Promise<ReadPorts>, entry: Entry) {
    this.#ports = ports;
    this.entry = entry;
  }

  load = async (): Promise<void> => {
    this.error = null;
    try {
      const { readReceipt } = await import('../flows/receipt.ts');
      this.full = await readReceipt(await this.#ports(), this.entry);
    } catch (error) {
      this.error = asSalusError(error);
    }
  };
}

/** One step of a proof on the screen. */
export type Step = { name: StepName; status: 'waiting' | 'running' | Outcome['status']; outcome: Outcome | null };

const fresh = (): Step[] => STEP_NAMES.map((name) => ({ name, status: 'waiting', outcome: null }));

export class ProofState {
  readonly entry: Entry;
  steps = $state.raw<Step[]>(fresh());
  running = $state(false);
  progress = $state.raw<{ progress: Progress; named: Named } | null>(null);
  readonly #ports: () => Promise<ReadPorts>;
  #abort = new AbortController();
  #run: Promise<void> | null = null;

  constructor(ports: () => Promise<ReadPorts>, entry: Entry) {
    this.#ports = ports;
    this.entry = entry;
  }

  /** `failed` when a step failed, `unchecked` when one could not be done, `proven` when all were; null before and while it runs. */
  get verdict(): 'proven' | 'failed' | 'unchecked' | null {
    const all = this.steps.map((s) => s.status);
    if (all.includes('failed')) return 'failed';
    if (this.running || all.every((s) => s === 'waiting')) return null;
    return all.some((s) => s === 'unchecked' || s === 'waiting') ? 'unchecked' : 'proven';
  }

  /** Makes the proof anew. While it is being made, the one under way is waited for. */
  run = (): Promise<void> => (this.#run ??= this.#make().finally(() => (this.#run = null)));

  cancel = (): void => this.#abort.abort();

  async #make(): Promise<void> {
    this.steps = fresh();
    this.running = true;
    this.#abort = new AbortController();
    const set = (name: StepName, status: Step['status'], outcome: Outcome | null) => {
      this.progress = null;
      this.steps = this.steps.map((s) => (s.name === name ? { name, status, outcome } : s));
    };
    try {
      const { verify } = await verifying();
      const report = {
        begin: (name: StepName) => set(name, 'running', null),
        progress: (progress: Progress, named: Named) => (this.progress = { progress, named }),
        end: (name: StepName, outcome: Outcome) => set(name, outcome.status, outcome),
      };
      await verify(await this.#ports(), this.entry, report, this.#abort.signal);
    } catch (e) {
      const error = asSalusError(e);
      const next = this.steps.find((s) => s.status === 'waiting' || s.status === 'running');
      if (next) set(next.name, 'unchecked', { status: 'unchecked', error });
    }
    this.progress = null;
    this.running = false;
  }
}

export class Proofs {
  /** how many of how many entries are done, while a whole page is being verified */
  batch = $state.raw<{ done: number; of: number } | null>(null);
  readonly #ports: () => Promise<ReadPorts>;
  readonly #receipts = new Map<string, ReceiptState>();
  readonly #proofs = new Map<string, ProofState>();
  #stopped = false;

  constructor(ports: () => Promise<ReadPorts>) {
    this.#ports = ports;
  }

  receipt(entry: Entry): ReceiptState {
    return this.#of(this.#receipts, entry, () => new ReceiptState(this.#ports, entry));
  }

  proof(entry: Entry): ProofState {
    return this.#of(this.#proofs, entry, () => new ProofState(this.#ports, entry));
  }

  /** One after the other, so that the nodes are not flooded. */
  verifyAll = async (entries: Entry[]): Promise<void> => {
    if (this.batch) return;
    this.#stopped = false;
    for (const [done, entry] of entries.entries()) {
      if (this.#stopped) break;
      this.batch = { done, of: entries.length };
      await this.proof(entry).run();
    }
    this.batch = null;
  };

  stop = (): void => {
    this.#stopped = true;
    for (const proof of this.#proofs.values()) if (proof.running) proof.cancel();
  };

  /** Forgets everything; called on lock. */
  clear(): void {
    this.stop();
    this.#receipts.clear();
    this.#proofs.clear();
  }

  #of<T>(known: Map<string, T>, entry: Entry, make: () => T): T {
    return kept(known, `${entry.tx}/${entry.logIndex}`, make);
  }
}
