import { describe, expect, it } from 'vitest';
import { plainLine } from '../../../src/core/plainText.ts';
import type { Visit } from '../../../src/state/types.ts';
import { stagePlan } from '../../../src/ui/act/plan.ts';
import { fieldsOf, missing, profileOf } from '../../../src/ui/account/profileForm.ts';
import { momentsOf } from '../../../src/ui/visit/moments.ts';

describe('the stages of an act', () => {
  it('are foreseen, and take in what was not', () => {
    expect(stagePlan('accept', [])).toEqual(['prepare', 'wallet', 'sent', 'confirmed', 'verified']);
    expect(stagePlan('decline', ['encrypt', 'store'])).toEqual([
      'prepare',
      'encrypt',
      'store',
      'wallet',
      'sent',
      'confirmed',
      'verified',
    ]);
    expect(stagePlan('unlock', ['wallet', 'prepare'])).toEqual([]);
  });
});

describe('a profile form', () => {
  const doctor = {
    name: ' Dr. A ',
    qualification: 'MD',
    specialty: ['Cardiology'],
    since: 2001,
    languages: ['de'],
    phone: '',
    city: '',
  };

  it('gives back the profile it was made of', () => {
    const profile = profileOf('doctor', doctor);
    expect(profile).toMatchObject({ kind: 'doctor', name: 'Dr. A', specialty: 'Cardiology' });
    expect(profileOf('doctor', fieldsOf(profile))).toEqual(profile);
  });

  it('says what is missing', () => {
    expect(missing('doctor', fieldsOf(null))).toEqual(['name', 'qualification', 'specialty']);
    expect(missing('hospital', { ...doctor, name: '  ' })).toEqual(['name']);
    expect(missing('doctor', doctor)).toEqual([]);
  });
});

describe('a file’s name', () => {
  it('loses what overrides its direction, not its letters', () => {
    expect(plainLine('invoice\u202Egpj.exe')).toBe('invoicegpj.exe');
    expect(plainLine('تقرير طبي.pdf')).toBe('تقرير طبي.pdf');
  });
});

describe('a visit’s moments', () => {
  const entry = (event: string, block: number) => ({ event, block, logIndex: 0, tx: `0x${block}` as const });
  const visit = { status: 'accepted', history: [entry('Booked', 1), entry('Accepted', 2)] } as unknown as Visit;

  it('are what happened, then what is to come', () => {
    const moments = momentsOf(visit, (block) => block * 10);
    expect(moments.map((m) => m.state)).toEqual(['done', 'done', 'now', 'next']);
    expect(moments[1]?.unix).toBe(20);
    expect(momentsOf({ ...visit, status: 'paid' }, () => null)).toHaveLength(2);
  });

  it('keep an event they do not know', () => {
    const strange = momentsOf({ ...visit, history: [entry('toString', 3)] as never }, () => null);
    expect(strange[0]?.title).toBe('toString');
  });
});
