/** How a doctor's lists call a patient. */
import type { Glimpse } from '../../state/types.ts';
import type { PatientsState } from '../../state/patients.svelte.ts';
import type { Address } from '../../core/bytes.ts';
import { ageAt, type PersonFacts } from '../../record/person.ts';
import { shortHex } from '../shared/i18n/format.ts';
import { t } from '../shared/i18n/index.ts';
import { wishText } from '../records/wishText.ts';

/** The name on the card, else "Patient 0x…". */
export const patientName = (patients: PatientsState, address: Address): string =>
  patients.nameOf(address) ?? t('queue.patient', { address: shortHex(address) });

/** "34 years · female"; empty where neither is known. @param now Unix seconds */
export const factsLine = (facts: PersonFacts | null, now: number): string => {
  const age = facts ? ageAt(facts.birthDate, now) : null;
  return [
    age === null ? '' : t('patients.years', { count: age }),
    facts && facts.sex !== '' && facts.sex !== 'unknown' ? t(`patients.sex.${facts.sex}`) : '',
  ]
    .filter(Boolean)
    .join(' · ');
};

/** The wished times, then the words beside them; empty where none were wished. */
export const wishLine = ({ times, preferred }: Pick<Glimpse, 'times' | 'preferred'>): string =>
  [...times.map(wishText), preferred].filter(Boolean).join(' · ');

/** Every word typed is somewhere in the text, whatever the case or accents. */
export const matches = (typed: string, text: string): boolean => {
  const plain = (s: string) => s.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  const all = plain(text);
  return plain(typed)
    .split(/\s+/)
    .every((word) => all.includes(word));
};
