/**
 * Filing: one small record that puts others into a folder, or together into one selection, each by the key of its manifest. The originals stay as they
 * are, with their authors' proof.
 */
import { SalusError } from '../core/errors.ts';
import type { FolderId } from '../record/folders.ts';
import { ABOUT_OTHERS } from '../record/manifest.ts';
import { randomIdentity } from '../crypto/identity.ts';
import type { Act } from './act.ts';
import { addCall, currentRecipients, sendSealed, type Sealed } from './adding.ts';
import { attachedOf } from './attach.ts';
import type { OpenRecord } from './openRecord.ts';
import type { Entry, Ports } from './ports/index.ts';
import { sealWhole } from './seal.ts';
import type { Vault } from './vault.ts';

/** `folder` null: a selection, sealed to the vault alone and shared by its `key` in a record capability. `title`: what it is called; in one of the patient's own folders that folder's name, which its readers learn by it. */
export type FilingInput = { folder: FolderId | null; title?: string; records: readonly OpenRecord[] };

/** May this record be handed on by a filing? Only what is normal: the rest is shared one by one. */
export const isFileable = ({ manifest }: Pick<OpenRecord, 'manifest'>): boolean =>
  manifest.confidentiality === 'N' && !manifest.copy?.for && !ABOUT_OTHERS.includes(manifest.kind);

/**
 * Seals a filing and sends nothing: `call` names it, `digest` goes along as `record` or `also` of `send`.
 * @throws input/invalid when there is none, when one is of another patient, restricted, or about other records; input/too-large beyond 64
 */
export const sealFiling = async (
  ports: Ports,
  act: Act,
  vault: Vault,
  { folder, title = '', records }: FilingInput,
): Promise<Sealed> => {
  if (records.length === 0 || !records.every(isFileable)) throw new SalusError('input/invalid', { at: 'filing' });
  const attached = attachedOf(vault.account, records);
  const recipients = await currentRecipients(ports, vault, folder, 'N');
  const { identity } = await randomIdentity(ports.random);
  const sealed = await sealWhole(
    ports,
    act,
    { kind: 'filing', title, patient: vault.account, appointment: null, resources: [], folder, attached },
    recipients,
    { identity, files: [] },
  );
  return { ...sealed, call: addCall(vault, sealed.digest, recipients) };
};

/**
 * Files records into folders, in one transaction however many.
 * @param filings what goes where, at most 64 a folder
 * @returns the last one's Added entry @throws what {@link sealFiling} and `send` throw
 */
export const fileRecords = async (
  ports: Ports,
  act: Act,
  vault: Vault,
  filings: readonly (FilingInput & { folder: FolderId })[],
): Promise<Entry> => {
  act.stage('prepare');
  const sealed: Sealed[] = [];
  for (const filing of filings) sealed.push(await sealFiling(ports, act, vault, filing));
  if (sealed.length === 0) throw new SalusError('input/invalid', { at: 'filing' });
  return sendSealed(ports, act, sealed);
};
