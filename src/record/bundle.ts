/** What a record says, without what opens it: for people who take their data elsewhere. */
import type { Bundle } from '@medplum/fhirtypes';
import type { Manifest } from './manifest.ts';

/** Every resource of a record as one FHIR Bundle. Keys, and where the files lie, are left out. @see https://hl7.org/fhir/R4/bundle.html */
export const bundleOf = ({ created, resources }: Pick<Manifest, 'created' | 'resources'>): Bundle => ({
  resourceType: 'Bundle',
  type: 'collection',
  timestamp: created,
  entry: resources.map((resource) => ({ resource })),
});
