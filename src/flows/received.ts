/**
 * What others share with this account, as each patient's own verified timelines tell it: grants that hold, that expired, that were taken back.
 * What a grant opens is kept sealed while it holds, and deleted when it ends: expiry and revocation are honoured here, whatever a key could still open.
 */
import { asSalusError, isSalusError, SalusError } from '../core/errors.ts';
import type { Address } from '../core/bytes.ts';
import type { Capability } from '../crypto/capability.ts';
import { openGrant } from './capabilities.ts';
import { grantEvents } from './grantEvents.ts';
import { grantsOf, type Grant } from './grants.ts';
import { forgetEnded, keepHeld, readHeld, type Held } from './heldKeys.ts';
import { followRotations, type Missed } from './laterEpochs.ts';
import type { Entry, Options, ReadPorts } from './ports/index.ts';
import { followed, noteTried, readTried, type Tried } from './unaddressed.ts';
import type { Vault } from './vault.ts';

/**
 * One grant to this account. `capability`: null once it ended, and when it could not be opened (`error` says why) · `missed`: later keys
 * that could not be taken in · `stale`: its giver made new keys since and has not passed them on, so what is added now does not open
 */
export type Received = {
  grant: Grant;
  capability: Capability | null;
  error: SalusError | null;
  missed: Missed[];
  stale: boolean;
};
/** `grants`: all of the patient's file, newest first · `events`: of the patient, oldest first · `now`: Unix seconds that decided what has expired · `ended`: keys of grants that were deleted just now · `unread`: why one that names nobody could not even be fetched: it may be this account's */
export type FromPatient = {
  patient: Address;
  events: Entry[];
  grants: Grant[];
  received: Received[];
  now: number;
  ended: number;
  unread: SalusError | null;
};

type Ports = Pick<ReadPorts, 'chain' | 'storage' | 'cabinet' | 'clock'>;

/** Unaddressed grants of one patient that are tried, the newest first. */
const MOST_UNADDRESSED = 64;

/** Unix seconds: the later of chain and clock, so that a share ends in time though one of them is slow. */
export const moment = async ({ chain, clock }: Pick<ReadPorts, 'chain' | 'clock'>): Promise<number> =>
  Math.max(Math.floor(clock() / 1000), await chain.now());

/** True when the newest epoch that a capability opens was followed by new keys of the patient. */
const isStale = (events: readonly Entry[], grant: Grant, held: Held): boolean => {
  if (held.capability.kind !== 'folder') return false;
  const newest = held.latest ?? held.capability.epochs.at(-1)?.nonce ?? null;
  const begun = events.findLast((e) => (e.event === 'Enrolled' || e.event === 'Rotated') && e.args.nonce === newest);
  const from = begun && order(begun, grant.entry) > 0 ? begun : grant.entry;
  return events.some((e) => e.event === 'Enrolled' && e.author === grant.patient && order(e, from) > 0);
};

const order = (a: Entry, b: Entry): number => a.block - b.block || a.logIndex - b.logIndex;

/** What was passed on says no more than passing on may. @throws record/mismatch */
const checkPassedOn = ({ delegated }: Grant, capability: Capability): void => {
  if (!delegated) return;
  const writes = capability.kind === 'folder' && capability.rights !== 'read';
  if (writes || capability.delegable)
    throw new SalusError('record/mismatch', { what: 'capability', field: writes ? 'rights' : 'delegable' });
};

const open = async (ports: Ports, vault: Vault, grant: Grant, options: Options): Promise<Held> => {
  const capability = await openGrant(ports, vault, grant, options);
  if (capability.to !== null && capability.to !== vault.account)
    throw new SalusError('crypto/not-for-you', { what: 'capability' });
  checkPassedOn(grant, capability);
  return { capability, seen: [], latest: null };
};

