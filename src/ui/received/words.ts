/** How those who share, and what they share, are called. */
import { plainLine } from '../../core/plainText.ts';
import { standardOf, type FolderId } from '../../record/folders.ts';
import type { App } from '../../state/app.svelte.ts';
import type { SharedFile } from '../../state/sharedFile.svelte.ts';
import type { Received, SharedLine } from '../../state/types.ts';
import type { Address } from '../../core/bytes.ts';
import { shortHex } from '../shared/i18n/format.ts';
import { t } from '../shared/i18n/index.ts';
import { nameOf } from '../shared/names.ts';

/** Reactive. As their card among what is shared says, else what the person or the queue calls them, else the short address. */
export const giverName = (app: App, file: SharedFile): string =>
  plainLine(file.name) ||
  app.patients.nameOf(file.patient) ||
  app.sharing.nameOf(file.patient) ||
  t('received.giver', { address: shortHex(file.patient) });

/** Reactive. Somebody of the staff, by what they publish. */
export const colleagueName = (app: App, account: Address): string => nameOf(app.people.of(account));

/** Reactive. A standard folder's name; for one of the patient's own what a filing of theirs calls it. */
export const folderName = (file: SharedFile, id: FolderId): string => {
  const standard = standardOf(id);
  if (standard) return t(`records.folder.${standard}`);
  const said = [...file.index]
    .filter(([key, known]) => known.kind === 'filing' && known.folder === id && key.endsWith(`/${file.patient}`))
    .map(([, known]) => plainLine(known.title))
    .find(Boolean);
  return said ?? t('received.what.own');
};

/** Reactive. What a grant opens. */
export const whatOf = (file: SharedFile, { grant, capability }: Received): string => {
  if (grant.state !== 'live') return t('received.what.ended');
  if (capability === null) return t('received.what.sealed');
  if (capability.kind === 'folder') return folderName(file, capability.folder);
  const known = file.line(capability.record)?.known ?? file.index.get(`${capability.record}/${file.patient}`);
  return plainLine(known?.title ?? '') || t('received.what.record');
};

/** What may be done with it, in words. */
export const rightsOf = ({ capability }: Received): string[] => {
  if (!capability) return [];
  const rights = capability.kind === 'folder' ? capability.rights : 'read';
  return [t(`received.rights.${rights}`), ...(capability.delegable ? [t('received.may')] : [])];
};

/** What a record is called in a list. Of what is very restricted the title is said only on its own page. */
export const titleOf = ({ known, shared }: SharedLine): string => {
  if (!known) return t('records.sealed');
  if (known.confidentiality === 'V') return t('received.veryRestricted');
  const own = plainLine(known.title);
  return own || (known.kind === 'card' ? t('card.title') : t(`records.kind.${known.kind}`)) || shared.filed.ref.digest;
};
