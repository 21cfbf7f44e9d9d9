/** What folders are called. */
import { plainLine } from '../../core/plainText.ts';
import { standardOf, type FolderId } from '../../record/folders.ts';
import type { App } from '../../state/app.svelte.ts';
import type { LetGo } from '../../state/types.ts';
import { t } from '../shared/i18n/index.ts';

/** Reactive. A standard folder's name, or what the person called one of their own. */
export const folderName = ({ folders }: Pick<App, 'folders'>, id: FolderId): string => {
  const standard = standardOf(id);
  if (standard) return t(`records.folder.${standard}`);
  return plainLine(folders.mine(id)?.name ?? '') || t('folders.unnamed');
};

/** The places that may still have something, each once. */
export const placesOf = (left: LetGo['left']): string => [...new Set(left.map((l) => l.place.name))].join(', ');
