/** Folders are key scopes: one identity an epoch (DESIGN §4). Here only what they are called and how they are told apart. */
import { fromHex, toHex, utf8, type Bytes, type Hex } from '../core/bytes.ts';
import type { Random } from '../core/time.ts';

/** The standard folders, in the order people see them. */
export const FOLDERS = [
  'card',
  'consultations',
  'labs',
  'imaging',
  'prescriptions',
  'vitals',
  'very-restricted',
] as const;
export type Folder = (typeof FOLDERS)[number];
/** 16 bytes in hex: a standard folder's or one of the patient's own. */
export type FolderId = Hex;

const FOLDER_BYTES = 16;

/** @returns 16 bytes: the name in ASCII, zero-padded. The patient's own folders have random ids, which never collide with these. */
export const folderId = (folder: Folder): Bytes => {
  const id = new Uint8Array(FOLDER_BYTES);
  id.set(utf8(folder));
  return id;
};

/** As {@link folderId}, in hex. */
export const idOf = (folder: Folder): FolderId => toHex(folderId(folder));

/** A standard folder by its name, any by its id. */
export const asId = (folder: Folder | FolderId): FolderId =>
  folder.startsWith('0x') ? (folder as FolderId) : idOf(folder as Folder);

/** @returns which of the standard folders has this id, null for the patient's own */
export const standardOf = (id: FolderId): Folder | null => FOLDERS.find((f) => idOf(f) === id) ?? null;

/** An id for one of the patient's own folders: its first bit is set, which no ASCII name has. @returns 16 bytes in hex */
export const newFolderId = (random: Random): FolderId => {
  const id = random(FOLDER_BYTES);
  id[0] = (id[0] as number) | 0x80;
  return toHex(id);
};

/** True for an id that one of the patient's own folders may have. */
export const isOwnFolder = (id: FolderId): boolean =>
  /^0x[0-9a-f]{32}$/.test(id) && ((fromHex(id)[0] as number) & 0x80) !== 0;
