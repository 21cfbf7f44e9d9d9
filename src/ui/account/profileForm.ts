/** What the profile forms hold and when they may be sent. */
import type { Photo } from '../../record/photo.ts';
import type { Profile } from '../../record/profile.ts';

/** Fields of both kinds of profile; empty where there is none. */
export type ProfileFields = {
  name: string;
  qualification: string;
  specialty: string[];
  since: number | null;
  languages: string[];
  phone: string;
  city: string;
  /** a doctor's, newly picked; undefined leaves what is published, null takes it away */
  photo?: Photo | null | undefined;
};

/** Language tags offered for a doctor's languages; their names come from `Intl`. */
export const languageTags =
  'en es zh hi ar bn pt ru ja de fr ko tr vi ta it ur te mr fa pl uk nl ro el hu cs sv he th id sw am so fi da nb sr bg hr sq ca'.split(
    ' ',
  );

/** Fields to start from. */
export const fieldsOf = (profile: Profile | null): ProfileFields => ({
  name: profile?.name ?? '',
  qualification: profile?.kind === 'doctor' ? profile.qualification : '',
  specialty: profile?.kind === 'doctor' && profile.specialty ? [profile.specialty] : [],
  since: profile?.kind === 'doctor' ? profile.since : null,
  languages: profile?.kind === 'doctor' ? [...profile.languages] : [],
  phone: profile?.phone ?? '',
  city: profile?.kind === 'hospital' ? profile.city : '',
});

/** The fields that are needed and empty. */
export const missing = (kind: Profile['kind'], fields: ProfileFields): (keyof ProfileFields)[] => {
  const needed: (keyof ProfileFields)[] = kind === 'doctor' ? ['name', 'qualification', 'specialty'] : ['name'];
  return needed.filter((key) => (fields[key] ?? '').toString().trim() === '');
};

/** The profile that the fields describe. */
export const profileOf = (kind: Profile['kind'], f: ProfileFields): Profile =>
  kind === 'doctor'
    ? {
        kind,
        name: f.name.trim(),
        qualification: f.qualification.trim(),
        specialty: (f.specialty[0] ?? '').trim(),
        since: f.since,
        languages: [...f.languages],
        phone: f.phone.trim(),
      }
    : { kind, name: f.name.trim(), city: f.city.trim(), phone: f.phone.trim() };
