/** One of the patient's own folders, as a FHIR List without entries: what it is called and whether it is still used. @see https://hl7.org/fhir/R4/list.html */
import type { List, Resource } from '@medplum/fhirtypes';
import type { Address, Hex } from '../core/bytes.ts';
import { accountIdentifier } from './fhir.ts';
import { isOwnFolder, type FolderId } from './folders.ts';

/** Characters of a folder's name. */
export const MAX_FOLDER_NAME = 60;

export type OwnFolder = { id: FolderId; name: string; retired: boolean };

/** @param chain id of the chain */
export const folderResource = (chain: number, patient: Address, { id, name, retired }: OwnFolder): List => ({
  resourceType: 'List',
  status: retired ? 'retired' : 'current',
  mode: 'working',
  title: name,
  identifier: [{ system: 'urn:salus:folder', value: id.slice(2) }],
  subject: { identifier: accountIdentifier(chain, patient) },
});

const fields = (v: unknown): Record<string, unknown> => (typeof v === 'object' && v !== null ? { ...v } : {});

/** @returns the folder that a manifest of kind `folder` tells of, null when there is none in it */
export const readFolder = (resources: Resource[]): OwnFolder | null => {
  const list = fields(resources.find((r) => r.resourceType === 'List'));
  const value = fields(Array.isArray(list.identifier) ? list.identifier[0] : null).value;
  const id: Hex = `0x${typeof value === 'string' ? value : ''}`;
  if (!isOwnFolder(id) || typeof list.title !== 'string') return null;
  return { id, name: list.title.slice(0, MAX_FOLDER_NAME), retired: list.status === 'retired' };
};
