import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readVisitRequest, appointmentResource } from '../../../src/record/fhir.ts';
import { matches, wordsOf } from '../../../src/record/search.ts';
import type { Manifest } from '../../../src/record/manifest.ts';
import { typedOf, wishesOf, wishFault, type TypedWish } from '../../../src/ui/patient/wishes.ts';
import { hexDump } from '../../../src/ui/records/hexDump.ts';

const account = `0x${'1'.repeat(40)}` as const;
const two = (n: number) => String(n).padStart(2, '0');
const time = fc.tuple(fc.nat(23), fc.nat(59)).map(([h, m]) => `${two(h)}:${two(m)}`);
const day = fc
  .date({ min: new Date('2026-01-01'), max: new Date('2030-12-30'), noInvalidDate: true })
  .map((d) => d.toISOString().slice(0, 10));

describe('wished times', () => {
  it('go into the booking and back as they were filled in, summer time or not', () => {
    fc.assert(
      fc.property(day, time, time, (on, from, until) => {
        fc.pre(from < until);
        const typed: TypedWish = { day: on, from, until };
        const times = wishesOf([typed]);
        expect(times.map(typedOf)).toEqual([typed]);
        const read = readVisitRequest([
          appointmentResource(1, account, account, { symptoms: '', preferred: '', times }),
        ]);
        // an hour that the clocks leave out is no time at all
        expect([[], times]).toContainEqual(read.times);
        if (from !== '02:00') expect(Date.parse(times[0]!.start)).toBeLessThanOrEqual(Date.parse(times[0]!.end));
      }),
    );
  });

  it('are held back while they cannot be meant', () => {
    const fault = (over: Partial<TypedWish>) =>
      wishFault({ day: '2026-12-01', from: '09:00', until: '12:00', ...over }, '2026-11-20');
    expect(fault({})).toBeNull();
    expect(fault({ day: '' })).toBe('incomplete');
    expect(fault({ from: '' })).toBe('incomplete');
    expect(fault({ day: '2026-11-19' })).toBe('past');
    expect(fault({ until: '09:00' })).toBe('order');
    expect(wishesOf([{ day: '', from: '09:00', until: '12:00' }])).toEqual([]);
  });
});

describe('search', () => {
  const manifest = (over: Partial<Manifest>) =>
    ({ title: '', files: [], keywords: [], resources: [], ...over }) as never;

  it('finds every word, without regard to case or accents', () => {
    const words = wordsOf(manifest({ title: 'Nalaz dr. Kovač', files: [{ name: 'Röntgen.PDF' }] as never }));
    for (const typed of ['kovac', 'KOVAČ nalaz', 'rontgen', '  pdf  ']) expect(matches(typed, words), typed).toBe(true);
    expect(matches('kovac mri', words)).toBe(false);
  });

  it('keeps a bounded amount, whatever a stranger wrote', () => {
    expect(wordsOf(manifest({ keywords: Array(200).fill('x'.repeat(200)) })).length).toBeLessThanOrEqual(4000);
    expect(() =>
      fc.assert(
        fc.property(
          fc.array(fc.anything()),
          (wild) =>
            void wordsOf(manifest({ resources: wild.filter((w) => typeof w === 'object' && w !== null) as never })),
        ),
      ),
    ).not.toThrow();
  });
});

it('bytes are shown sixteen a row, and only printable ones as letters', () => {
  const rows = hexDump(Uint8Array.from([...'age-encryption.org/v1\n'].map((c) => c.charCodeAt(0))));
  expect(rows.map((r) => [r.at, r.text])).toEqual([
    ['0000', 'age-encryption.o'],
    ['0010', 'rg/v1.'],
  ]);
  expect(rows[0]?.hex).toBe('61 67 65 2d 65 6e 63 72 79 70 74 69 6f 6e 2e 6f');
  expect(rows[1]?.hex.length).toBe(47);
});
