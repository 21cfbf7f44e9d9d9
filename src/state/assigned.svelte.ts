/** Assignments by hospitals: for a patient what waits for an answer, for a doctor whom hospitals sent, for a hospital making one. */
import type { Address, Hex } from '../core/bytes.ts';
import type { Assignment } from '../flows/assign.ts';
import type { Account, Entry, Ports } from '../flows/ports/index.ts';
import type { Vault } from '../flows/vault.ts';
import type { Acts } from './act.svelte.ts';
import type { RecordState } from './record.svelte.ts';
import type { VisitsState } from './visits.svelte.ts';

/** Cryptography is loaded with the first assignment. */
const assigning = () => import('../flows/assign.ts');

type Open = {
  ports: () => Promise<Ports>;
  vault: () => Vault;
  me: () => Address | null;
  acts: Acts;
  visits: VisitsState;
};

export class AssignedState {
  /** as patient and as doctor, newest first; null until loaded */
  list = $state.raw<Assignment[] | null>(null);
  readonly #open: Open;

  constructor(open: Open) {
    this.#open = open;
  }

  /** Mine as the patient, still to be answered. */
  get waiting(): Assignment[] {
    const me = this.#open.me();
    return (this.list ?? []).filter((a) => a.patient === me && a.state === 'open');
  }

  /** Mine as the doctor. */
  get toMe(): Assignment[] {
    const me = this.#open.me();
    return (this.list ?? []).filter((a) => a.doctor === me);
  }

  /** Reads them off the timelines that are followed anyway. */
  load = async (): Promise<void> => {
    const me = this.#open.me();
    const { entries } = this.#open.visits;
    if (!me) return;
    if (!entries.some((e) => e.event === 'Assigned')) {
      this.list = [];
      return;
    }
    const { assignmentsOf, readDeclined } = await assigning();
    const ports = await this.#open.ports();
    const declined = await readDeclined(ports).catch(() => new Set<string>());
    const now = Math.floor(ports.clock() / 1000);
    if (this.#open.me() === me) this.list = assignmentsOf(entries, me, declined, now);
  };

  /** What the hospital wrote, null where it wrote nothing. */
  note = ({ note }: Assignment): RecordState | null => note && this.#open.visits.record(note);

  /** Remembered sealed, on this device; nobody is told. @param on false takes it back */
  decline = async (entry: Entry, on = true): Promise<void> => {
    const { setDeclined } = await assigning();
    await setDeclined(await this.#open.ports(), entry, on);
    await this.load();
  };

  /** A hospital's act. @param words sealed to both, may be empty */
  assign = (patient: Address, doctor: Account, words: string, accept: Hex | null = null): Promise<Entry | undefined> =>
    this.#open.acts.run('assign', async (act) => {
      const { assign } = await assigning();
      return assign(await this.#open.ports(), act, this.#open.vault(), { patient, doctor, words, accept });
    });

  /**
   * A hospital lets an account use its peer.
   * @param peer host, or host:port @param days from now
   * @returns text for a link; nothing is sent
   */
  voucher = (account: Address, peer: string, days: number): Promise<string | undefined> =>
    this.#open.acts.run('voucher', async (act) => {
      const { signVoucher } = await import('../flows/voucher.ts');
      const ports = await this.#open.ports();
      const until = (await ports.chain.now()) + days * 86_400;
      return signVoucher(ports, act, { account, peer, until });
    });

  clear(): void {
    this.list = null;
  }
}
