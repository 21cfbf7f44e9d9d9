/** What search, filter and order make of the directory. */
import type { Profile } from '../../record/profile.ts';
import type { DoctorCard } from '../../state/people.svelte.ts';
import { languageName } from '../shared/i18n/format.ts';

/** Orders a person may choose. */
export const ORDERS = ['rating', 'fee', 'experience', 'name'] as const;
export type Order = (typeof ORDERS)[number];
export type Wanted = { query: string; specialty: string; order: Order };

/** Without case and accents, so that “Kovac” finds “Kovač”. */
const folded = (text: string): string =>
  (PLAIN.test(text) ? text : text.normalize('NFD').replace(/\p{M}/gu, '')).toLowerCase();
const PLAIN = /^[ -~]*$/;

const profileOf = ({ person }: DoctorCard) => (person.profile?.kind === 'doctor' ? person.profile : null);

/** What was made of each profile, once: a long directory is looked through at every key. */
const texts = new WeakMap<Profile, string>();

/** All of a profile that a search looks through: languages by their names too. */
const textOf = (profile: Profile): string => {
  const known = texts.get(profile);
  if (known !== undefined) return known;
  const words =
    profile.kind === 'doctor'
      ? [profile.qualification, profile.specialty, ...profile.languages.flatMap((tag) => [tag, languageName(tag)])]
      : [profile.city];
  const text = folded([profile.name, ...words].join(' '));
  texts.set(profile, text);
  return text;
};

/** True when each word is in the doctor's own words, in the address, or in those of a hospital that vouches. */
const says = (card: DoctorCard, words: string[]): boolean => {
  const all = [card.account.address as string];
  for (const { profile } of [card.person, ...card.hospitals.map((h) => h.person)])
    if (profile) all.push(textOf(profile));
  return words.every((word) => all.some((text) => text.includes(word)));
};

/** Stars weighed with how many gave them: one five alone does not stand above a hundred of 4.9. */
const weight = ({ account: { rating } }: DoctorCard): number =>
  (rating.sum + PRIOR.count * PRIOR.score) / (rating.count + PRIOR.count);
const PRIOR = { count: 3, score: 3.5 };

/** One for all comparisons: it is made anew for each by `localeCompare`. */
const { compare } = new Intl.Collator();
const byName = (a: DoctorCard, b: DoctorCard): number =>
  // who has no name comes last
  Number(!a.person.name) - Number(!b.person.name) || compare(a.person.name ?? '', b.person.name ?? '');

const COMPARE: Record<Order, (a: DoctorCard, b: DoctorCard) => number> = {
  rating: (a, b) => weight(b) - weight(a) || b.account.rating.count - a.account.rating.count,
  fee: (a, b) => (a.account.fee < b.account.fee ? -1 : a.account.fee > b.account.fee ? 1 : 0),
  experience: (a, b) => (profileOf(a)?.since ?? Infinity) - (profileOf(b)?.since ?? Infinity) || 0,
  name: byName,
};

/** The cards that match every word and the specialty, in the wanted order; those who take no patients last. */
export const arranged = (cards: DoctorCard[], { query, specialty, order }: Wanted): DoctorCard[] => {
  const words = folded(query).trim().split(/\s+/).filter(Boolean);
  return (
    cards
      .filter((card) => !specialty || profileOf(card)?.specialty === specialty)
      // also while nothing is typed: the first key then finds all texts ready
      .filter((card) => says(card, words))
      .toSorted((a, b) => Number(!a.account.open) - Number(!b.account.open) || COMPARE[order](a, b) || byName(a, b))
  );
};
