/** What either side may do with a booking before it is answered. */
import { NO_DIGEST } from '../core/bytes.ts';
import { isoWithZone } from '../core/time.ts';
import { communication } from '../record/fhir.ts';
import { isBlankNote, visitNoteResource, type VisitNote } from '../record/visitNote.ts';
import type { Act } from './act.ts';
import type { Entry, Ports } from './ports/index.ts';
import { distinct, sealStatement } from './seal.ts';
import { send } from './send.ts';
import { rememberKey, trustedKey } from './trust.ts';
import type { Vault } from './vault.ts';
import type { Visit } from './visits.ts';

/**
 * The doctor takes the visit; the patient can no longer cancel. Refused when the answer could not be sealed to the patient.
 * When and where to come, where it is said, is sealed to the patient.
 */
export const accept = async (
  ports: Ports,
  act: Act,
  vault: Vault,
  visit: Visit,
  note: VisitNote | null = null,
): Promise<Entry> => {
  act.stage('prepare');
  const patient = await trustedKey(ports, visit.patient);
  if (!note || isBlankNote(note)) return send(ports, act, { name: 'accept', args: { id: visit.id, note: NO_DIGEST } });
  const digest = await sealStatement(
    ports,
    act,
    {
      kind: 'statement',
      title: '',
      patient: visit.patient,
      appointment: String(visit.id),
      resources: [visitNoteResource(ports.chain.chainId, visit.patient, vault.account, note)],
    },
    distinct([patient.recipient, vault.identity.recipient]),
  );
  await rememberKey(ports, patient);
  return send(ports, act, { name: 'accept', args: { id: visit.id, note: digest } }, { record: digest });
};

/** The fee goes back whole. A reason, when given, is sealed to the patient. */
export const decline = async (ports: Ports, act: Act, vault: Vault, visit: Visit, reason: string): Promise<Entry> => {
  if (!reason.trim()) return send(ports, act, { name: 'decline', args: { id: visit.id, reason: NO_DIGEST } });
  const patient = await trustedKey(ports, visit.patient);
  const sent = isoWithZone(ports.clock(), ports.zone());
  const digest = await sealStatement(
    ports,
    act,
    {
      kind: 'statement',
      title: '',
      patient: visit.patient,
      appointment: String(visit.id),
      resources: [communication(sent, reason.trim())],
    },
    distinct([patient.recipient, vault.identity.recipient]),
  );
  await rememberKey(ports, patient);
  return send(ports, act, { name: 'decline', args: { id: visit.id, reason: digest } }, { record: digest });
};

/** The patient takes the booking back before it is accepted; the fee comes back whole. */
export const cancel = (ports: Ports, act: Act, visit: Visit): Promise<Entry> =>
  send(ports, act, { name: 'cancel', args: { id: visit.id } });

/** After the deadline, or at once when the doctor was suspended before accepting. */
export const reclaim = (ports: Ports, act: Act, visit: Visit): Promise<Entry> =>
  send(ports, act, { name: 'reclaim', args: { id: visit.id } });
