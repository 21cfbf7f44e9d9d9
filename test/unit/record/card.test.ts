import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { appointmentResource } from '../../../src/record/fhir.ts';
import {
  BLOOD_GROUPS,
  CARD_PARTS,
  cardFaults,
  cardResources,
  emptyCard,
  MAX_ALLERGIES,
  MAX_CARD_TEXT,
  partsOf,
  readCard,
  says,
  SEXES,
  type Card,
} from '../../../src/record/card.ts';

const address = (n: number) => `0x${n.toString(16).padStart(40, '0')}` as const;
const text = fc.string({ unit: 'grapheme', maxLength: 60 });
const some = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 });
const day = fc.date({ min: new Date('1900-01-01'), max: new Date('2026-01-01'), noInvalidDate: true });
const anyCard: fc.Arbitrary<Card> = fc.record({
  name: text,
  birthDate: fc.oneof(
    fc.constant(''),
    day.map((d) => d.toISOString().slice(0, 10)),
  ),
  sex: fc.constantFrom(...SEXES),
  phone: text,
  bloodGroup: fc.constantFrom(...BLOOD_GROUPS),
  allergies: fc.array(fc.record({ substance: some, reaction: text }), { maxLength: 5 }),
  contact: fc.record({ name: text, relation: text, phone: text }),
  photo: fc.option(fc.nat(1023)),
});
const resources = (card: Card) => cardResources(31337, address(1), card);

describe('the card as FHIR', () => {
  it('comes back as it was typed, alone or inside a booking', () => {
    fc.assert(
      fc.property(anyCard, (card) => {
        expect(readCard(resources(card))).toEqual(card);
        const request = appointmentResource(1, address(1), address(2), { symptoms: 'x', preferred: '' });
        expect(readCard([request, ...resources(card)])).toEqual(card);
      }),
    );
  });

  it('of a booking without one is null, of an empty one is empty', () => {
    expect(readCard([appointmentResource(1, address(1), address(2), { symptoms: 'x', preferred: '' })])).toBeNull();
    expect(readCard(resources(emptyCard()))).toEqual(emptyCard());
  });

  it('says nothing that was not ticked', () => {
    fc.assert(
      fc.property(anyCard, fc.subarray([...CARD_PARTS]), (card, parts) => {
        const read = readCard(resources(partsOf(card, parts))) as Card;
        for (const part of CARD_PARTS) expect(says(read, part)).toBe(parts.includes(part) && says(card, part));
      }),
    );
  });

  it('names the standards: LOINC for the blood group, HL7 for the emergency contact', () => {
    const written = JSON.stringify(
      resources({ ...emptyCard(), bloodGroup: 'AB-', contact: { name: 'Ana', relation: '', phone: '' } }),
    );
    expect(written).toContain('"system":"http://loinc.org","code":"882-1"');
    expect(written).toContain('v2-0131","code":"C"');
  });
});

describe('a card as typed', () => {
  const faults = (over: Partial<Card>) => cardFaults({ ...emptyCard(), name: 'Ana', ...over }, '2026-11-20');

  it('requires no field, but says something', () => {
    expect(faults({})).toEqual({});
    expect(faults({ name: '' })).toEqual({ empty: true });
    expect(faults({ name: '', photo: 0 })).toEqual({});
  });

  it('has a birth date in the past, of somebody who may be alive', () => {
    expect(faults({ birthDate: '2026-11-20' })).toEqual({});
    expect(faults({ birthDate: '2026-11-21' })).toEqual({ birthDate: 'future' });
    expect(faults({ birthDate: '1066-10-14' })).toEqual({ birthDate: 'past' });
  });

  it('has phone numbers that could be dialled', () => {
    for (const phone of ['112', '+385 1 2345-678', '(01) 234 567', '01/234.567']) expect(faults({ phone })).toEqual({});
    for (const phone of ['call me', '12', '1234567890123456', '+-+', '++385 1 234'])
      expect(faults({ phone })).toEqual({ phone: true });
    expect(faults({ contact: { name: '', relation: '', phone: 'x' } })).toEqual({ contactPhone: true });
  });

  it('names what a reaction is to', () => {
    const allergies = [
      { substance: 'nuts', reaction: '' },
      { substance: ' ', reaction: 'rash' },
      { substance: '', reaction: '' },
    ];
    expect(faults({ allergies })).toEqual({ allergies: [1] });
  });
});

describe('a hostile card', () => {
  it('reads as text and bounded lists, whatever stands there', () => {
    const nasty = fc.oneof(
      fc.constant({ toString: 1, valueOf: 1 }),
      fc.constant('<img src=x onerror=alert(1)>'),
      fc.constant('x'.repeat(5000)),
      fc.anything(),
      fc.array(fc.anything(), { maxLength: 3 }),
      fc.constant([{ text: 'x'.repeat(5000), telecom: [{ value: {} }], name: { text: 7 } }]),
    );
    fc.assert(
      fc.property(nasty, nasty, nasty, (a, b, c) => {
        const wild = [
          { resourceType: 'Patient', name: a, birthDate: b, gender: c, telecom: a, contact: b, photo: c },
          { resourceType: 'AllergyIntolerance', code: a, reaction: b },
          { resourceType: 'Observation', code: { coding: [{ code: '882-1' }] }, valueString: c },
          { resourceType: 'Observation', code: a, valueString: b },
        ];
        const card = readCard(wild as never) as Card;
        expect(Object.keys(card).sort()).toEqual(Object.keys(emptyCard()).sort());
        const words = [
          card.name,
          card.phone,
          card.birthDate,
          ...Object.values(card.contact),
          ...card.allergies.flatMap(Object.values),
        ];
        for (const word of words) {
          expect(typeof word).toBe('string');
          expect((word as string).length).toBeLessThanOrEqual(MAX_CARD_TEXT);
        }
        expect(SEXES).toContain(card.sex);
        expect(BLOOD_GROUPS).toContain(card.bloodGroup);
        expect(card.photo === null || Number.isInteger(card.photo)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('cannot bury the screen in allergies, nor give a date that is none', () => {
    const many = Array(5000).fill({ resourceType: 'AllergyIntolerance', code: { text: 'dust' } });
    expect(readCard(many as never)?.allergies).toHaveLength(MAX_ALLERGIES);
    for (const birthDate of ['2026-99-99', 'tomorrow', '1980', '1980-01-01T00:00:00Z'])
      expect(readCard([{ resourceType: 'Patient', birthDate }])?.birthDate).toBe('');
  });

  it.each(['../../etc', '1.age/../0.age', 'https://example.org/0.age', '99999.age'])(
    'a photo at %s is no photo: only a file of the record itself is',
    (url) => {
      expect(readCard([{ resourceType: 'Patient', photo: [{ url }] }])?.photo).toBeNull();
    },
  );
});