const receive = async (
  ports: Ports,
  vault: Vault,
  grant: Grant,
  events: readonly Entry[],
  options: Options,
): Promise<Received> => {
  const nothing = { grant, capability: null, error: null, missed: [], stale: false };
  if (grant.state !== 'live') return nothing;
  try {
    const kept = await readHeld(ports.cabinet, grant);
    const before = kept ?? (await open(ports, vault, grant, options));
    const { held, changed, missed } = await followRotations(ports, vault, grant, before, events, options);
    if (changed || !kept) await keepHeld(ports.cabinet, grant, held);
    return { grant, capability: held.capability, error: null, missed, stale: isStale(events, grant, held) };
  } catch (cause) {
    if (options.signal?.aborted || isSalusError(cause, 'crypto/locked')) throw cause;
    return { ...nothing, error: asSalusError(cause) };
  }
};

/** Those that name nobody and open with this vault, the ended ones among them too. What did not open once is never tried again; what could not be had is. */
const unaddressed = async (
  ports: Ports,
  vault: Vault,
  grants: readonly Grant[],
  events: readonly Entry[],
  options: Options,
): Promise<{ found: Received[]; unread: SalusError | null }> => {
  const { mine, others } = await readTried(ports.cabinet);
  const found: Received[] = [];
  const fresh: Tried = { mine: [], others: [] };
  let unread: SalusError | null = null;
  const wanted = grants
    .filter((g) => g.grantee === null && !others.includes(g.capability))
    .filter((g) => g.state === 'live' || mine.includes(g.capability));
  for (const grant of wanted.slice(0, MOST_UNADDRESSED)) {
    const received = await receive(ports, vault, grant, events, options);
    if (received.error?.code === 'crypto/not-for-you') fresh.others.push(grant.capability);
    else if (received.capability || mine.includes(grant.capability)) found.push(received);
    else if (received.error?.code.startsWith('storage/')) unread ??= received.error;
    if (received.capability && !mine.includes(grant.capability)) fresh.mine.push(grant.capability);
  }
  await noteTried(ports.cabinet, fresh);
  return { found, unread };
};

/**
 * Everything that a patient's file gives to this account, newest first. What has ended is deleted here.
 * @param seek also tries what names nobody: for patients whose link was followed
 * @throws chain/timeline-broken, chain/unreachable, crypto/locked, storage/aborted
 */
export const receivedFrom = async (
  ports: Ports,
  vault: Vault,
  patient: Address,
  seek: boolean,
  options: Options = {},
): Promise<FromPatient> => {
  const now = await moment(ports);
  const events = await grantEvents(ports, patient, options.signal);
  const grants = grantsOf(events, patient, now);
  const received: Received[] = [];
  for (const grant of grants.filter((g) => g.grantee === vault.account))
    received.push(await receive(ports, vault, grant, events, options));
  let unread: SalusError | null = null;
  if (seek || (await followed(ports.cabinet)).includes(patient)) {
    const nameless = await unaddressed(ports, vault, grants, events, options);
    received.push(...nameless.found);
    unread = nameless.unread;
  }
  const live = received.filter((r) => r.capability !== null || r.grant.state === 'live').map((r) => r.grant);
  const ended = await forgetEnded(ports.cabinet, patient, live);
  return {
    patient,
    events,
    grants,
    received: received.sort((a, b) => order(b.grant.entry, a.grant.entry)),
    now,
    ended,
    unread,
  };
};

/**
 * Asks the chain again whether a grant still holds: before anything is opened by it, and after, so that nothing shows that was taken back meanwhile.
 * @throws record/ended with its state, chain/unreachable
 */
export const requireLive = async (
  ports: Pick<ReadPorts, 'chain' | 'clock'>,
  { patient, entry }: Pick<Grant, 'patient' | 'entry'>,
): Promise<void> => {
  const grants = grantsOf(await grantEvents(ports, patient), patient, await moment(ports));
  const now = grants.find((g) => g.entry.tx === entry.tx && g.entry.logIndex === entry.logIndex);
  if (now?.state !== 'live') throw new SalusError('record/ended', { state: now?.state ?? 'unknown', patient });
};
