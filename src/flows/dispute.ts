/**
 * When patient and doctor disagree: the patient stops the payment within three days of completion, a hospital divides the fee. What
 * either says is sealed to patient, doctor and hospital. Either side may give in before: the patient by `release`, the doctor by `decline`.
 */
import type { Address, Hex } from '../core/bytes.ts';
import { NO_DIGEST } from '../core/bytes.ts';
import { isSalusError, SalusError } from '../core/errors.ts';
import { isoWithZone } from '../core/time.ts';
import { communication } from '../record/fhir.ts';
import type { Act } from './act.ts';
import type { Draft } from './draft.ts';
import type { OpenRecord } from './openRecord.ts';
import type { Entry, Ports, ReadPorts } from './ports/index.ts';
import { distinct, sealDraft, sealStatement } from './seal.ts';
import { earlier, send } from './send.ts';
import { rememberKey, trustedKey, type Trusted } from './trust.ts';
import type { Vault } from './vault.ts';
import type { Visit } from './visits.ts';

/** What a patient writes. `show`: the hospital may open the request and the prescription too. */
export type DisputeFields = { words: string; show: boolean };

/**
 * Keys of everybody who is to read. A hospital that never enrolled has none: it decides by what the chain says, and must not keep anyone from disputing.
 * @param accept a changed key's hash that the person has accepted
 */
const readers = async (
  ports: Ports,
  accounts: { account: Address; needed: boolean }[],
  accept: Hex | null,
): Promise<Trusted[]> => {
  const keys: Trusted[] = [];
  for (const { account, needed } of accounts) {
    try {
      keys.push(await trustedKey(ports, account, accept));
    } catch (error) {
      const keyless = isSalusError(error, 'chain/key-unproven') && error.details.reason === 'not-enrolled';
      if (needed || !keyless) throw error;
    }
  }
  return keys;
};

/**
 * Whether the visit's hospital is proven to be one, back to the founders: the patient signed its number alone, and which account that is
 * a node says. @throws chain/unreachable, chain/stale-head
 */
export const isHospital = async ({ chain }: Pick<ReadPorts, 'chain'>, { arbiter }: Visit): Promise<boolean> => {
  try {
    return (await chain.accreditation(arbiter)).role === 'none';
  } catch (error) {
    if (isSalusError(error, 'chain/not-accredited')) return false;
    throw error;
  }
};

const about = (ports: Ports, visit: Visit, words: string) => ({
  kind: 'statement' as const,
  title: '',
  patient: visit.patient,
  appointment: String(visit.id),
  resources: [communication(isoWithZone(ports.clock(), ports.zone()), words)],
});

/**
 * The patient disputes. The words, and files if there are any, are sealed to the doctor, the hospital (once it is proven to be one) and the patient.
 * @param shown opened records of this visit that the hospital may open as well, where the draft says so
 * @returns the Disputed entry
 * @throws input/invalid without words, chain/reverted (TooLate), chain/key-unproven, chain/key-changed
 */
export const dispute = async (
  ports: Ports,
  act: Act,
  vault: Vault,
  visit: Visit,
  draft: Draft<DisputeFields>,
  shown: OpenRecord[],
  accept: Hex | null = null,
): Promise<Entry> => {
  act.stage('prepare');
  const before = await earlier(ports, act, draft);
  if ('done' in before) return before.done;
  const words = draft.fields.words.trim();
  if (!words) throw new SalusError('input/invalid', { at: 'words' });
  // the doctor is the one that the patient signed
  await ports.chain.proveEntry(visit.history[0] as Entry);
  const accounts = [{ account: visit.doctor, needed: true }];
  if (await isHospital(ports, visit)) accounts.push({ account: visit.arbiter, needed: false });
  const keys = await readers(ports, accounts, accept);
  const attached = draft.fields.show ? shown.map(({ ref, key }) => ({ digest: ref.digest, key })) : [];
  const record = await sealDraft(
    ports,
    act,
    draft,
    { ...about(ports, visit, words), attached },
    distinct([vault.identity.recipient, ...keys.map((k) => k.recipient)]),
    before.asked,
  );
  for (const key of keys) await rememberKey(ports, key);
  return send(
    ports,
    act,
    { name: 'dispute', args: { id: visit.id, reason: record } },
    { record, draft: draft.name, again: before.asked },
  );
};

/**
 * A hospital divides a disputed fee. Its words, when given, are sealed to patient, doctor and the hospital itself.
 * @param refund wei for the patient; the rest becomes the doctor's
 * @returns the Resolved entry
 * @throws input/invalid for a refund beyond the fee, chain/reverted (TooEarly when another hospital is to decide first, WrongStatus)
 */
export const resolve = async (
  ports: Ports,
  act: Act,
  vault: Vault,
  visit: Visit,
  refund: bigint,
  words: string,
  accept: Hex | null = null,
): Promise<Entry> => {
  act.stage('prepare');
  if (refund < 0n || refund > visit.fee) throw new SalusError('input/invalid', { at: 'refund' });
  const text = words.trim();
  if (!text) return send(ports, act, { name: 'resolve', args: { id: visit.id, refund, reason: NO_DIGEST } });
  const keys = await readers(
    ports,
    [
      { account: visit.patient, needed: true },
      { account: visit.doctor, needed: true },
    ],
    accept,
  );
  const record = await sealStatement(
    ports,
    act,
    about(ports, visit, text),
    distinct([...keys.map((k) => k.recipient), vault.identity.recipient]),
  );
  for (const key of keys) await rememberKey(ports, key);
  return send(ports, act, { name: 'resolve', args: { id: visit.id, refund, reason: record } }, { record });
};
