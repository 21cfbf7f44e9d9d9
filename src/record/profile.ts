/**
 * Public profiles: what a doctor or a hospital publishes on purpose. FHIR resources in a Bundle, in a public UnixFS directory
 * as `profile.json`. Read from strangers, so every field is bounded and none is trusted for anything but showing.
 */
import type { Bundle, Organization, Practitioner, PractitionerRole, Resource } from '@medplum/fhirtypes';
import { utf8, type Bytes } from '../core/bytes.ts';
import { parseJson } from '../core/json.ts';
import { SalusError } from '../core/errors.ts';

export type DoctorProfile = {
  kind: 'doctor';
  name: string;
  qualification: string;
  specialty: string;
  /** year in which practice began, or null */
  since: number | null;
  languages: string[];
  phone: string;
};
export type HospitalProfile = { kind: 'hospital'; name: string; city: string; phone: string };
export type Profile = DoctorProfile | HospitalProfile;

export const PROFILE_FILE = 'profile.json';
export const MAX_PROFILE_BYTES = 64 * 1024;

const phone = (number: string) => (number ? { telecom: [{ system: 'phone' as const, value: number }] } : {});

const doctorResources = (p: DoctorProfile): [Practitioner, PractitionerRole] => [
  {
    resourceType: 'Practitioner',
    name: [{ text: p.name }],
    qualification: [{ code: { text: p.qualification }, ...(p.since ? { period: { start: String(p.since) } } : {}) }],
    communication: p.languages.map((text) => ({ text })),
    ...phone(p.phone),
  },
  { resourceType: 'PractitionerRole', specialty: [{ text: p.specialty }] },
];

const hospitalResource = (p: HospitalProfile): Organization => ({
  resourceType: 'Organization',
  name: p.name,
  ...(p.city ? { address: [{ city: p.city }] } : {}),
  ...phone(p.phone),
});

/** @returns the bytes of `profile.json` @see https://hl7.org/fhir/R4/practitioner.html, organization.html */
export const encodeProfile = (profile: Profile): Bytes => {
  const resources = profile.kind === 'doctor' ? doctorResources(profile) : [hospitalResource(profile)];
  const bundle: Bundle = {
    resourceType: 'Bundle',
    type: 'collection',
    entry: resources.map((resource) => ({ resource })),
  };
  return utf8(JSON.stringify(bundle));
};

const short = (v: unknown, max = 200): string => (typeof v === 'string' ? v.slice(0, max) : '');

/** @throws record/malformed when it is not a Bundle with a Practitioner or an Organization that has a name */
export const parseProfile = (bytes: Bytes): Profile => {
  const bundle = parseJson(bytes, { maxBytes: MAX_PROFILE_BYTES, maxDepth: 16 }) as Bundle;
  const resources = (Array.isArray(bundle?.entry) ? bundle.entry : [])
    .map((e) => e?.resource as Resource | undefined)
    .filter((r): r is Resource => typeof r === 'object' && r !== null);
  const of = <T extends Resource>(type: T['resourceType']) => resources.find((r): r is T => r.resourceType === type);
  const telecom = (r: Practitioner | Organization) => (Array.isArray(r.telecom) ? short(r.telecom[0]?.value, 40) : '');

  const practitioner = of<Practitioner>('Practitioner');
  const name = short(practitioner?.name?.[0]?.text);
  if (practitioner && name) {
    const since = Number(short(practitioner.qualification?.[0]?.period?.start, 4));
    return {
      kind: 'doctor',
      name,
      qualification: short(practitioner.qualification?.[0]?.code?.text),
      specialty: short(of<PractitionerRole>('PractitionerRole')?.specialty?.[0]?.text),
      since: Number.isInteger(since) && since > 1900 && since < 2200 ? since : null,
      languages: (Array.isArray(practitioner.communication) ? practitioner.communication : [])
        .slice(0, 20)
        .map((c) => short(c?.text, 60))
        .filter(Boolean),
      phone: telecom(practitioner),
    };
  }
  const organization = of<Organization>('Organization');
  if (!organization || !short(organization.name)) throw new SalusError('record/malformed', { at: 'profile' });
  const city = Array.isArray(organization.address) ? short(organization.address[0]?.city) : '';
  return { kind: 'hospital', name: short(organization.name), city, phone: telecom(organization) };
};
