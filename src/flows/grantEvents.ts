/** The events from which grants of a patient's file are computed: both timelines of the patient, and what those who passed something on took back. */
import type { Address } from '../core/bytes.ts';
import { delegators } from './grants.ts';
import type { Entry, ReadPorts } from './ports/index.ts';
import { eventsOf } from './visits.ts';

/** Timelines of others that are read for one patient: nobody makes the page read more. */
const MOST = 64;

const order = (a: Entry, b: Entry): number => a.block - b.block || a.logIndex - b.logIndex;

/** Those who passed something on and were let in by the patient: what others call passing on gives nothing. Latest first. */
const worthReading = (events: readonly Entry[], patient: Address): Address[] => {
  const letIn = new Set(events.filter((e) => e.event === 'Shared' && e.author === patient).map((e) => e.subject));
  return delegators(events, patient)
    .filter((who) => letIn.has(who))
    .reverse()
    .slice(0, MOST);
};

/** Oldest first, for `grantsOf`. @throws chain/timeline-broken, chain/unreachable, storage/aborted */
export const grantEvents = async (
  ports: Pick<ReadPorts, 'chain'>,
  patient: Address,
  signal?: AbortSignal,
): Promise<Entry[]> => {
  const events = await eventsOf(ports, patient, signal);
  const who = worthReading(events, patient);
  const read = await Promise.all(who.map((a) => ports.chain.timeline(a, 'own', signal ? { signal } : {})));
  return [...events, ...read.flatMap((t) => t.entries.filter((e) => e.event === 'Revoked'))].sort(order);
};
