/**
 * A request for access, as FHIR R4: a Consent of status `proposed` that says what, what for and until when, and beside it the reason in a
 * Communication. Sealed to the patient and the asker; nothing of it is readable by anybody else.
 */
import type { Consent, Resource } from '@medplum/fhirtypes';
import type { Address } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import { isoWithZone } from '../core/time.ts';
import { accountIdentifier, communication, readWords } from './fhir.ts';
import { FOLDERS, idOf, standardOf, type Folder, type FolderId } from './folders.ts';

/**
 * What access may be asked for: codes of HL7 v3 ActReason below PurposeOfUse, in the order people choose from.
 * @see https://terminology.hl7.org/ValueSet-v3-PurposeOfUse.html
 */
export const PURPOSES = [
  'TREAT',
  'ETREAT',
  'CAREMGT',
  'COC',
  'PATRQT',
  'HPAYMT',
  'HOPERAT',
  'PUBHLTH',
  'HRESCH',
] as const;
export type Purpose = (typeof PURPOSES)[number];

/** Folders that may be asked for. *Very restricted* is never shared as one; the patient's own folders nobody else knows of. */
export const ASKABLE: readonly Folder[] = FOLDERS.filter((f) => f !== 'very-restricted');

/** UTF-16 units of “everything about …”. */
export const MAX_ABOUT = 200;
/** UTF-16 units of the reason. */
export const MAX_REASON = 2000;

/** `folders` or `about`, at least one. `about`: “everything about …”, in the asker's words. `until`: Unix seconds. */
export type AccessRequest = { folders: Folder[]; about: string; purpose: Purpose; until: number; reason: string };

const ACT_REASON = 'http://terminology.hl7.org/CodeSystem/v3-ActReason';
const FOLDER_SYSTEM = 'urn:salus:folder';
const coded = (system: string, code: string) => ({ coding: [{ system, code }] });

type About = { chain: number; patient: Address; asker: Address; now: number; zone: number };

/**
 * @param about the accounts; `now` in ms, `zone` in minutes east of UTC
 * @throws input/invalid with `at` when it asks for nothing, says no reason or a longer one than may be, or names no known purpose
 * @see https://hl7.org/fhir/R4/consent.html
 */
export const accessRequestResources = (request: AccessRequest, about: About): Resource[] => {
  const { folders, about: topic, purpose, until, reason } = checked(request);
  const written = isoWithZone(about.now, about.zone);
  const consent: Consent = {
    resourceType: 'Consent',
    status: 'proposed',
    scope: coded('http://terminology.hl7.org/CodeSystem/consentscope', 'patient-privacy'),
    category: [coded('http://loinc.org', '59284-0')],
    patient: { identifier: accountIdentifier(about.chain, about.patient) },
    dateTime: written,
    policyRule: coded('http://terminology.hl7.org/CodeSystem/v3-ActCode', 'OPTIN'),
    provision: {
      type: 'permit',
      period: { end: isoWithZone(until * 1000, about.zone) },
      actor: [
        {
          role: coded('http://terminology.hl7.org/CodeSystem/v3-ParticipationType', 'IRCP'),
          reference: { identifier: accountIdentifier(about.chain, about.asker) },
        },
      ],
      purpose: [{ system: ACT_REASON, code: purpose }],
      ...(topic ? { code: [{ text: topic }] } : {}),
      ...(folders.length > 0
        ? {
            data: folders.map((f) => ({
              meaning: 'related' as const,
              reference: { identifier: { system: FOLDER_SYSTEM, value: idOf(f) } },
            })),
          }
        : {}),
    },
  };
  return [consent, communication(written, reason)];
};

/** What is typed, in the one form in which it is kept. @throws input/invalid with `at`: `what`, `about`, `purpose`, `until` or `reason` */
export const checked = (request: AccessRequest): AccessRequest => {
  const bad = (at: string) => new SalusError('input/invalid', { at });
  const [about, reason] = [request.about.trim(), request.reason.trim()];
  const folders = ASKABLE.filter((f) => request.folders.includes(f));
  if (folders.length !== new Set(request.folders).size) throw bad('what');
  if (folders.length === 0 && !about) throw bad('what');
  if (about.length > MAX_ABOUT) throw bad('about');
  if (!reason || reason.length > MAX_REASON) throw bad('reason');
  if (!PURPOSES.includes(request.purpose)) throw bad('purpose');
  if (!Number.isSafeInteger(request.until) || request.until <= 0 || request.until >= 2 ** 40) throw bad('until');
  return { folders, about, purpose: request.purpose, until: request.until, reason };
};

const fields = (v: unknown): Record<string, unknown> => (typeof v === 'object' && v !== null ? { ...v } : {});
const listOf = (v: unknown): unknown[] => (Array.isArray(v) ? v : []);
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$/;

/** @throws record/malformed with the path of what is wrong: a request that is not understood whole is answered by nobody */
export const readAccessRequest = (resources: Resource[]): AccessRequest => {
  const bad = (path: string) => new SalusError('record/malformed', { path });
  const found = resources.filter((r) => r.resourceType === 'Consent');
  const consent = fields(found[0]);
  if (found.length !== 1 || consent.status !== 'proposed') throw bad('.resources');
  const { type, period, purpose, code, data } = fields(consent.provision);
  if (type !== 'permit') throw bad('.provision.type');
  const [coding, ...more] = listOf(purpose).map(fields);
  if (!coding || more.length > 0 || coding.system !== ACT_REASON) throw bad('.provision.purpose');
  const end = fields(period).end;
  if (typeof end !== 'string' || !ISO.test(end) || Number.isNaN(Date.parse(end))) throw bad('.provision.period.end');
  const wanted = listOf(data);
  if (wanted.length > ASKABLE.length || listOf(code).length > 1) throw bad('.provision');
  const folders = wanted.map((d) => {
    const { system, value } = fields(fields(fields(d).reference).identifier);
    const folder = system === FOLDER_SYSTEM && typeof value === 'string' ? standardOf(value as FolderId) : null;
    if (!folder) throw bad('.provision.data');
    return folder;
  });
  const about = code === undefined ? '' : fields(listOf(code)[0]).text;
  if (typeof about !== 'string') throw bad('.provision.code');
  try {
    return checked({
      folders,
      about,
      purpose: coding.code as Purpose,
      until: Math.floor(Date.parse(end) / 1000),
      reason: readWords(resources),
    });
  } catch (cause) {
    throw new SalusError('record/malformed', { path: '.provision' }, cause);
  }
};
