/** What a link to the sharing form says beforehand. One segment of the path with a query inside; nothing in it is secret, and what does not fit is left out. */
import type { Address, Digest } from '../../core/bytes.ts';
import { FOLDERS, idOf, isOwnFolder, type Folder, type FolderId } from '../../record/folders.ts';
import { MAX_ATTACHED, type Kind } from '../../record/manifest.ts';
import { href } from '../shell/routes.ts';

/** As {@link readWish} gives it back. `re`: the request it answers, by its count in one's own inbox, 0 = none · `until`: Unix seconds, 0 = not said */
export type ShareWish = {
  to: Address | null;
  records: Digest[];
  folders: FolderId[];
  re: number;
  until: number;
  rights: 'read' | 'write' | 'read-write' | null;
};

/** What another screen may say. `all`: every folder that is shared as one */
export type WishInput = {
  to?: Address;
  records?: readonly Digest[];
  folder?: Folder | FolderId;
  folders?: readonly FolderId[];
  all?: boolean;
  re?: number;
  until?: number;
  rights?: 'read' | 'write' | 'read-write';
};

const SHARED_WHOLE: readonly FolderId[] = FOLDERS.filter((f) => f !== 'very-restricted').map(idOf);
const isFolder = (id: string): id is FolderId => SHARED_WHOLE.includes(id as FolderId) || isOwnFolder(id as FolderId);
const digits = (text: string | null, most: number): number =>
  text && /^[0-9]{1,12}$/.test(text) && Number(text) <= most ? Number(text) : 0;

/** Kinds of records that are given: what only serves the file itself is not. */
export const isGiven = (kind: Kind): boolean => GIVEN.includes(kind);
const GIVEN: readonly Kind[] = ['booking', 'prescription', 'report', 'document', 'card'];

/** The link. */
export const shareHref = (wish: WishInput = {}): string => {
  const query = new URLSearchParams();
  if (wish.to) query.set('to', wish.to);
  for (const record of wish.records ?? []) query.append('record', record);
  const named = wish.folder
    ? [wish.folder.startsWith('0x') ? (wish.folder as FolderId) : idOf(wish.folder as Folder)]
    : [];
  for (const id of wish.all ? SHARED_WHOLE : [...named, ...(wish.folders ?? [])]) query.append('folder', id);
  if (wish.re) query.set('re', String(wish.re));
  if (wish.until) query.set('until', String(wish.until));
  if (wish.rights) query.set('rights', wish.rights);
  const text = query.toString();
  return text ? href('shareWith', { wish: text }) : href('share');
};

/** Strict: anybody may have made the link. */
export const readWish = (text: string): ShareWish => {
  const query = new URLSearchParams(text);
  const to = query.get('to')?.toLowerCase() ?? '';
  const rights = query.get('rights');
  return {
    to: /^0x[0-9a-f]{40}$/.test(to) ? (to as Address) : null,
    records: [...new Set(query.getAll('record'))]
      .filter((d): d is Digest => /^0x[0-9a-f]{64}$/.test(d))
      .slice(0, MAX_ATTACHED),
    folders: [...new Set(query.getAll('folder'))].filter(isFolder).slice(0, MAX_ATTACHED),
    re: digits(query.get('re'), 2 ** 40 - 1),
    until: digits(query.get('until'), 2 ** 40 - 1),
    rights: rights === 'read' || rights === 'write' || rights === 'read-write' ? rights : null,
  };
};
