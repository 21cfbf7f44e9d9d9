/** A record without a visit: the patient's own document, or the card. Sealed to its folder and the vault, one transaction. */
import type { Digest, Hex } from '../core/bytes.ts';
import { asId, idOf, type Folder, type FolderId } from '../record/folders.ts';
import type { Confidentiality, Manifest } from '../record/manifest.ts';
import type { Act } from './act.ts';
import { addCall, currentRecipients } from './adding.ts';
import { carry, contentOf, type Content } from './carry.ts';
import type { Draft } from './draft.ts';
import type { OpenRecord } from './openRecord.ts';
import type { Entry, Ports } from './ports/index.ts';
import { hintFor, sealDraft, type About } from './seal.ts';
import { earlier, send } from './send.ts';
import type { Vault } from './vault.ts';

export type AddInput = Pick<Manifest, 'kind' | 'title'> & {
  folder: Folder | FolderId;
  /** N when left out; what lies in the folder of the very restricted is V whatever is said */
  confidentiality?: Confidentiality;
  draft: Draft<unknown>;
  resources: Content;
  /** files of an earlier record that come along, after the draft's own */
  carried?: { from: OpenRecord; indexes: readonly number[] } | null;
  keywords?: string[];
  amends?: Manifest['amends'];
};

/** @returns the Added entry, in the verified timeline @throws chain/reverted, storage/push-failed, wallet/declined */
export const addRecord = async (ports: Ports, act: Act, vault: Vault, input: AddInput): Promise<Entry> => {
  const { draft } = input;
  const folder = asId(input.folder);
  const confidentiality = folder === idOf('very-restricted') ? 'V' : (input.confidentiality ?? 'N');
  act.stage('prepare');
  const before = await earlier(ports, act, draft);
  if ('done' in before) return before.done;
  const recipients = await currentRecipients(ports, vault, folder, confidentiality);
  const { from, indexes = [] } = input.carried ?? {};
  const carried = from ? await carry(ports, act, from, indexes, draft.recipient) : [];
  const about: About = {
    kind: input.kind,
    title: input.title,
    resources: contentOf(input.resources, [...draft.files, ...carried]),
    patient: vault.account,
    appointment: null,
    confidentiality,
    folder,
    keywords: input.keywords ?? [],
    amends: input.amends ?? null,
  };
  const record = await sealDraft(ports, act, draft, about, recipients, before.asked, carried);
  const call = addCall(vault, record, recipients);
  return send(ports, act, call, { record, draft: draft.name, again: before.asked });
};

/** Under which epoch of which of the vault's folders a record was sealed, by its hint alone; null when none (one in four thousand million is wrong: readers check). @param first folder to try before the others */
export const sealedUnder = (
  vault: Vault,
  record: Digest,
  wanted: Hex,
  first: FolderId | null = null,
): { folder: FolderId; nonce: Digest } | null => {
  const known = vault.known();
  const order = first && known.includes(first) ? [first, ...known.filter((f) => f !== first)] : known;
  for (const folder of order)
    for (const { nonce, identity } of vault.epochs(folder))
      if (hintFor(identity.recipient, record) === wanted) return { folder, nonce };
  return null;
};

/** Which of the vault's folders a record was sealed to; null when none. */
export const folderByHint = (vault: Vault, record: Digest, wanted: Hex): FolderId | null =>
  sealedUnder(vault, record, wanted)?.folder ?? null;
