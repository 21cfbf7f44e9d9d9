/**
 * Requests for access, computed from verified events alone, as either side sees them. What was asked stands in the sealed reason; what was
 * given, in the capabilities of the answers.
 */
import type { Address, Digest } from '../core/bytes.ts';
import { asSalusError, SalusError } from '../core/errors.ts';
import { readAccessRequest, type AccessRequest } from '../record/accessRequest.ts';
import { grantsOf, type Grant } from './grants.ts';
import type { OpenRecord, RecordRef } from './openRecord.ts';
import type { Account, Entry, ReadPorts } from './ports/index.ts';

/** `open`: nobody answered · `answered`: something was given · `declined` · `withdrawn`: by the asker */
export type RequestState = 'open' | 'answered' | 'declined' | 'withdrawn';

export type KeyRequest = {
  asker: Address;
  patient: Address;
  /** its count in the patient's inbox, by which answers name it */
  re: number;
  /** the AccessRequested event */
  entry: Entry;
  /** the sealed request */
  ref: RecordRef;
  state: RequestState;
  /** what was given in answer, newest first */
  grants: Grant[];
  /** the Refused event, null while there is none */
  refused: Entry | null;
  /** the patient's words on declining, null for none */
  refusal: RecordRef | null;
};

/** Stands for one request in maps and lists. */
export const requestKey = ({ patient, re }: Pick<KeyRequest, 'patient' | 're'>): string => `${patient}/${re}`;

const order = (a: Entry, b: Entry): number => a.block - b.block || a.logIndex - b.logIndex;
const isNone = (digest: unknown): boolean => BigInt(digest as string) === 0n;

/** True for an `AccessRequested` that asks for nothing: by it the asker takes back what that patient has not answered. */
export const isWithdrawal = (e: Entry): boolean => e.event === 'AccessRequested' && isNone(e.args.reason);

const refOf = (entry: Entry, digest: unknown, patient: Address): RecordRef => ({
  digest: digest as Digest,
  author: entry.author,
  patient,
  appointment: null,
  entry,
});

const begun = (entry: Entry, re: number): KeyRequest => ({
  asker: entry.author,
  patient: entry.subject,
  re,
  entry,
  ref: refOf(entry, entry.args.reason, entry.subject),
  state: 'open',
  grants: [],
  refused: null,
  refusal: null,
});

const into = <K, V>(lists: Map<K, V[]>, key: K, value: V): void => {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
};

/** Grants that answer a request, by patient and `re`. @param events oldest first */
const answers = (events: readonly Entry[], now: number): Map<string, Grant[]> => {
  const byPatient = new Map<Address, Entry[]>();
  for (const e of events) if (e.event === 'Shared' || e.event === 'Revoked') into(byPatient, e.author, e);
  const found = new Map<string, Grant[]>();
  for (const [patient, theirs] of byPatient) {
    if (!theirs.some((e) => Number(e.args.re) > 0)) continue;
    for (const grant of grantsOf(theirs, patient, now)) {
      if (grant.re === 0) continue;
      into(found, requestKey({ patient, re: grant.re }), grant);
    }
  }
  return found;
};

/**
 * Every request of which `events` tell, newest first: on the patient's side those that came in, on the asker's those that went out.
 * Answers count when the patient gave them after the request.
 * @param events of both timelines of one account, in any order @param now Unix seconds
 */
export const requestsOf = (events: readonly Entry[], now: number): KeyRequest[] => {
  const sorted = [...events].sort(order);
  const requests = new Map<string, KeyRequest>();
  /** what is still open, by who asked whom */
  const open = new Map<string, KeyRequest[]>();
  for (const e of sorted) {
    if (e.event === 'AccessRequested') {
      const pair = `${e.author}/${e.subject}`;
      if (isWithdrawal(e)) {
        for (const r of open.get(pair) ?? []) if (r.state === 'open') r.state = 'withdrawn';
        open.delete(pair);
      } else if (e.inboxCount !== null) {
        const request = begun(e, e.inboxCount);
        requests.set(requestKey(request), request);
        into(open, pair, request);
      }
    }
    if (e.event === 'Refused') {
      const request = requests.get(requestKey({ patient: e.author, re: Number(e.args.re) }));
      if (!request || request.refused) continue;
      request.refused = e;
      request.refusal = isNone(e.args.reason) ? null : refOf(e, e.args.reason, e.author);
      request.state = 'declined';
    }
  }
  for (const [key, grants] of answers(sorted, now)) {
    const request = requests.get(key);
    const later = grants.filter((g) => request && order(request.entry, g.entry) < 0);
    if (request && later.length > 0) Object.assign(request, { grants: later, state: 'answered' });
  }
  return [...requests.values()].reverse();
};

/** @throws record/malformed when the record is something else, or not understood whole */
export const askedIn = ({ manifest }: Pick<OpenRecord, 'manifest'>): AccessRequest => {
  if (manifest.kind !== 'request') throw new SalusError('record/malformed', { path: '.kind' });
  return readAccessRequest(manifest.resources);
};

/** What an asker is now. `good`: accredited, or an active hospital */
export type Standing = { account: Account; good: boolean };

/** Whether those who asked are accredited, or active hospitals, now. @throws chain/unreachable */
export const standingsOf = async (
  { chain }: Pick<ReadPorts, 'chain'>,
  askers: Address[],
): Promise<Map<Address, Standing>> => {
  const wanted = [...new Set(askers)];
  if (wanted.length === 0) return new Map();
  const accounts = await chain.accounts(wanted);
  return new Map(
    accounts.map((account) => [account.address, { account, good: account.accredited || !!account.hospital?.active }]),
  );
};

/** Who stands behind an asker, proven back to a founder: the vouching hospital, or the hospital itself. @returns why not, where nobody does */
export const vouchersOf = async (
  { chain }: Pick<ReadPorts, 'chain'>,
  asker: Address,
): Promise<{ hospital: Address } | { error: SalusError }> => {
  try {
    const [first] = (await chain.accreditation(asker)).path;
    return first ? { hospital: first.hospital } : { error: new SalusError('chain/not-accredited', { account: asker }) };
  } catch (error) {
    return { error: asSalusError(error) };
  }
};
