/** One round: a stream of record additions, and beside it acts of the hospitals, one after the other. */
import { toHex } from 'viem';
import { randomBytes } from 'node:crypto';
import type { Address, Hex } from '../../src/core/bytes.ts';
import { actOf, type Act, type Votes } from './acts.ts';
import { addition } from './crowd.ts';
import type { Load } from './load.ts';
import type { Pace } from './pace.ts';

/** What was sent, when (s), and when it had its effect: null never. */
export type Unit = { sent: number; done: number | null };
/** @property rate additions a second · @property acts how many · @property needed of so many hospitals · @property blockTime s */
export type RoundOptions = {
  rate: number;
  additions: number;
  acts: number;
  needed: number;
  hospitals: number;
  blockTime: number;
};

/** Where in a block's time an act is begun: neither at its best nor at its worst moment. */
const PHASE = 0.37;
/** Blocks that take nothing before what still waits counts as failed. */
const PATIENCE = 3;

/** @param patients enrolled, who add records in turn @param proposals the number of the contract's next one, which is kept */
export const round = async (
  load: Load,
  pace: Pace,
  options: RoundOptions,
  patients: Address[],
  proposals: { next: bigint },
): Promise<{ additions: Unit[]; acts: Unit[] }> => {
  const { rate, blockTime } = options;
  const additions = Array.from({ length: options.additions }, (_, n): Unit => ({ sent: (n + 0.5) / rate, done: null }));
  const acts: Unit[] = [];
  const waiting = new Map<Hex, (succeeded: boolean, at: number) => void>();
  let sent = 0;
  let act: { plan: Act; unit: Unit; open: number; failed: boolean } | null = null;
  let begin = PHASE * blockTime;

  const stream = async (until: number): Promise<void> => {
    const due = additions.slice(sent).filter((unit) => unit.sent <= until);
    const calls = due.map((_, i) => {
      const patient = patients[(sent + i) % patients.length] as Address;
      return { from: patient, call: addition(patient) };
    });
    sent += due.length;
    const hashes = await load.send(calls);
    for (const [i, unit] of due.entries())
      waiting.set(hashes[i] as Hex, (succeeded, at) => void (unit.done = succeeded ? at : null));
  };
  const vote = async (votes: Votes): Promise<void> => {
    const of = act;
    if (of) of.open = votes.length;
    for (const hash of await load.send(votes))
      waiting.set(hash, (succeeded) => {
        if (!of) return;
        of.open -= 1;
        of.failed ||= !succeeded;
      });
  };
  const start = async (until: number): Promise<void> => {
    if (act || acts.length === options.acts || begin > until) return;
    const unit: Unit = { sent: begin, done: null };
    acts.push(unit);
    act = { plan: actOf(options, toHex(randomBytes(20)), proposals), unit, open: 0, failed: false };
    await vote(act.plan.steps.shift() ?? []);
  };
  /** What the hospitals do once they have seen a block. */
  const go = async (at: number): Promise<void> => {
    if (!act || act.open > 0) return;
    const { unit, plan, failed } = act;
    const step = failed ? undefined : plan.steps.shift();
    if (step) return vote(step);
    if (!failed) unit.done ??= at;
    const undo = plan.undo.splice(0);
    if (undo.length > 0) return vote(undo);
    act = null;
    begin = at + PHASE * blockTime;
  };
  const isOver = () => sent === additions.length && acts.length === options.acts && !act && waiting.size === 0;

  for (let idle = 0; !isOver() && idle < PATIENCE;) {
    const at = await pace.next(async (until) => {
      await stream(until);
      await start(until);
    });
    const taken = await load.taken();
    for (const { hash, succeeded } of taken) {
      waiting.get(hash)?.(succeeded, at);
      waiting.delete(hash);
    }
    // between two acts of a quiet round nothing is taken either
    idle = taken.length === 0 && (waiting.size > 0 || act) ? idle + 1 : 0;
    await go(at);
  }
  await pace.end();
  return { additions, acts };
};
