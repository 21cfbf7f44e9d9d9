/**
 * Passing on: who may read a folder or a record, and was given the right to, brings in a colleague. The patient sees it at once, can open what was
 * passed on and undo it alone; it ends with the right it came from. Writing is never passed on, nor passing on itself.
 */
import { SalusError } from '../core/errors.ts';
import type { Address, Hex } from '../core/bytes.ts';
import type { Capability, RecordCapability } from '../crypto/capability.ts';
import type { Act } from './act.ts';
import { newToken, storeCapability } from './capabilities.ts';
import type { Grant } from './grants.ts';
import { openRecord } from './openRecord.ts';
import type { Entry, Ports } from './ports/index.ts';
import { moment, requireLive, type Received } from './received.ts';
import { fileOf } from './records.ts';
import { send } from './send.ts';
import { rememberKey, trustedKey } from './trust.ts';
import type { Vault } from './vault.ts';
import { eventsOf } from './visits.ts';

export type DelegateInput = {
  /** the right that is passed on, opened */
  from: Pick<Received, 'grant' | 'capability'>;
  colleague: Address;
  /** Unix seconds, no later than the own right's; 0 = as long as that holds */
  until: number;
  /** of a folder: also what is in it already; else only the newest keys, and what comes */
  history: boolean;
  /** changed keys that the person has accepted, by account */
  acceptKeys?: Partial<Record<Address, Hex>>;
};

/** True when it may be passed on: given by the patient by name (the chain sees no other right behind it), readable, and with the right to. */
export const isDelegable = ({ grant, capability }: Pick<Received, 'grant' | 'capability'>): boolean =>
  grant.state === 'live' &&
  !grant.delegated &&
  grant.grantee !== null &&
  capability !== null &&
  capability.delegable &&
  (capability.kind === 'record' || capability.rights !== 'write');

/** What the colleague is given: of a folder the rights to read, of a record its key; a token of its own. */
const passedOn = (of: Capability, { colleague, history }: DelegateInput, until: number, token: Hex): Capability => {
  const common = { to: colleague, token, until, delegable: false };
  if (of.kind === 'record') return { ...of, ...common };
  return { ...of, ...common, rights: 'read', epochs: history ? of.epochs : of.epochs.slice(-1) };
};

/** The end of what is passed on. @throws input/invalid beyond the own right's, or in the past */
const endOf = (grant: Grant, until: number, now: number): number => {
  const end = until === 0 ? grant.ends : until;
  const tooLate = grant.ends !== 0 && end > grant.ends;
  if (tooLate || (end !== 0 && end <= now)) throw new SalusError('input/invalid', { at: 'until' });
  return end;
};

/** What is restricted is passed on by nobody, whatever its capability says. @throws input/invalid, and why it could not be opened */
const requireNormal = async (
  ports: Ports,
  vault: Vault,
  patient: Address,
  { record, manifestKey, token }: RecordCapability,
  signal: AbortSignal,
): Promise<void> => {
  const filed = fileOf(await eventsOf(ports, patient, signal), patient).find((f) => f.ref.digest === record);
  if (!filed) throw new SalusError('input/invalid', { at: 'right' });
  const options = { signal, token };
  const { manifest } = await openRecord(ports, vault, { ...filed.ref, key: manifestKey }, options);
  if (manifest.confidentiality !== 'N') throw new SalusError('input/invalid', { at: 'right' });
};

/** @throws input/invalid for oneself or the patient; chain/not-accredited when either is not, or no longer */
const checkPeople = async ({ chain }: Ports, me: Address, patient: Address, colleague: Address): Promise<void> => {
  if (colleague === me || colleague === patient) throw new SalusError('input/invalid', { at: 'colleague' });
  for (const account of await chain.accounts([me, colleague]))
    if (!account.accredited && !account.hospital?.active)
      throw new SalusError('chain/not-accredited', { account: account.address });
};

/**
 * @returns the Delegated entry, in the verified timeline
 * @throws input/invalid, record/ended when the own right ended meanwhile, chain/not-accredited, chain/key-unproven (never enrolled),
 * chain/key-changed (details: account, now), chain/reverted
 */
export const delegate = async (ports: Ports, act: Act, vault: Vault, input: DelegateInput): Promise<Entry> => {
  const { from, colleague } = input;
  const { grant, capability } = from;
  const { patient } = grant;
  act.stage('prepare');
  if (!isDelegable(from) || !capability) throw new SalusError('input/invalid', { at: 'right' });
  await checkPeople(ports, vault.account, patient, colleague);
  await requireLive(ports, grant);
  if (capability.kind === 'record') await requireNormal(ports, vault, grant.patient, capability, act.signal);
  const until = endOf(grant, input.until, await moment(ports));
  const keys = [];
  for (const account of [colleague, patient])
    keys.push(await trustedKey(ports, account, input.acceptKeys?.[account] ?? null));
  act.stage('encrypt');
  const { token, access } = newToken(ports.random);
  const recipients = [...keys.map((k) => k.recipient), vault.identity.recipient];
  const sealed = await storeCapability(ports, recipients, passedOn(capability, input, until, token));
  for (const key of keys) await rememberKey(ports, key);
  return send(
    ports,
    act,
    { name: 'delegate', args: { patient, colleague, capability: sealed, access, until } },
    { record: sealed },
  );
};

/** Undoes what this account passed on, alone of all that the colleague may have. @returns the Revoked entry @throws input/invalid when it is another's */
export const undoDelegation = async (ports: Ports, act: Act, grant: Grant): Promise<Entry> => {
  act.stage('prepare');
  if (!grant.delegated || grant.giver !== ports.wallet.account || grant.grantee === null)
    throw new SalusError('input/invalid', { at: 'grant' });
  return send(ports, act, { name: 'revoke', args: { grantee: grant.grantee, access: grant.access } });
};
