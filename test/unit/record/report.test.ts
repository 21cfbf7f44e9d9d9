import { describe, expect, it } from 'vitest';
import type { Resource } from '@medplum/fhirtypes';
import { toBase64, utf8 } from '../../../src/core/bytes.ts';
import { shortLine } from '../../../src/core/plainText.ts';
import { ageAt } from '../../../src/record/person.ts';
import { readReport, REPORT_KINDS, reportResource } from '../../../src/record/report.ts';
import { isBlankNote, readVisitNote, visitNoteResource } from '../../../src/record/visitNote.ts';

const about = { patient: { value: 'p' }, author: { value: 'd' }, written: '2026-11-20T10:00:00+01:00' };
const strange = (resource: unknown) => [resource as Resource];

describe('a report', () => {
  it.each(REPORT_KINDS)('of kind %s reads as it was written', (kind) => {
    const report = { kind, title: 'Čitav nalaz', words: 'two\nlines' };
    expect(readReport([reportResource(report, about, [])])).toEqual(report);
    expect(readReport([reportResource({ ...report, words: '' }, about, [])]).words).toBe('');
  });

  it('of findings is a DiagnosticReport, of anything else a DocumentReference that lists its files', () => {
    const file = { cid: '', size: 3, sealedSize: 0, sha256: '', name: 'x.pdf', type: 'application/pdf' };
    const of = (kind: 'laboratory' | 'letter') => reportResource({ kind, title: 't', words: '' }, about, [file]);
    expect(of('laboratory').resourceType).toBe('DiagnosticReport');
    expect(of('letter')).toMatchObject({
      resourceType: 'DocumentReference',
      content: [{ attachment: { contentType: 'application/pdf', title: 'x.pdf', size: 3 } }],
    });
  });

  it('of a stranger gives text and nothing else', () => {
    const none = { kind: 'other', title: '', words: '' };
    expect(readReport([])).toEqual(none);
    for (const odd of [
      { resourceType: 'DocumentReference', type: 7, content: 'x' },
      {
        resourceType: 'DocumentReference',
        content: [null, { attachment: { contentType: 'text/plain', data: '%%%' } }],
      },
      {
        resourceType: 'DocumentReference',
        content: [{ attachment: { contentType: 'text/plain', data: toBase64(Uint8Array.of(0xff)) } }],
      },
      {
        resourceType: 'DocumentReference',
        content: [{ attachment: { contentType: 'text/plain', data: 'A'.repeat(1_400_001) } }],
      },
      { resourceType: 'DiagnosticReport', code: { coding: 'x', text: {} }, conclusion: ['x'] },
    ])
      expect(readReport(strange(odd))).toEqual(none);
    const html = {
      resourceType: 'DocumentReference',
      content: [{ attachment: { contentType: 'text/html', data: toBase64(utf8('<b>')) } }],
    };
    expect(readReport(strange(html)).words).toBe('');
  });
});

describe('a time and place', () => {
  it('reads as it was written, blank parts left out', () => {
    const note = { when: 'Monday', where: 'Room 4', words: 'fasting' };
    expect(readVisitNote([visitNoteResource(1, '0x01', '0x02', note)])).toEqual(note);
    const blank = { when: ' ', where: '', words: '' };
    expect([isBlankNote(blank), isBlankNote(note)]).toEqual([true, false]);
    expect(readVisitNote([visitNoteResource(1, '0x01', '0x02', blank)])).toEqual({ when: '', where: '', words: '' });
    expect(
      readVisitNote(
        strange({ resourceType: 'Appointment', participant: [{ actor: { type: 'Location', display: 3 } }, 4] }),
      ),
    ).toEqual({
      when: '',
      where: '',
      words: '',
    });
  });
});

describe('a line about a person', () => {
  it('has one line, no overrides of direction, and an end', () => {
    expect(shortLine(' a\u202eb\n\tc\u0000d ', 20)).toBe('ab cd');
    expect(shortLine('می\u200cخواهم', 20)).toBe('می\u200cخواهم');
    expect(shortLine('x'.repeat(50), 10)).toBe(`${'x'.repeat(9)}…`);
    expect(shortLine('👩‍⚕️', 10)).not.toContain('\ufffd');
  });

  it('counts years that are full', () => {
    const at = (iso: string) => Date.parse(iso) / 1000;
    expect(ageAt('1990-05-04', at('2026-05-03T12:00:00'))).toBe(35);
    expect(ageAt('1990-05-04', at('2026-05-04T12:00:00'))).toBe(36);
    expect(['', '1990', '2030-01-01', '1800-01-01'].map((d) => ageAt(d, at('2026-05-04T12:00:00')))).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });
});
