/** Looking a record over: a second of the staff with a right to read it says so, in a small record of its own that bears their signature. */
import { SalusError } from '../core/errors.ts';
import { isoWithZone } from '../core/time.ts';
import type { Hex } from '../core/bytes.ts';
import { randomIdentity } from '../crypto/identity.ts';
import type { Manifest } from '../record/manifest.ts';
import { MAX_REVIEW, reviewResource } from '../record/provenance.ts';
import type { Act } from './act.ts';
import type { OpenRecord } from './openRecord.ts';
import type { Entry, Ports } from './ports/index.ts';
import { distinct, hintFor, sealWhole } from './seal.ts';
import { send } from './send.ts';
import { rememberKey, trustedKey } from './trust.ts';
import type { Vault } from './vault.ts';

export type ReviewInput = {
  /** what was looked over, opened */
  what: OpenRecord;
  /** at most 2,000 characters, may be empty */
  words: string;
  /** of the folder that it came with: its other readers see the review too. Null: the patient alone */
  folder: { recipient: string; id: Hex } | null;
  /** the patient's changed key that the person has accepted, else null */
  acceptKey?: Hex | null;
};

/** Where a review or an amendment of what came with a folder goes: nothing restricted goes to all of its readers. */
export const sealedFor = (
  { confidentiality }: Pick<Manifest, 'confidentiality'>,
  folder: string | null,
  patient: string,
): { folder: string | null; hinted: string } => {
  const open = confidentiality === 'N' ? folder : null;
  return { folder: open, hinted: open ?? patient };
};

/**
 * @returns the Added entry, in the verified timeline
 * @throws input/invalid for one's own record or too many words; chain/not-accredited, chain/key-unproven, chain/key-changed, chain/reverted
 */
export const markReviewed = async (ports: Ports, act: Act, vault: Vault, input: ReviewInput): Promise<Entry> => {
  const { ref, manifest } = input.what;
  const words = input.words.trim();
  act.stage('prepare');
  if (ref.author === vault.account || ref.patient === vault.account)
    throw new SalusError('input/invalid', { at: 'author' });
  if (words.length > MAX_REVIEW) throw new SalusError('input/invalid', { at: 'words' });
  const me = await ports.chain.account(vault.account);
  if (!me.accredited && !me.hospital?.active) throw new SalusError('chain/not-accredited', { account: vault.account });
  const patient = await trustedKey(ports, ref.patient, input.acceptKey ?? null);
  const to = sealedFor(manifest, input.folder?.recipient ?? null, patient.recipient);
  const about = {
    chain: ports.chain.chainId,
    who: vault.account,
    recorded: isoWithZone(ports.clock(), ports.zone()),
    record: ref.digest,
  };
  const { identity } = await randomIdentity(ports.random);
  const { digest: record } = await sealWhole(
    ports,
    act,
    {
      kind: 'provenance',
      title: '',
      patient: ref.patient,
      appointment: null,
      confidentiality: manifest.confidentiality,
      folder: input.folder?.id ?? null,
      resources: [reviewResource(about, words)],
    },
    distinct([to.folder, patient.recipient, vault.identity.recipient]),
    { identity, files: [] },
  );
  await rememberKey(ports, patient);
  const args = { patient: ref.patient, record, via: 0n, hint: hintFor(to.hinted, record) };
  return send(ports, act, { name: 'add', args }, { record });
};
