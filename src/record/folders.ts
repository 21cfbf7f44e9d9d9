/** Folders are key scopes: one identity an epoch (DESIGN §4). Here only what they are called and how they are told apart. */
import { utf8, type Bytes } from '../core/bytes.ts';

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

/** @returns 16 bytes: the name in ASCII, zero-padded. The patient's own folders will have random ids, which never collide with these. */
export const folderId = (folder: Folder): Bytes => {
  const id = new Uint8Array(16);
  id.set(utf8(folder));
  return id;
};
