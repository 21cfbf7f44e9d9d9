/**
 * The patient's card as FHIR R4: Patient, one AllergyIntolerance a substance, an Observation of the blood group. The same resources
 * stand in a record of kind `card` and, as far as the patient ticked them, in a booking. Read from strangers, so every field is bounded.
 */
import type { AllergyIntolerance, Observation, Patient, PatientContact, Resource } from '@medplum/fhirtypes';
import type { Address } from '../core/bytes.ts';
import { accountIdentifier } from './fhir.ts';

/** FHIR administrative-gender; empty when not said. @see https://hl7.org/fhir/R4/valueset-administrative-gender.html */
export const SEXES = ['', 'female', 'male', 'other', 'unknown'] as const;
export type Sex = (typeof SEXES)[number];
/** ABO and Rh(D); empty when not said. */
export const BLOOD_GROUPS = ['', 'O-', 'O+', 'A-', 'A+', 'B-', 'B+', 'AB-', 'AB+'] as const;
export type BloodGroup = (typeof BLOOD_GROUPS)[number];
export type Allergy = { substance: string; reaction: string };
export type EmergencyContact = { name: string; relation: string; phone: string };

/** Empty strings stand for what was not said. `birthDate`: YYYY-MM-DD. `photo`: index of the record's file. */
export type Card = {
  name: string;
  birthDate: string;
  sex: Sex;
  phone: string;
  bloodGroup: BloodGroup;
  allergies: Allergy[];
  contact: EmergencyContact;
  photo: number | null;
};

/** What may be ticked one by one into a booking. */
export const CARD_PARTS = ['name', 'birthDate', 'sex', 'phone', 'bloodGroup', 'allergies', 'contact', 'photo'] as const;
export type CardPart = (typeof CARD_PARTS)[number];

export const MAX_ALLERGIES = 50;
/** characters of any one field */
export const MAX_CARD_TEXT = 200;
const DATE = /^\d{4}-\d\d-\d\d$/;
const PHOTO = /^(\d{1,4})\.age$/;
/** HL7 v2 contact role: emergency contact */
const EMERGENCY = { system: 'http://terminology.hl7.org/CodeSystem/v2-0131', code: 'C' };
const LOINC = 'http://loinc.org';
const ABO_RH = '882-1';

export const emptyCard = (): Card => ({
  name: '',
  birthDate: '',
  sex: '',
  phone: '',
  bloodGroup: '',
  allergies: [],
  contact: { name: '', relation: '', phone: '' },
  photo: null,
});

/** True when the card says something of that part. */
export const says = (card: Card, part: CardPart): boolean => {
  const value = card[part];
  if (part === 'allergies') return card.allergies.some((a) => a.substance);
  if (part === 'contact') return Object.values(card.contact).some(Boolean);
  return part === 'photo' ? value !== null : value !== '';
};

/** @returns the card with only these parts; the rest is empty */
export const partsOf = (card: Card, parts: readonly CardPart[]): Card => {
  const out = emptyCard();
  for (const part of parts) Object.assign(out, { [part]: card[part] });
  return out;
};

/** What is wrong with a card as typed. `allergies`: indexes of those with a reaction to nothing. */
export type CardFaults = {
  empty?: true;
  birthDate?: 'future' | 'past';
  phone?: true;
  contactPhone?: true;
  allergies?: number[];
};

/** Three to fifteen digits (ITU-T E.164), with what people put between them. */
const isPhone = (text: string): boolean => /^\+?[\d\s()./-]+$/.test(text) && /^\d{3,15}$/.test(text.replace(/\D/g, ''));
const badPhone = (text: string): boolean => text.trim() !== '' && !isPhone(text.trim());

/** @param today YYYY-MM-DD @returns nothing when it can be kept; no field is required, but a card that says nothing is none */
export const cardFaults = (card: Card, today: string): CardFaults => {
  const allergies = card.allergies.flatMap((a, i) => (a.reaction.trim() && !a.substance.trim() ? [i] : []));
  return {
    ...(CARD_PARTS.some((p) => says(card, p)) ? {} : { empty: true }),
    ...(card.birthDate > today ? { birthDate: 'future' } : {}),
    ...(card.birthDate && card.birthDate < '1890-01-01' ? { birthDate: 'past' } : {}),
    ...(badPhone(card.phone) ? { phone: true } : {}),
    ...(badPhone(card.contact.phone) ? { contactPhone: true } : {}),
    ...(allergies.length > 0 ? { allergies } : {}),
  };
};

