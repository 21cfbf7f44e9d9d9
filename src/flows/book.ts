/** Booking: the documents sealed to the patient and the doctor, the fee in escrow, one transaction. */
import type { Resource } from '@medplum/fhirtypes';
import { SalusError } from '../core/errors.ts';
import type { Hex } from '../core/bytes.ts';
import { cardResources, partsOf, readCard, type CardPart } from '../record/card.ts';
import { appointmentResource, type VisitRequest } from '../record/fhir.ts';
import type { ManifestFile } from '../record/manifest.ts';
import type { Act } from './act.ts';
import { attachedOf } from './attach.ts';
import { carry } from './carry.ts';
import type { Draft } from './draft.ts';
import { learnEpochs } from './earlier.ts';
import type { OpenRecord } from './openRecord.ts';
import type { Account, Entry, Ports } from './ports/index.ts';
import { distinct, sealDraft } from './seal.ts';
import { earlier, send } from './send.ts';
import { rememberKey, trustedKey } from './trust.ts';
import type { Vault } from './vault.ts';

/** A booking as it is written. `parts`: what of the card goes along, null while nobody chose · `attach`: records by {@link keyOf} */
export type BookingFields = VisitRequest & { parts?: CardPart[] | null; attach?: string[] };

export type BookInput = {
  /** as it was shown to the person: its fee is what they agreed to */
  doctor: Account;
  /** Unix seconds: unanswered by then, the fee can be taken back */
  until: number;
  draft: Draft<VisitRequest>;
  /** what of the patient's card goes along */
  card?: { record: OpenRecord; parts: readonly CardPart[] } | null;
  /** records of the patient that the doctor may open too */
  attached?: readonly OpenRecord[];
  /** the doctor's changed key that the person has accepted, else null */
  acceptKey: Hex | null;
};

/**
 * @returns the Booked entry, in the verified timeline
 * @throws chain/not-accredited, chain/key-unproven, chain/key-changed, chain/reverted (fee changed, not taking bookings, …)
 */
export const book = async (ports: Ports, act: Act, vault: Vault, input: BookInput): Promise<Entry> => {
  const { doctor, draft } = input;
  act.stage('prepare');
  const before = await earlier(ports, act, draft);
  if ('done' in before) return before.done;

  if (doctor.address === vault.account) throw new SalusError('input/invalid', { at: 'doctor' });
  const accreditation = await ports.chain.accreditation(doctor.address);
  const arbiter = accreditation.path[0];
  if (!arbiter || accreditation.role !== 'doctor')
    throw new SalusError('chain/not-accredited', { account: doctor.address });
  const key = await trustedKey(ports, doctor.address, input.acceptKey);
  const { resources, carried } = await cardFor(ports, act, vault, draft, input.card ?? null);
  await learnEpochs(ports.chain, vault);

  const request = await sealDraft(
    ports,
    act,
    draft,
    {
      kind: 'booking',
      title: '',
      patient: vault.account,
      appointment: null,
      resources: [appointmentResource(ports.chain.chainId, vault.account, doctor.address, draft.fields), ...resources],
      attached: attachedOf(vault.account, input.attached ?? []),
      reply: vault.folder('prescriptions').recipient,
    },
    distinct([vault.folder('consultations').recipient, vault.identity.recipient, key.recipient]),
    before.asked,
    carried,
  );
  const entry = await send(
    ports,
    act,
    {
      name: 'book',
      args: { doctor: doctor.address, request, arbiter: arbiter.number, until: input.until, keyHash: key.keyHash },
      value: doctor.fee,
    },
    { record: request, draft: draft.name, again: before.asked },
  );
  await rememberKey(ports, key);
  return entry;
};

type Ticked = NonNullable<BookInput['card']>;

/** The ticked parts as resources; a photo comes along as one more file of the booking. */
const cardFor = async (
  ports: Ports,
  act: Act,
  vault: Vault,
  draft: Draft<VisitRequest>,
  ticked: Ticked | null,
): Promise<{ resources: Resource[]; carried: ManifestFile[] }> => {
  const card = ticked && readCard(ticked.record.manifest.resources);
  if (!ticked || !card || ticked.parts.length === 0) return { resources: [], carried: [] };
  const shown = partsOf(card, ticked.parts);
  const photo = shown.photo !== null && ticked.record.manifest.files[shown.photo] ? [shown.photo] : [];
  const carried = await carry(ports, act, ticked.record, photo, draft.recipient);
  shown.photo = carried.length > 0 ? draft.files.length : null;
  return { resources: cardResources(ports.chain.chainId, vault.account, shown), carried };
};
