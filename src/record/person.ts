/** Who a patient is, as far as a doctor's lists need it: name, birth date and sex out of the sealed card. */
import type { Resource } from '@medplum/fhirtypes';
import { shortLine } from '../core/plainText.ts';
import { readCard, type Card } from './card.ts';

/** Empty strings for what was not said; `birthDate`: YYYY-MM-DD. */
export type PersonFacts = Pick<Card, 'name' | 'birthDate' | 'sex'>;

const MAX_NAME = 120;
const DATE = /^(\d{4})-(\d\d)-(\d\d)$/;

/** @returns what the patient let go along with a booking, fit for a line in a list */
export const readPerson = (resources: Resource[]): PersonFacts => {
  const card = readCard(resources);
  return { name: shortLine(card?.name ?? '', MAX_NAME), birthDate: card?.birthDate ?? '', sex: card?.sex ?? '' };
};

/** Full years lived. @param birthDate YYYY-MM-DD @param now Unix seconds @returns null when it is not known or not believable */
export const ageAt = (birthDate: string, now: number): number | null => {
  const [, year, month, day] = (DATE.exec(birthDate) ?? []).map(Number);
  if (year === undefined || month === undefined || day === undefined) return null;
  const today = new Date(now * 1000);
  const had = today.getMonth() + 1 > month || (today.getMonth() + 1 === month && today.getDate() >= day);
  const age = today.getFullYear() - year - (had ? 0 : 1);
  return age >= 0 && age < 130 ? age : null;
};
