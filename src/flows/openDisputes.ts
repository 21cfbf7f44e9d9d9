/** Disputes that wait for a hospital: those that name it, and those that the named one left alone or can no longer settle. */
import type { Address } from '../core/bytes.ts';
import { everyAccredited } from './directory.ts';
import { visitOf } from './disputes.ts';
import type { Entry, ReadPorts } from './ports/index.ts';
import type { Visit } from './visits.ts';

/** Seconds for the named hospital alone, and until anyone may end a dispute in halves. */
export const ARBITER_WINDOW = 30 * 86_400;
export const RESOLVE_WINDOW = 180 * 86_400;

type Reading = Pick<ReadPorts, 'chain'>;

/** Times in Unix seconds. */
export type OpenDispute = {
  visit: Visit;
  /** the hospital it names: the only one that can read the patient's words */
  named: Address;
  since: number;
  /** from then on this hospital may settle it */
  from: number;
  /** from then on anyone may end it in halves */
  until: number;
};

/** Who may settle a disputed visit when. Whoever was expelled is not waited for. @throws chain/not-found, chain/unreachable */
export const openDispute = async (ports: Reading, me: Address, visit: Visit): Promise<OpenDispute> => {
  const [{ since }, hospitals] = await Promise.all([ports.chain.appointment(visit.id), ports.chain.hospitals()]);
  const disputed = visit.history.find((e) => e.event === 'Disputed');
  const named = (disputed?.args.other as Address | undefined) ?? visit.arbiter;
  const waits = named !== me && hospitals.some((h) => h.active && h.address === named);
  return { visit, named, since, from: waits ? since + ARBITER_WINDOW : since, until: since + RESOLVE_WINDOW };
};

/** Every doctor's inbox that was ever accredited: nothing on chain lists the disputes of all. */
const everyDispute = async ({ chain }: Reading): Promise<Entry[]> => {
  const found: Entry[] = [];
  for (const { address, role } of await everyAccredited(chain)) {
    if (role !== 'doctor') continue;
    const inbox = await chain.timeline(address, 'inbox');
    found.push(...inbox.entries.filter((e) => e.event === 'Disputed' && e.subject === address));
  }
  return found;
};

/**
 * Open disputes that name another hospital and are not `me`'s own, newest first. Reads a lot: only when somebody asks.
 * @throws chain/timeline-broken, chain/unreachable
 */
export const disputesOfOthers = async (ports: Reading, me: Address): Promise<OpenDispute[]> => {
  const open: OpenDispute[] = [];
  for (const entry of await everyDispute(ports)) {
    if ([entry.args.other, entry.author, entry.subject].includes(me)) continue;
    const visit = await visitOf(ports, entry.author, entry.args.id as bigint);
    if (visit?.status === 'disputed') open.push(await openDispute(ports, me, visit));
  }
  return open.sort((a, b) => b.since - a.since);
};
