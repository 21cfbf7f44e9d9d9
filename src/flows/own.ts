/** What a patient keeps by their own hand: the card, and documents without a visit. */
import { SalusError } from '../core/errors.ts';
import { cardResources, readCard, type Card } from '../record/card.ts';
import { documentResource, type DocumentFields } from '../record/document.ts';
import type { ManifestFile } from '../record/manifest.ts';
import type { Act } from './act.ts';
import { addRecord } from './addRecord.ts';
import { amend } from './amend.ts';
import type { Draft } from './draft.ts';
import type { OpenRecord } from './openRecord.ts';
import type { Entry, Ports } from './ports/index.ts';
import type { Vault } from './vault.ts';

/** `keepPhoto`: the photo of the card before stays; a file of the draft takes its place. */
export type CardFields = Omit<Card, 'photo'> & { keepPhoto: boolean };

/** @param now the card that the new one follows, null for the first @returns the Added entry */
export const saveCard = (
  ports: Ports,
  act: Act,
  vault: Vault,
  draft: Draft<CardFields>,
  now: OpenRecord | null,
): Promise<Entry> => {
  const { keepPhoto, ...words } = draft.fields;
  const photo = (now && readCard(now.manifest.resources)?.photo) ?? null;
  const stays = now && photo !== null && keepPhoto && draft.files.length === 0 && now.manifest.files[photo];
  const content = (files: readonly ManifestFile[]) =>
    cardResources(ports.chain.chainId, vault.account, { ...trimmed(words), photo: files.length > 0 ? 0 : null });
  return addRecord(ports, act, vault, {
    kind: 'card',
    title: '',
    folder: 'card',
    resources: content,
    draft,
    carried: stays ? { from: now, indexes: [photo] } : null,
  });
};

const trimmed = (card: Omit<Card, 'photo'>): Omit<Card, 'photo'> => ({
  ...card,
  name: card.name.trim(),
  phone: card.phone.trim(),
  allergies: card.allergies
    .map((a) => ({ substance: a.substance.trim(), reaction: a.reaction.trim() }))
    .filter((a) => a.substance),
  contact: {
    name: card.contact.name.trim(),
    relation: card.contact.relation.trim(),
    phone: card.contact.phone.trim(),
  },
});

const documentContent = (ports: Ports, vault: Vault, fields: DocumentFields) => (files: readonly ManifestFile[]) => [
  documentResource(ports.chain.chainId, vault.account, fields, files),
];

/** @returns the Added entry @throws input/invalid without a title, or with neither note nor file */
export const saveDocument = async (
  ports: Ports,
  act: Act,
  vault: Vault,
  draft: Draft<DocumentFields>,
): Promise<Entry> => {
  const fields = { ...draft.fields, title: draft.fields.title.trim(), note: draft.fields.note.trim() };
  if (!fields.title || (!fields.note && draft.files.length === 0))
    throw new SalusError('input/invalid', { at: 'document' });
  return addRecord(ports, act, vault, {
    kind: 'document',
    title: fields.title,
    folder: fields.folder,
    confidentiality: fields.confidentiality ?? 'N',
    resources: documentContent(ports, vault, fields),
    draft,
  });
};

/** `keep`: indexes of the old version's files. `reason`: why it is corrected. */
export type DocumentCorrection = DocumentFields & { keep: number[]; reason: string };

/** Corrects one's own document. @param what its newest version @returns the Added entry @throws input/invalid without title or reason */
export const correctDocument = async (
  ports: Ports,
  act: Act,
  vault: Vault,
  what: OpenRecord,
  draft: Draft<DocumentCorrection>,
): Promise<Entry> => {
  const { keep, reason, ...rest } = draft.fields;
  const fields = { ...rest, title: rest.title.trim(), note: rest.note.trim() };
  if (!fields.title) throw new SalusError('input/invalid', { at: 'document' });
  return amend(ports, act, vault, {
    what,
    via: 0n,
    draft,
    reason,
    title: fields.title,
    folder: fields.folder,
    confidentiality: fields.confidentiality,
    keep: keep.filter((i) => what.manifest.files[i] !== undefined),
    resources: documentContent(ports, vault, fields),
  });
};
