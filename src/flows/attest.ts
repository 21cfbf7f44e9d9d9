/** A hospital attests that a visit took place: the patient's rating then counts among the attested ones. */
import type { Address } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import type { Act } from './act.ts';
import type { Account, AppointmentStatus, Entry, Ports, ReadPorts } from './ports/index.ts';
import { send } from './send.ts';
import { eventsOf, foldVisits, type Visit } from './visits.ts';

/** The most that go into one transaction; each costs about as much as a vote. */
export const MOST_AT_ONCE = 50;

const ATTESTABLE: readonly AppointmentStatus[] = ['accepted', 'completed', 'disputed', 'paid', 'split'];

/** Every doctor this hospital ever vouched for: only they can name it as their arbiter. */
const doctorsOf = async ({ chain }: Pick<ReadPorts, 'chain'>, hospital: Address): Promise<Account[]> => {
  const { entries } = await chain.timeline(hospital, 'own');
  const subjects = entries.filter((e) => e.event === 'Accredited').map((e) => e.subject);
  return (await chain.accounts([...new Set(subjects)])).filter((a) => a.role === 'doctor');
};

/**
 * Visits that `me` may attest, newest first: found in the verified timelines of its doctors. Of the arbiter the contract knows a number, here
 * stands its address; who was expelled and admitted again is asked by the contract before the wallet is.
 * @throws chain/timeline-broken, chain/unreachable
 */
export const attestable = async (ports: Pick<ReadPorts, 'chain'>, me: Account): Promise<Visit[]> => {
  const number = me.hospital?.number ?? -1;
  const found: Visit[] = [];
  for (const doctor of await doctorsOf(ports, me.address)) {
    const mine = doctor.vouchedBy.includes(number);
    for (const v of foldVisits(await eventsOf(ports, doctor.address))) {
      const ours = v.doctor === doctor.address && v.patient !== me.address && (mine || v.arbiter === me.address);
      if (ours && ATTESTABLE.includes(v.status) && !v.attested && v.score === 0) found.push(v);
    }
  }
  return found.sort((a, b) => (a.id < b.id ? 1 : -1));
};

/** Attests one visit, or several in one transaction: all or none. @throws input/invalid unless 1 to {@link MOST_AT_ONCE}, chain/reverted */
export const attest = async (ports: Ports, act: Act, visits: Visit[]): Promise<Entry> => {
  act.stage('prepare');
  if (visits.length === 0 || visits.length > MOST_AT_ONCE) throw new SalusError('input/invalid', { at: 'visits' });
  const calls = visits.map(({ id }) => ({ name: 'attest', args: { id } }) as const);
  const [first] = calls;
  return send(ports, act, calls.length === 1 && first ? first : { name: 'multicall', args: { calls } });
};
