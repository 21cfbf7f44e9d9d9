import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { utf8 } from '../../../src/core/bytes.ts';
import {
  appointmentResource,
  medicationRequest,
  readPrescription,
  readVisitRequest,
} from '../../../src/record/fhir.ts';
import { FOLDERS, folderId } from '../../../src/record/folders.ts';
import {
  encodePublished,
  parsePublished,
  type DoctorProfile,
  type HospitalProfile,
  type Profile,
} from '../../../src/record/profile.ts';
import { code } from '../code.ts';

const address = (n: number) => `0x${n.toString(16).padStart(40, '0')}` as const;

describe('FHIR', () => {
  it('keeps a request and the lines of a prescription as they were typed', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 60 });
    fc.assert(
      fc.property(
        fc.record({ medication: text, dose: text, frequency: text, duration: text, note: text }),
        text,
        (line, symptoms) => {
          const m = medicationRequest(1, address(1), address(2), '2026-11-20T10:00:00+00:00', line);
          expect(readPrescription([m])).toEqual([line]);
          const a = appointmentResource(1, address(1), address(2), { symptoms, preferred: '' });
          expect(readVisitRequest([a, m])).toEqual({ symptoms, preferred: '', times: [] });
        },
      ),
    );
  });

  it('reads nothing but text from a stranger’s resource, whatever is there', () => {
    const hostile = { toString: 1, valueOf: 1 };
    const anything = fc.oneof(fc.constant(hostile), fc.anything(), fc.array(fc.constant(hostile)));
    fc.assert(
      fc.property(anything, anything, (a, b) => {
        const m = {
          resourceType: 'MedicationRequest',
          medicationCodeableConcept: a,
          dosageInstruction: [b, a],
          note: b,
        };
        const wild = [
          m,
          { ...m, dosageInstruction: b },
          { resourceType: 'Appointment', description: a, comment: b, requestedPeriod: a },
        ];
        const lines = readPrescription(wild as never);
        const request = readVisitRequest(wild as never);
        const { times, ...words } = request;
        for (const v of [...lines.flatMap(Object.values), ...Object.values(words)]) expect(typeof v).toBe('string');
        for (const { start, end } of times) expect(Date.parse(start)).toBeLessThan(Date.parse(end));
      }),
    );
  });

  it('carries up to three wished times, and takes no other thing for one', () => {
    const wish = (day: number) => ({ start: `2026-12-0${day}T09:00:00+01:00`, end: `2026-12-0${day}T12:00:00+01:00` });
    const asked = { symptoms: '', preferred: 'afternoons', times: [wish(1), wish(2)] };
    expect(readVisitRequest([appointmentResource(1, address(1), address(2), asked)])).toEqual(asked);
    const [first, second] = [wish(3), wish(4)];
    const wild = { resourceType: 'Appointment', requestedPeriod: [first, { ...first, end: 'noon' }, second, wish(5)] };
    expect(readVisitRequest([wild] as never).times).toEqual([first, second]);
    const backwards = {
      resourceType: 'Appointment',
      requestedPeriod: [{ start: first?.end, end: first?.start }, null],
    };
    expect(readVisitRequest([backwards] as never).times).toEqual([]);
  });

  it('names accounts by did:pkh', () => {
    const m = medicationRequest(5, address(1), address(2), '', {
      medication: 'a',
      dose: '',
      frequency: '',
      duration: '',
      note: '',
    });
    expect(m.subject.identifier?.value).toBe(`did:pkh:eip155:5:${address(1)}`);
  });
});

describe('public profiles', () => {
  const doctor: DoctorProfile = {
    kind: 'doctor',
    name: 'Dr. Ana Kovač',
    qualification: 'MD, cardiology',
    specialty: 'Cardiology',
    since: 2009,
    languages: ['English', 'Hrvatski'],
    phone: '+385 1 234',
  };
  const encoded = (profile: Profile) => encodePublished({ profile, photo: null, replies: [] });
  const parsed = (bytes: Uint8Array<ArrayBuffer>) => parsePublished(bytes).profile;
  const hospital: HospitalProfile = { kind: 'hospital', name: 'Sestre Milosrdnice', city: 'Zagreb', phone: '' };

  it('come back as they were published', () => {
    expect(parsed(encoded(doctor))).toEqual(doctor);
    expect(parsed(encoded({ ...doctor, since: null, languages: [] }))).toEqual({
      ...doctor,
      since: null,
      languages: [],
    });
    expect(parsed(encoded(hospital))).toEqual(hospital);
  });

  it('survive wrong types and bound every field', () => {
    const hostile = {
      entry: [
        {
          resource: {
            resourceType: 'Practitioner',
            name: [{ text: 'x'.repeat(9999) }],
            qualification: 7,
            communication: 'all',
            telecom: {},
          },
        },
      ],
    };
    const read = parsed(utf8(JSON.stringify(hostile)));
    expect(read).toEqual({
      kind: 'doctor',
      name: 'x'.repeat(200),
      qualification: '',
      specialty: '',
      since: null,
      languages: [],
      phone: '',
    });
  });

  it.each(['{}', 'null', '[]', '{"entry":[null]}', '{"entry":[{"resource":{"resourceType":"Patient"}}]}', 'not json'])(
    'refuse %s',
    (json) => {
      expect(code(() => parsed(utf8(json)))).toBe('record/malformed');
    },
  );
});

describe('folders', () => {
  it('have distinct 16-byte ids', () => {
    const ids = FOLDERS.map((f) => folderId(f).join());
    expect(new Set(ids).size).toBe(FOLDERS.length);
    expect(folderId('very-restricted')).toHaveLength(16);
  });
});
