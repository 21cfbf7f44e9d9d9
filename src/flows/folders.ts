/** The patient's own folders: what each is called stands in a record of its own, sealed to the vault alone. */
import { SalusError } from '../core/errors.ts';
import { randomIdentity } from '../crypto/identity.ts';
import { isOwnFolder, newFolderId } from '../record/folders.ts';
import { folderResource, MAX_FOLDER_NAME, type OwnFolder } from '../record/ownFolder.ts';
import type { Act } from './act.ts';
import { addCall, recipientsFor, sendSealed } from './adding.ts';
import type { RecordRef } from './openRecord.ts';
import type { Entry, Ports } from './ports/index.ts';
import { sealWhole } from './seal.ts';
import type { Vault } from './vault.ts';

/** A folder to be made has no id yet. `was`: the record that holds now, when it is renamed or retired. */
export type FolderInput = Omit<OwnFolder, 'id'> & ({ id: null } | { id: OwnFolder['id']; was: RecordRef });

/**
 * Makes, renames or retires a folder. Its keys come from its id, which stays.
 * @returns the Added entry, and the folder as it is now @throws input/invalid without a name of at most 60 characters, chain/reverted
 */
export const saveFolder = async (
  ports: Ports,
  act: Act,
  vault: Vault,
  input: FolderInput,
): Promise<{ entry: Entry; folder: OwnFolder }> => {
  act.stage('prepare');
  const name = input.name.trim();
  if (!name || name.length > MAX_FOLDER_NAME) throw new SalusError('input/invalid', { at: 'name' });
  const id = input.id ?? newFolderId(ports.random);
  if (!isOwnFolder(id)) throw new SalusError('input/invalid', { at: 'folder' });
  const folder: OwnFolder = { id, name, retired: input.retired };
  const recipients = recipientsFor(vault, null, 'N');
  const { identity } = await randomIdentity(ports.random);
  const about = {
    kind: 'folder' as const,
    title: name,
    patient: vault.account,
    appointment: null,
    folder: id,
    resources: [folderResource(ports.chain.chainId, vault.account, folder)],
    amends: input.id === null ? null : { digest: input.was.digest, reason: input.retired ? 'retired' : 'renamed' },
  };
  const sealed = await sealWhole(ports, act, about, recipients, { identity, files: [] });
  const entry = await sendSealed(ports, act, [{ ...sealed, call: addCall(vault, sealed.digest, recipients) }]);
  await vault.know([id]);
  return { entry, folder };
};