const phoneOf = (value: string) => (value ? { telecom: [{ system: 'phone' as const, value }] } : {});

const contactOf = ({ name, relation, phone }: EmergencyContact): PatientContact => ({
  ...(name ? { name: { text: name } } : {}),
  relationship: [{ coding: [EMERGENCY], ...(relation ? { text: relation } : {}) }],
  ...phoneOf(phone),
});

/** @returns the resources of what the card says, none for what it does not @see https://hl7.org/fhir/R4/patient.html, allergyintolerance.html */
export const cardResources = (chain: number, patient: Address, card: Card): Resource[] => {
  const subject = { identifier: accountIdentifier(chain, patient) };
  const person: Patient = {
    resourceType: 'Patient',
    identifier: [subject.identifier],
    ...(card.name ? { name: [{ text: card.name }] } : {}),
    ...(card.birthDate ? { birthDate: card.birthDate } : {}),
    ...(card.sex ? { gender: card.sex } : {}),
    ...phoneOf(card.phone),
    ...(says(card, 'contact') ? { contact: [contactOf(card.contact)] } : {}),
    ...(card.photo === null ? {} : { photo: [{ url: `${card.photo}.age` }] }),
  };
  const allergies = card.allergies
    .filter((a) => a.substance)
    .map((a): AllergyIntolerance => ({
      resourceType: 'AllergyIntolerance',
      code: { text: a.substance },
      patient: subject,
      ...(a.reaction ? { reaction: [{ manifestation: [{ text: a.reaction }] }] } : {}),
    }));
  const blood: Observation = {
    resourceType: 'Observation',
    status: 'final',
    code: { coding: [{ system: LOINC, code: ABO_RH }], text: 'ABO and Rh group' },
    subject,
    valueString: card.bloodGroup,
  };
  return [person, ...allergies, ...(card.bloodGroup ? [blood] : [])];
};

const short = (v: unknown): string => (typeof v === 'string' ? v.slice(0, MAX_CARD_TEXT) : '');
const fields = (v: unknown): Record<string, unknown> => (typeof v === 'object' && v !== null ? { ...v } : {});
const first = (v: unknown): Record<string, unknown> => (Array.isArray(v) ? fields(v[0]) : {});
const among = <T extends string>(list: readonly T[], v: unknown): T | '' => list.find((x) => x === v) ?? '';

const isBlood = (r: Record<string, unknown>): boolean =>
  r.resourceType === 'Observation' && first(fields(r.code).coding).code === ABO_RH;

/**
 * Reads a card back, from a card or from a booking that parts of it went along with.
 * @returns null where nobody wrote one, so that a booking without a card is told from one with an empty card
 */
export const readCard = (resources: Resource[]): Card | null => {
  const all = resources.map(fields);
  const person = all.find((r) => r.resourceType === 'Patient');
  const allergies = all.filter((r) => r.resourceType === 'AllergyIntolerance').slice(0, MAX_ALLERGIES);
  const blood = all.find(isBlood);
  if (!person && allergies.length === 0 && !blood) return null;
  const contact = first(person?.contact);
  const photo = PHOTO.exec(short(first(person?.photo).url))?.[1];
  const birthDate = short(person?.birthDate);
  return {
    name: short(first(person?.name).text),
    birthDate: DATE.test(birthDate) && !Number.isNaN(Date.parse(birthDate)) ? birthDate : '',
    sex: among(SEXES, person?.gender),
    phone: short(first(person?.telecom).value),
    bloodGroup: among(BLOOD_GROUPS, blood?.valueString),
    allergies: allergies
      .map((a) => ({
        substance: short(fields(a.code).text),
        reaction: short(first(first(a.reaction).manifestation).text),
      }))
      .filter((a) => a.substance),
    contact: {
      name: short(fields(contact.name).text),
      relation: short(first(contact.relationship).text),
      phone: short(first(contact.telecom).value),
    },
    photo: photo === undefined ? null : Number(photo),
  };
};
