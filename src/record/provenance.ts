/** That somebody looked a record over, and where a record was taken from, as FHIR R4 Provenance. @see https://hl7.org/fhir/R4/provenance.html */
import type { Provenance, Resource } from '@medplum/fhirtypes';
import type { Address, Digest } from '../core/bytes.ts';
import { accountIdentifier } from './fhir.ts';

/** HL7's provenance-participant-type. */
const PARTICIPANT = 'http://terminology.hl7.org/CodeSystem/provenance-participant-type';
/** A record by its digest: nothing else names it, in no system that anybody runs. */
const DIGEST = 'urn:salus:digest';
/** Characters of words that a reviewer may add. */
export const MAX_REVIEW = 2000;

type About = { chain: number; who: Address; recorded: string; record: Digest };

const agent = ({ chain, who }: About, code: 'verifier' | 'author') => ({
  type: { coding: [{ system: PARTICIPANT, code }] },
  who: { identifier: accountIdentifier(chain, who) },
});

/** @param about `who` looked over `record`; `recorded`: ISO 8601 with zone @param words may be empty */
export const reviewResource = (about: About, words: string): Provenance => ({
  resourceType: 'Provenance',
  target: [{ identifier: { system: DIGEST, value: about.record } }],
  recorded: about.recorded,
  agent: [agent(about, 'verifier')],
  ...(words ? { reason: [{ text: words }] } : {}),
});

/** Where the record that this stands in was taken from. @param about `who` wrote `record` */
export const sourceResource = (about: About): Provenance => ({
  resourceType: 'Provenance',
  target: [{ display: 'this record' }],
  recorded: about.recorded,
  agent: [agent(about, 'author')],
  entity: [{ role: 'source', what: { identifier: { system: DIGEST, value: about.record } } }],
});

const fields = (v: unknown): Record<string, unknown> => (typeof v === 'object' && v !== null ? { ...v } : {});
const first = (v: unknown): Record<string, unknown> => (Array.isArray(v) ? fields(v[0]) : {});
const digestIn = (reference: Record<string, unknown>): Digest | null => {
  const { system, value } = fields(reference.identifier);
  return system === DIGEST && typeof value === 'string' && /^0x[0-9a-f]{64}$/.test(value) ? (value as Digest) : null;
};
const provenances = (resources: Resource[]): Record<string, unknown>[] =>
  resources.filter((r) => r.resourceType === 'Provenance').map(fields);
const codeOf = (p: Record<string, unknown>): unknown => first(fields(first(p.agent).type).coding).code;

/** `of`: the record that was looked over. */
export type Review = { of: Digest; words: string };

/** @returns what was looked over, null where nobody says so; nothing but text comes out */
export const readReview = (resources: Resource[]): Review | null => {
  for (const p of provenances(resources)) {
    const of = digestIn(first(p.target));
    if (!of || codeOf(p) !== 'verifier') continue;
    const { text } = first(p.reason);
    return { of, words: typeof text === 'string' ? text.slice(0, MAX_REVIEW) : '' };
  }
  return null;
};

const PKH = /^did:pkh:eip155:\d+:(0x[0-9a-f]{40})$/;

/** @returns by whom a record was that this one was taken from, null where it does not say */
export const readSource = (resources: Resource[]): { of: Digest; by: Address } | null => {
  for (const p of provenances(resources)) {
    const of = digestIn(fields(first(p.entity).what));
    const by = PKH.exec(String(fields(fields(first(p.agent).who).identifier).value ?? ''))?.[1];
    if (of && by) return { of, by: by as Address };
  }
  return null;
};
