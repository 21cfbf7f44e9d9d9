import { describe, expect, it } from 'vitest';
import type { DoctorCard } from '../../../src/state/people.svelte.ts';
import { arranged, type Order } from '../../../src/ui/patient/doctorList.ts';

type About = {
  name: string | null;
  specialty?: string;
  since?: number | null;
  languages?: string[];
  fee?: bigint;
  open?: boolean;
  stars?: [count: number, sum: number];
  hospital?: string;
};
const card = ({
  name,
  specialty = 'Cardiology',
  since = null,
  languages = [],
  fee = 1n,
  open = true,
  stars = [0, 0],
  hospital,
}: About) =>
  ({
    account: { address: `0x${name ?? 'nobody'}`, fee, open, rating: { count: stars[0], sum: stars[1] } },
    person: {
      name,
      profile: name && { kind: 'doctor', name, specialty, since, languages, qualification: 'MD', phone: '' },
    },
    hospitals: hospital
      ? [{ person: { name: hospital, profile: { kind: 'hospital', name: hospital, city: 'Bologna' } } }]
      : [],
  }) as unknown as DoctorCard;

const cards = [
  card({ name: 'Zoe Ek', since: 1990, fee: 30n, stars: [1, 5], languages: ['de'] }),
  card({ name: 'Ana Kovač', since: 2015, fee: 10n, stars: [100, 490], specialty: 'Surgery' }),
  card({ name: 'Bo Li', fee: 20n, stars: [40, 80], hospital: 'Ospedale Sant’Anna' }),
  card({ name: null, fee: 5n }),
  card({ name: 'Closed', since: 1980, fee: 1n, stars: [500, 2500], open: false }),
];
const names = (wanted: { query?: string; specialty?: string; order?: Order }) =>
  arranged(cards, { query: '', specialty: '', order: 'rating', ...wanted }).map((c) => c.person.name);

describe('the directory', () => {
  it.each<[Order, (string | null)[]]>([
    // one five alone does not stand above a hundred of 4.9
    ['rating', ['Ana Kovač', 'Zoe Ek', null, 'Bo Li', 'Closed']],
    ['fee', [null, 'Ana Kovač', 'Bo Li', 'Zoe Ek', 'Closed']],
    ['experience', ['Zoe Ek', 'Ana Kovač', 'Bo Li', null, 'Closed']],
    ['name', ['Ana Kovač', 'Bo Li', 'Zoe Ek', null, 'Closed']],
  ])('is ordered by %s, those who take nobody last', (order, expected) => {
    expect(names({ order })).toEqual(expected);
  });

  it.each([
    ['kovac', ['Ana Kovač']],
    ['KOVAČ md', ['Ana Kovač']],
    ['german', ['Zoe Ek']],
    ['sant’anna', ['Bo Li']],
    ['bologna', ['Bo Li']],
    ['0xnobody', [null]],
    ['surgery zoe', []],
    ['constructor', []],
    ['(', []],
  ])('finds by %j', (query, expected) => {
    expect(names({ query })).toEqual(expected);
  });

  it('is filtered by specialty, which may be any word', () => {
    expect(names({ specialty: 'Surgery' })).toEqual(['Ana Kovač']);
    expect(names({ specialty: '__proto__' })).toEqual([]);
  });
});
