/** Visits that a hospital is to look at though it is no party to them: read from the patient's own verified timelines. */
import type { Address } from '../core/bytes.ts';
import { asSalusError, type SalusError } from '../core/errors.ts';
import type { Entry, ReadPorts } from './ports/index.ts';
import { eventsOf, foldVisits, type Visit } from './visits.ts';

type Reading = Pick<ReadPorts, 'chain'>;

/** One visit as its patient's timelines tell it, null when they know of none. @throws chain/timeline-broken, chain/unreachable */
export const visitOf = async (
  ports: Reading,
  patient: Address,
  id: bigint,
  signal?: AbortSignal,
): Promise<Visit | null> =>
  foldVisits(await eventsOf(ports, patient, signal)).find((v) => v.id === id && v.patient === patient) ?? null;

/**
 * Any visit by its number. The node says whose it is; what it is comes from that patient's verified timelines.
 * @throws chain/not-found, chain/timeline-broken, chain/unreachable
 */
export const visitById = async (ports: Reading, id: bigint, signal?: AbortSignal): Promise<Visit | null> =>
  visitOf(ports, (await ports.chain.appointment(id)).patient, id, signal);

/**
 * Visits whose dispute names `account` as the hospital that decides, newest dispute first. A patient's timeline that cannot be read
 * hides that patient's disputes only: `error` is what the first such one met.
 * @param entries of the account's own verified timelines, newest first
 */
export const disputesFor = async (
  ports: Reading,
  account: Address,
  entries: Entry[],
): Promise<{ visits: Visit[]; error: SalusError | null }> => {
  const named = entries.filter((e) => e.event === 'Disputed' && e.args.other === account);
  const visits: Visit[] = [];
  let error: SalusError | null = null;
  for (const entry of named) {
    try {
      const visit = await visitOf(ports, entry.author, entry.args.id as bigint);
      if (visit) visits.push(visit);
    } catch (cause) {
      error ??= asSalusError(cause);
    }
  }
  return { visits, error };
};
