/** A report: what somebody of the staff found or wrote, as FHIR R4. Findings are a DiagnosticReport, everything else a DocumentReference. */
import type { DiagnosticReport, DocumentReference, Identifier, Resource } from '@medplum/fhirtypes';
import { fromBase64, fromUtf8, toBase64, utf8 } from '../core/bytes.ts';
import type { ManifestFile } from './manifest.ts';

/** Kinds of report, in the order people choose from, and their LOINC document codes. @see https://loinc.org/document-ontology */
export const REPORT_CODES = {
  consultation: '11488-4',
  laboratory: '11502-2',
  imaging: '18748-4',
  procedure: '28570-0',
  discharge: '18842-5',
  letter: '51852-2',
  other: '34109-9',
} as const;
export type ReportKind = keyof typeof REPORT_CODES;
export const REPORT_KINDS = Object.keys(REPORT_CODES) as ReportKind[];

/** Sections of HL7 v2-0074 for the kinds that are findings. */
const SECTIONS: Partial<Record<ReportKind, string>> = { laboratory: 'LAB', imaging: 'RAD' };
const LOINC = 'http://loinc.org';
/** Base64 characters that words may take: a megabyte of text. */
const MAX_WORDS = 1_400_000;

/** What a report says. */
export type ReportWords = { kind: ReportKind; title: string; words: string };
type About = { patient: Identifier; author: Identifier; written: string };

const diagnosticReport = (report: ReportWords, section: string, { patient, author, written }: About) =>
  ({
    resourceType: 'DiagnosticReport',
    status: 'final',
    category: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0074', code: section }] }],
    code: { coding: [{ system: LOINC, code: REPORT_CODES[report.kind] }], text: report.title },
    subject: { identifier: patient },
    performer: [{ identifier: author }],
    issued: written,
    ...(report.words ? { conclusion: report.words } : {}),
  }) satisfies DiagnosticReport;

const documentReference = (report: ReportWords, { patient, author, written }: About, files: readonly ManifestFile[]) =>
  ({
    resourceType: 'DocumentReference',
    status: 'current',
    type: { coding: [{ system: LOINC, code: REPORT_CODES[report.kind] }], text: report.title },
    subject: { identifier: patient },
    author: [{ identifier: author }],
    date: written,
    content: [
      ...(report.words ? [{ attachment: { contentType: 'text/plain', data: toBase64(utf8(report.words)) } }] : []),
      ...files.map((f) => ({ attachment: { contentType: f.type, title: f.name, size: f.size } })),
    ],
  }) satisfies DocumentReference;

/**
 * @param about the accounts as identifiers, and when it was written, ISO 8601 with zone
 * @param files as the manifest lists them @see https://hl7.org/fhir/R4/diagnosticreport.html, documentreference.html
 */
export const reportResource = (
  report: ReportWords,
  about: About,
  files: readonly ManifestFile[],
): DiagnosticReport | DocumentReference => {
  const section = SECTIONS[report.kind];
  return section ? diagnosticReport(report, section, about) : documentReference(report, about, files);
};

const textOf = (v: unknown): string => (typeof v === 'string' ? v : '');
const fields = (v: unknown): Record<string, unknown> => (typeof v === 'object' && v !== null ? { ...v } : {});
const listOf = (v: unknown): unknown[] => (Array.isArray(v) ? v.slice(0, 2000) : []);

const decoded = (data: string): string => {
  if (data.length > MAX_WORDS) return '';
  try {
    return fromUtf8(fromBase64(data));
  } catch {
    return '';
  }
};

const wordsOf = (resource: Record<string, unknown>): string => {
  if (resource.resourceType === 'DiagnosticReport') return textOf(resource.conclusion);
  const plain = listOf(resource.content)
    .map((c) => fields(fields(c).attachment))
    .find((a) => a.contentType === 'text/plain' && typeof a.data === 'string');
  return decoded(textOf(plain?.data));
};

/** @returns the first report among the resources; `other` and empty strings for what is not there or is no text */
export const readReport = (resources: Resource[]): ReportWords => {
  const found = fields(
    resources.find((r) => r.resourceType === 'DiagnosticReport' || r.resourceType === 'DocumentReference'),
  );
  const concept = fields(found.resourceType === 'DiagnosticReport' ? found.code : found.type);
  const code = textOf(fields(listOf(concept.coding)[0]).code);
  return {
    kind: REPORT_KINDS.find((k) => REPORT_CODES[k] === code) ?? 'other',
    title: textOf(concept.text),
    words: wordsOf(found),
  };
};
