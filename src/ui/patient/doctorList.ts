/** What search, filter and order make of the directory. */
import type { DoctorCard } from '../../state/people.svelte.ts';
import { languageName } from '../shared/i18n/format.ts';

/** Orders a person may choose. */
export const ORDERS = ['rating', 'fee', 'experience', 'name'] as const;
export type Order = (typeof ORDERS)[number];
export type Wanted = { query: string; specialty: string; order: Order };

/** Without case and accents, so that “Kovac” finds “Kovač”. */
const folded = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

const profileOf = ({ person }: DoctorCard) => (person.profile?.kind === 'doctor' ? person.profile : null);

/** All that a search looks through: the doctor's own words, languages by their names too, and the hospitals that vouch. */
const textOf = (card: DoctorCard): string => {
  const p = profileOf(card);
  const languages = (p?.languages ?? []).flatMap((tag) => [tag, languageName(tag)]);
  const hospitals = card.hospitals.flatMap(({ person }) => [
    person.name,
    person.profile?.kind === 'hospital' ? person.profile.city : '',
  ]);
  return folded([p?.name, p?.qualification, p?.specialty, ...languages, ...hospitals, card.account.address].join(' '));
};

/** Stars weighed with how many gave them: one five alone does not stand above a hundred of 4.9. */
const weight = ({ account: { rating } }: DoctorCard): number =>
  (rating.sum + PRIOR.count * PRIOR.score) / (rating.count + PRIOR.count);
const PRIOR = { count: 3, score: 3.5 };

const byName = (a: DoctorCard, b: DoctorCard): number =>
  // who has no name comes last
  Number(!a.person.name) - Number(!b.person.name) || (a.person.name ?? '').localeCompare(b.person.name ?? '');

const COMPARE: Record<Order, (a: DoctorCard, b: DoctorCard) => number> = {
  rating: (a, b) => weight(b) - weight(a) || b.account.rating.count - a.account.rating.count,
  fee: (a, b) => (a.account.fee < b.account.fee ? -1 : a.account.fee > b.account.fee ? 1 : 0),
  experience: (a, b) => (profileOf(a)?.since ?? Infinity) - (profileOf(b)?.since ?? Infinity) || 0,
  name: byName,
};

/** The cards that match every word and the specialty, in the wanted order; those who take no patients last. */
export const arranged = (cards: DoctorCard[], { query, specialty, order }: Wanted): DoctorCard[] => {
  const words = folded(query).trim().split(/\s+/).filter(Boolean);
  return cards
    .filter((card) => !specialty || profileOf(card)?.specialty === specialty)
    .filter((card) => words.length === 0 || words.every((word) => textOf(card).includes(word)))
    .toSorted((a, b) => Number(!a.account.open) - Number(!b.account.open) || COMPARE[order](a, b) || byName(a, b));
};
