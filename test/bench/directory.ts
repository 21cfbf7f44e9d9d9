/** The directory of doctors as the Doctors screen reads and searches it. */
import { everyAccredited } from '../../src/flows/directory.ts';
import type { Account } from '../../src/flows/ports/index.ts';
import type { DoctorProfile } from '../../src/record/profile.ts';
import type { DoctorCard } from '../../src/state/people.svelte.ts';
import { arranged } from '../../src/ui/patient/doctorList.ts';
import type { Cost, Step } from './visit.ts';

/** @property search milliseconds for each query, typed one after the other · @property accounts found */
export type Directory = {
  doctors: number;
  pageSize: number;
  firstPage: Cost;
  all: Cost;
  search: Record<string, number>;
  searchMaxMs: number;
};

/** As the screen asks for the first page. */
const FIRST = 40;
const TYPED = ['k', 'ko', 'kov', 'kovač', 'german', 'cardiology zagreb', '0x', 'nobody at all'];

const NAMES = ['Ana', 'Bo', 'Čedo', 'Zoë', 'Mira', 'Ivan', 'Łucja', 'José'];
const SURNAMES = [
  'Kovač',
  'Lindström',
  'Müller',
  'Okafor',
  'Rossi',
  'Tanaka',
  'Nguyễn',
  'Smith',
  'García',
  'Horvat',
  'Ek',
];
const SPECIALTIES = ['Cardiology', 'Surgery', 'Dermatology', 'Neurology', 'General practice', 'Paediatrics'];
const LANGUAGES = ['de', 'en', 'fr', 'it', 'hr', 'es', 'pl', 'sv'];
const of = (list: string[], n: number): string => list[n % list.length] as string;

const profile = (n: number): DoctorProfile => ({
  kind: 'doctor',
  name: `Dr. ${of(NAMES, n)} ${of(SURNAMES, n)} ${n}`,
  qualification: 'MD, University of Bologna',
  specialty: of(SPECIALTIES, n),
  since: 1970 + (n % 50),
  languages: [of(LANGUAGES, n), of(LANGUAGES, n + 3)],
  phone: '',
});

/** Loaded: each with a profile, vouched for by one hospital. */
const cardsOf = (accounts: Account[]): DoctorCard[] => {
  const hospital = { name: 'KBC', profile: { kind: 'hospital', name: 'KBC', city: 'Zagreb', phone: '' } };
  return accounts.map((account, n) => {
    const person = { name: profile(n).name, profile: profile(n) };
    return { account, person, hospitals: [{ person: hospital }] } as unknown as DoctorCard;
  });
};

/** @param measure runs steps in a fresh visit, several times */
export const directoryCosts = async (measure: (steps: Step[]) => Promise<Cost[]>): Promise<Directory> => {
  let accounts: Account[] = [];
  const first = await measure([(chain) => chain.directory(0n, FIRST)]);
  const all = await measure([async (chain) => (accounts = await everyAccredited(chain))]);
  const cards = cardsOf(accounts.filter((a) => a.role === 'doctor' && a.accredited));
  // what the screen shows before anything is typed
  arranged(cards, { query: '', specialty: '', order: 'rating' });
  const search = Object.fromEntries(
    TYPED.map((query) => {
      const began = performance.now();
      arranged(cards, { query, specialty: '', order: 'rating' });
      return [query, Number((performance.now() - began).toPrecision(3))];
    }),
  );
  return {
    doctors: cards.length,
    pageSize: FIRST,
    firstPage: first[0] as Cost,
    all: all[0] as Cost,
    search,
    searchMaxMs: Math.max(...Object.values(search)),
  };
};
