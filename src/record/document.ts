/** The patient's own document: what it is, when it is from, what is to be known of it. @see https://hl7.org/fhir/R4/documentreference.html */
import type { DocumentReference, Resource } from '@medplum/fhirtypes';
import type { Address } from '../core/bytes.ts';
import { accountIdentifier } from './fhir.ts';
import { FOLDERS, type Folder, type FolderId } from './folders.ts';
import type { Confidentiality, ManifestFile } from './manifest.ts';

/** `date`: YYYY-MM-DD, the day the content is of; empty when not said. `folder`: a standard one by its name, one of the patient's own by its id. */
export type DocumentFields = {
  title: string;
  note: string;
  date: string;
  folder: Folder | FolderId;
  confidentiality: Confidentiality;
};

/** Where a person may file a document; the card has its own screen. */
export const DOCUMENT_FOLDERS = FOLDERS.filter((f) => f !== 'card');
const DATE = /^\d{4}-\d\d-\d\d$/;
const MAX_NOTE = 8000;

/** @param files of the record, in order: their content is found beside the manifest as `0.age`, `1.age` … */
export const documentResource = (
  chain: number,
  patient: Address,
  fields: Omit<DocumentFields, 'confidentiality'>,
  files: readonly Pick<ManifestFile, 'name' | 'type' | 'size'>[],
): DocumentReference => ({
  resourceType: 'DocumentReference',
  status: 'current',
  type: { text: fields.title },
  // what one's own folder is called is nobody's but its owner's
  ...(fields.folder.startsWith('0x') ? {} : { category: [{ text: fields.folder }] }),
  subject: { identifier: accountIdentifier(chain, patient) },
  ...(fields.note ? { description: fields.note } : {}),
  ...(fields.date ? { context: { period: { start: fields.date } } } : {}),
  content:
    files.length > 0
      ? files.map((f, i) => ({
          attachment: { url: `${i}.age`, title: f.name, contentType: f.type, size: f.size },
        }))
      : [{ attachment: { title: fields.title } }],
});

const text = (v: unknown, max: number): string => (typeof v === 'string' ? v.slice(0, max) : '');
const fields = (v: unknown): Record<string, unknown> => (typeof v === 'object' && v !== null ? { ...v } : {});
const first = (v: unknown): Record<string, unknown> => (Array.isArray(v) ? fields(v[0]) : {});

/** @returns what was written of a document, null where there is none; nothing but text comes out */
export const readDocument = (resources: Resource[]): { note: string; date: string; folder: Folder } | null => {
  const found = resources.find((r) => r.resourceType === 'DocumentReference');
  if (!found) return null;
  const d = fields(found);
  const date = text(fields(fields(d.context).period).start, 10);
  const folder = text(first(d.category).text, 40);
  return {
    note: text(d.description, MAX_NOTE),
    date: DATE.test(date) && !Number.isNaN(Date.parse(date)) ? date : '',
    folder: DOCUMENT_FOLDERS.find((f) => f === folder) ?? 'consultations',
  };
};
