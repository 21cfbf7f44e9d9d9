/**
 * Public profiles: what a doctor or a hospital publishes on purpose. FHIR resources in a Bundle, in a public UnixFS directory
 * as `profile.json`, with a doctor's photo beside it. A doctor's answers to reviews are in the same Bundle. Read from strangers,
 * so every field is bounded and none is trusted for anything but showing.
 */
import type { Attachment, Bundle, Organization, Practitioner, PractitionerRole, Resource } from '@medplum/fhirtypes';
import { utf8, type Bytes } from '../core/bytes.ts';
import { parseJson } from '../core/json.ts';
import { SalusError } from '../core/errors.ts';
import { plainLine } from '../core/plainText.ts';
import { photoName, photoTypeOf, type PhotoType } from './photo.ts';
import { readReply, replyResource, type Reply } from './review.ts';

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
/** All that one directory says. `photo`: of what type the file beside is said to be · `replies`: at most one for each review */
export type Published = { profile: Profile; photo: PhotoType | null; replies: Reply[] };

export const PROFILE_FILE = 'profile.json';
/** Room for some hundred answers; what a stranger can make a reader fetch. */
export const MAX_PROFILE_BYTES = 256 * 1024;
const MAX_RESOURCES = 2000;

const phone = (number: string) => (number ? { telecom: [{ system: 'phone' as const, value: number }] } : {});

const photo = (type: PhotoType | null): { photo?: Attachment[] } =>
  type ? { photo: [{ contentType: type, url: photoName(type) }] } : {};

const doctorResources = (p: DoctorProfile, picture: PhotoType | null): [Practitioner, PractitionerRole] => [
  {
    resourceType: 'Practitioner',
    name: [{ text: p.name }],
    ...photo(picture),
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

/**
 * @returns the bytes of `profile.json`
 * @throws input/too-large when there are more answers than {@link MAX_PROFILE_BYTES} hold
 * @see https://hl7.org/fhir/R4/practitioner.html, organization.html, communication.html
 */
export const encodePublished = ({ profile, photo: picture, replies }: Published): Bytes => {
  const face = profile.kind === 'doctor' ? doctorResources(profile, picture) : [hospitalResource(profile)];
  const bundle: Bundle = {
    resourceType: 'Bundle',
    type: 'collection',
    entry: [...face, ...replies.map(replyResource)].map((resource) => ({ resource })),
  };
  const bytes = utf8(JSON.stringify(bundle));
  if (bytes.length > MAX_PROFILE_BYTES) throw new SalusError('input/too-large', { limit: MAX_PROFILE_BYTES });
  return bytes;
};

const short = (v: unknown, max = 200): string => (typeof v === 'string' ? plainLine(v.slice(0, max)) : '');

/**
 * What the bytes say: profile, photo and answers.
 * @throws record/malformed when it is not a Bundle with a Practitioner or an Organization that has a name
 */
export const parsePublished = (bytes: Bytes): Published => {
  const resources = resourcesOf(bytes);
  const profile = profileIn(resources);
  const replies = new Map<string, Reply>();
  for (const resource of resources) {
    const reply = resource.resourceType === 'Communication' ? readReply(resource) : null;
    if (reply) replies.set(reply.review, reply);
  }
  const practitioner = resources.find((r): r is Practitioner => r.resourceType === 'Practitioner');
  const url = Array.isArray(practitioner?.photo) ? practitioner.photo[0]?.url : null;
  return { profile, photo: profile.kind === 'doctor' ? photoTypeOf(url) : null, replies: [...replies.values()] };
};

const resourcesOf = (bytes: Bytes): Resource[] => {
  const bundle = parseJson(bytes, { maxBytes: MAX_PROFILE_BYTES, maxDepth: 16 }) as Bundle | null;
  return (Array.isArray(bundle?.entry) ? bundle.entry : [])
    .slice(0, MAX_RESOURCES)
    .map((e) => e?.resource as Resource | undefined)
    .filter((r): r is Resource => typeof r === 'object' && r !== null);
};

const profileIn = (resources: Resource[]): Profile => {
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
