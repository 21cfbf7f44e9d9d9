/** A record without a visit: the patient's own document, or the card. Sealed to its folder and the vault, one transaction. */
import type { Digest, Hex } from '../core/bytes.ts';
import { idOf, type Folder, type FolderId } from '../record/folders.ts';
import type { Manifest } from '../record/manifest.ts';
import type { Act } from './act.ts';
import { carry, contentOf, type Content } from './carry.ts';
import type { Draft } from './draft.ts';
import type { OpenRecord } from './openRecord.ts';
import type { Entry, Ports } from './ports/index.ts';
import { distinct, hintFor, sealDraft, type About } from './seal.ts';
import { earlier, send } from './send.ts';
import type { Vault } from './vault.ts';

export type AddInput = Pick<Manifest, 'kind' | 'title'> & {
  folder: Folder | FolderId;
  draft: Draft<unknown>;
  resources: Content;
  /** files of an earlier record that come along, after the draft's own */
  carried?: { from: OpenRecord; indexes: readonly number[] } | null;
  keywords?: string[];
  amends?: Manifest['amends'];
};

/** @returns the Added entry, in the verified timeline @throws chain/reverted, storage/push-failed, wallet/declined */
export const addRecord = async (ports: Ports, act: Act, vault: Vault, input: AddInput): Promise<Entry> => {
  const { draft, folder } = input;
  act.stage('prepare');
  const before = await earlier(ports, act, draft);
  if ('done' in before) return before.done;
  const { recipient } = vault.folder(folder);
  const { from, indexes = [] } = input.carried ?? {};
  const carried = from ? await carry(ports, act, from, indexes, draft.recipient) : [];
  const about: About = {
    kind: input.kind,
    title: input.title,
    resources: contentOf(input.resources, [...draft.files, ...carried]),
    patient: vault.account,
    appointment: null,
    confidentiality: folder === 'very-restricted' || folder === idOf('very-restricted') ? 'V' : 'N',
    keywords: input.keywords ?? [],
    amends: input.amends ?? null,
  };
  const record = await sealDraft(
    ports,
    act,
    draft,
    about,
    distinct([recipient, vault.identity.recipient]),
    before.asked,
    carried,
  );
  return send(
    ports,
    act,
    { name: 'add', args: { patient: vault.account, record, via: 0n, hint: hintFor(recipient, record) } },
    { record, draft: draft.name, again: before.asked },
  );
};

/** Which of the vault's folders a record was sealed to, by its hint alone; null when none (one in four thousand million is wrong: readers check). */
export const folderByHint = (vault: Vault, record: Digest, wanted: Hex): FolderId | null =>
  vault.known().find((f) => vault.folders(f).some((i) => hintFor(i.recipient, record) === wanted)) ?? null;
