import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSalusError } from '../../../src/core/errors.ts';
import {
  accreditationNumber,
  isNumberOf,
  readAccreditationNumber,
  type Vouch,
} from '../../../src/record/accreditation.ts';
import { INVITED, inviteParams, MAX_QUALIFICATION, MAX_SPECIALTY, readInvite } from '../../../src/record/invite.ts';
import { findRoute, href } from '../../../src/ui/shell/routes.ts';
import { FakeWorld, person } from '../../fakes/chain.ts';

const world = new FakeWorld();
const network = { chainId: world.chainId, contract: world.contract };
const hospital = person('hospital a').account;
const invite = { hospital, role: 'nurse', qualification: 'BSc Nursing', specialty: 'Intensive care' } as const;

const whyOf = (params: Parameters<typeof readInvite>[1]): unknown => {
  try {
    readInvite(network, params);
  } catch (error) {
    if (isSalusError(error, 'input/invalid')) return error.details.why;
    throw error;
  }
  return null;
};

describe('an invitation', () => {
  it('comes out of its link as it went in, for every role', () => {
    for (const role of INVITED) {
      const made = { ...invite, role };
      const back = readInvite(network, inviteParams(network, made));
      expect(back).toEqual(role === 'patient' ? { ...made, qualification: '', specialty: '' } : made);
    }
  });

  it('comes through the address bar unharmed', () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 60, unit: 'grapheme' }),
        fc.string({ maxLength: 60 }),
        (qualification, specialty) => {
          const params = inviteParams(network, { ...invite, qualification, specialty });
          const found = findRoute(href('join', params).slice(1));
          expect(found?.name).toBe('join');
          expect(readInvite(network, found?.params as typeof params)).toEqual(readInvite(network, params));
        },
      ),
    );
  });

  it('says nothing more than role, hospital and what the form begins with', () => {
    const link = href('join', inviteParams(network, invite));
    expect(link).toMatch(/^#\/join\/nurse\/salus1[0-9a-z]+\/q%3D/);
    expect(href('join', inviteParams(network, { ...invite, role: 'patient' }))).toMatch(/\/-$/);
  });

  it.each([
    ['another role', { role: 'director' }, 'role'],
    ['a role of the prototype', { role: 'constructor' }, 'role'],
    ['no role', { role: '' }, 'role'],
    [
      'a code with a wrong character',
      { hospital: inviteParams(network, invite).hospital.replace(/.$/, 'q') + 'q' },
      'mistyped',
    ],
    ['an address instead of a code', { hospital }, 'mistyped'],
    ['another network', { hospital: inviteParams({ ...network, chainId: 1 }, invite).hospital }, 'other-network'],
    ['a flood', { about: 'q='.padEnd(100_000, 'x') }, 'too-long'],
    ['a flood in the code', { hospital: 'salus1'.padEnd(100_000, 'q') }, 'too-long'],
  ])('of %s is refused', (_, change, why) => {
    expect(whyOf({ ...inviteParams(network, invite), ...change })).toBe(why);
  });

  it('of a stranger is cut, and taken as text', () => {
    const about = new URLSearchParams({
      q: 'M\u202eD\u0000 <script>'.padEnd(MAX_QUALIFICATION + 20, 'x'),
      s: 'a\nb',
      fee: '0',
      __proto__: 'x',
    }).toString();
    const read = readInvite(network, { ...inviteParams(network, invite), about });
    expect([...read.qualification]).toHaveLength(MAX_QUALIFICATION);
    expect(read.qualification).toMatch(/^MD <script>x+…$/);
    expect(read.specialty).toBe('a b');
    expect(Object.keys(read).sort()).toEqual(['hospital', 'qualification', 'role', 'specialty']);
    expect(read.specialty.length).toBeLessThanOrEqual(MAX_SPECIALTY);
    expect(readInvite(network, { ...inviteParams(network, invite), about: '%%%&&&==' })).toMatchObject({
      qualification: '',
    });
  });
});

describe('an accreditation number', () => {
  const vouch: Vouch = { hospital: 2, block: 19_422_871, account: person('doctor').account };

  it('is read back, however it was typed', () => {
    const number = accreditationNumber(network, vouch);
    expect(number).toMatch(/^H2-19422871-[0-9A-HJKMNP-TV-Z]{4}$/);
    for (const typed of [
      number,
      number.toLowerCase(),
      ` ${number.replaceAll('-', ' – ')} `,
      number.replaceAll('-', '.'),
    ]) {
      const read = readAccreditationNumber(typed);
      expect(read && isNumberOf(network, read, vouch)).toBe(true);
    }
  });

  it('is another for another account, hospital, block or network', () => {
    const numbers = [
      accreditationNumber(network, vouch),
      accreditationNumber(network, { ...vouch, account: person('other').account }),
      accreditationNumber(network, { ...vouch, hospital: 3 }),
      accreditationNumber(network, { ...vouch, block: vouch.block + 1 }),
      accreditationNumber({ ...network, chainId: 1 }, vouch),
    ];
    expect(new Set(numbers.map((n) => n.split('-').at(-1))).size).toBe(5);
    const read = readAccreditationNumber(numbers[0] as string)!;
    expect(isNumberOf(network, read, { ...vouch, account: person('other').account })).toBe(false);
  });

  it.each([
    '',
    'SLS-0000-0000-0000-0000',
    'H256-1-ABCD',
    'H1-99999999999999-ABCD',
    'H1-1-ABCU',
    'H1-1-ABC',
    'H-1-ABCD',
    'x'.repeat(1000),
  ])('is not %j', (typed) => expect(readAccreditationNumber(typed)).toBeNull());
});
