/** What a record that was sealed anew took the place of: its earlier ciphertexts, by digest, as a FHIR Provenance. @see https://hl7.org/fhir/R4/provenance.html */
import type { Provenance, Resource } from '@medplum/fhirtypes';
import type { Digest } from '../core/bytes.ts';

const SYSTEM = 'urn:salus:record';
/** Digests one copy names: amendments of amendments that anybody makes. */
const MAX_REPLACED = 128;

/** True for the resource that {@link replacedResource} makes. */
const isReplaced = (r: Resource): r is Provenance =>
  r.resourceType === 'Provenance' && Array.isArray(r.entity) && r.entity[0]?.what?.identifier?.system === SYSTEM;

/** @param recorded ISO 8601 with zone */
const replacedResource = (recorded: string, digests: readonly Digest[]): Provenance => ({
  resourceType: 'Provenance',
  recorded,
  target: [{ display: 'this record' }],
  agent: [{ who: { display: 'the patient' } }],
  activity: { text: 'sealed under new keys' },
  entity: digests.map((value) => ({ role: 'revision', what: { identifier: { system: SYSTEM, value } } })),
});

/** The resources of a copy: those of the record, and what it takes the place of. @param recorded ISO 8601 with zone */
export const withReplaced = (
  resources: readonly Resource[],
  recorded: string,
  digests: readonly Digest[],
): Resource[] => [
  ...resources.filter((r) => !isReplaced(r)),
  ...(digests.length > 0 ? [replacedResource(recorded, digests.slice(0, MAX_REPLACED))] : []),
];

/** @returns digests only, whatever stands there */
export const readReplaced = (resources: readonly Resource[]): Digest[] => {
  const entity: unknown = resources.find(isReplaced)?.entity;
  return (Array.isArray(entity) ? entity.slice(0, MAX_REPLACED) : []).flatMap((e: unknown) => {
    const value = (e as { what?: { identifier?: { value?: unknown } } } | null)?.what?.identifier?.value;
    return typeof value === 'string' && /^0x[0-9a-f]{64}$/.test(value) ? [value as Digest] : [];
  });
};
