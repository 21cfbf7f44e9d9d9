/** Money after a visit. */
import type { Address } from '../core/bytes.ts';
import type { Act } from './act.ts';
import type { Entry, Ports, ReadPorts } from './ports/index.ts';
import { send } from './send.ts';
import type { Vault } from './vault.ts';
import { eventsOf, foldVisits, type Visit } from './visits.ts';

/** Seconds after completion in which the patient may dispute; then anyone may release. */
export const DISPUTE_WINDOW = 3 * 24 * 3600;

/** The fee becomes the doctor's. */
export const release = (ports: Ports, act: Act, visit: Visit): Promise<Entry> =>
  send(ports, act, { name: 'release', args: { id: visit.id } });

/** Everything credited, to the account itself. */
export const withdraw = (ports: Ports, act: Act, vault: Vault): Promise<Entry> =>
  send(ports, act, { name: 'withdraw', args: { to: vault.account } });

/** A fee, or a part of one, that became the doctor's. `amount`: wei · `entry`: the event that decided it */
export type Payment = { id: bigint; patient: Address; amount: bigint; entry: Entry };
/** A doctor's money. Amounts in wei. */
export type Earnings = { credit: bigint; escrow: bigint; earned: bigint; paid: Visit[]; withdrawals: Entry[] };

const pays = (e: Entry): boolean =>
  e.event === 'Released' || e.event === 'Resolved' || (e.event === 'Rated' && BigInt(e.args.released as bigint) > 0n);

/** Each paid visit by the event that paid it. */
export const paymentsOf = (paid: Visit[]): Payment[] =>
  paid.flatMap(({ id, patient, paid: amount, history }) => {
    const entry = history.findLast(pays);
    return entry && amount ? [{ id, patient, amount, entry }] : [];
  });

/** Blocks asked for at a time. */
const AT_ONCE = 16;

/** When each payment was made, by the node's account of its block. @param onDone told how many are known @throws chain/unreachable */
export const datedPayments = async (
  { chain }: Pick<ReadPorts, 'chain'>,
  payments: Payment[],
  onDone: (done: number) => void = () => {},
): Promise<(Payment & { seconds: number })[]> => {
  const dated: (Payment & { seconds: number })[] = [];
  for (let at = 0; at < payments.length; at += AT_ONCE) {
    const some = payments.slice(at, at + AT_ONCE);
    const seconds = await Promise.all(some.map((p) => chain.timeOf(p.entry.block)));
    dated.push(...some.map((p, i) => ({ ...p, seconds: seconds[i] as number })));
    onDone(dated.length);
  }
  return dated;
};

/** `credit` can be withdrawn now, `escrow` waits in open visits, `earned` is the sum of all that was ever credited for visits. */
export const earnings = async (ports: Pick<ReadPorts, 'chain'>, vault: Vault): Promise<Earnings> => {
  const events = await eventsOf(ports, vault.account);
  const mine = foldVisits(events).filter((v) => v.doctor === vault.account);
  const sum = (list: Visit[], of: (v: Visit) => bigint) => list.reduce((n, v) => n + of(v), 0n);
  const paid = mine.filter((v) => (v.paid ?? 0n) > 0n);
  return {
    credit: await ports.chain.credit(vault.account),
    escrow: sum(
      mine.filter((v) => v.paid === null),
      (v) => v.fee,
    ),
    earned: sum(paid, (v) => v.paid ?? 0n),
    paid,
    withdrawals: events.filter((e) => e.event === 'Withdrawn' && e.author === vault.account).reverse(),
  };
};

/** Unix seconds from which anyone may release the fee of a completed visit, by the node's account of the block's time. */
export const releasableFrom = async ({ chain }: Pick<ReadPorts, 'chain'>, visit: Visit): Promise<number> =>
  (await chain.appointment(visit.id)).since + DISPUTE_WINDOW;
