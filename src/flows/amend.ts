/** Correcting what was published: a new record that names the old one and why. The old one stays, as its history. */
import { SalusError } from '../core/errors.ts';
import type { Address, Hex } from '../core/bytes.ts';
import type { Folder, FolderId } from '../record/folders.ts';
import type { Confidentiality } from '../record/manifest.ts';
import { readReview } from '../record/provenance.ts';
import type { Act } from './act.ts';
import { addRecord, folderByHint } from './addRecord.ts';
import { carry, contentOf, type Content } from './carry.ts';
import type { Draft } from './draft.ts';
import type { OpenRecord } from './openRecord.ts';
import type { Entry, Ports } from './ports/index.ts';
import { sealedFor } from './reviewed.ts';
import { distinct, hintFor, sealDraft } from './seal.ts';
import { earlier, send } from './send.ts';
import { rememberKey, trustedKey } from './trust.ts';
import type { Vault } from './vault.ts';

export type AmendInput = {
  /** the newest version, opened */
  what: OpenRecord;
  /** the doctor's appointment with the patient; 0 for one's own records */
  via: bigint;
  /** holds the new version's own files and its identity */
  draft: Draft<unknown>;
  /** 1–2000 characters, sealed with the rest */
  reason: string;
  title?: string;
  /** of one's own record: where it lies from now on; where it lay when left out */
  folder?: Folder | FolderId;
  /** as it was when left out */
  confidentiality?: Confidentiality;
  resources: Content;
  /** files of the old version that stay, after the draft's own; none when left out */
  keep?: readonly number[];
  keywords?: string[];
  /** the patient's changed key that the doctor has accepted, else null */
  acceptKey?: Hex | null;
  /** of another's record: that this account had looked it over, which makes it a co-signer */
  review?: OpenRecord;
  /** age recipient of the folder that it came with: its readers see the amendment too, unless it is restricted */
  readers?: string | null;
};

/** Its author, or somebody whose own review of this very version is at hand. */
const mayAmend = ({ ref }: OpenRecord, me: Address, review?: OpenRecord): boolean =>
  ref.author === me ||
  (review?.ref.author === me &&
    review.ref.patient === ref.patient &&
    readReview(review.manifest.resources)?.of === ref.digest);

/**
 * @returns the Added entry, in the verified timeline
 * @throws input/invalid when it is another's record that this account did not look over, or no reason was given; chain/key-unproven, chain/key-changed, chain/reverted
 */
export const amend = async (ports: Ports, act: Act, vault: Vault, input: AmendInput): Promise<Entry> => {
  const { what, draft } = input;
  const { ref, manifest } = what;
  const reason = input.reason.trim();
  if (!mayAmend(what, vault.account, input.review)) throw new SalusError('input/invalid', { at: 'author' });
  if (!reason || reason.length > 2000) throw new SalusError('input/invalid', { at: 'reason' });
  const about = {
    kind: manifest.kind,
    title: input.title ?? manifest.title,
    keywords: input.keywords ?? manifest.keywords,
    amends: { digest: ref.digest, reason },
  };
  if (ref.patient === vault.account) {
    const before = manifest.folder ?? folderByHint(vault, ref.digest, ref.entry.args.hint as Hex);
    return addRecord(ports, act, vault, {
      ...about,
      resources: input.resources,
      carried: { from: what, indexes: input.keep ?? [] },
      folder: input.folder ?? before ?? 'consultations',
      confidentiality: input.confidentiality ?? manifest.confidentiality,
      draft,
    });
  }
  act.stage('prepare');
  const before = await earlier(ports, act, draft);
  if ('done' in before) return before.done;
  const patient = await trustedKey(ports, ref.patient, input.acceptKey ?? null);
  const carried = await carry(ports, act, what, input.keep ?? [], draft.recipient);
  const confidentiality = input.confidentiality ?? manifest.confidentiality;
  const to = sealedFor({ confidentiality }, input.readers ?? null, patient.recipient);
  const record = await sealDraft(
    ports,
    act,
    draft,
    {
      ...about,
      resources: contentOf(input.resources, [...draft.files, ...carried]),
      patient: ref.patient,
      appointment: input.via === 0n ? null : String(input.via),
      confidentiality,
      folder: manifest.folder,
    },
    distinct([to.folder, patient.recipient, vault.identity.recipient]),
    before.asked,
    carried,
  );
  await rememberKey(ports, patient);
  const args = { patient: ref.patient, record, via: input.via, hint: hintFor(to.hinted, record) };
  return send(ports, act, { name: 'add', args }, { record, draft: draft.name, again: before.asked });
};
