import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DOCUMENT_FOLDERS, documentResource, readDocument } from '../../../src/record/document.ts';

const account = `0x${'1'.repeat(40)}` as const;
const text = fc.string({ unit: 'grapheme', maxLength: 60 });

describe('a document as FHIR', () => {
  it('comes back as it was written, and points to its files by their place', () => {
    const fields = fc.record({
      title: text,
      note: text,
      date: fc.constantFrom('', '2026-02-28', '1999-12-31'),
      folder: fc.constantFrom(...DOCUMENT_FOLDERS),
    });
    fc.assert(
      fc.property(fields, (written) => {
        const { title: _, ...rest } = written;
        expect(readDocument([documentResource(1, account, written, [])])).toEqual(rest);
      }),
    );
    const file = { name: 'a.pdf', type: 'application/pdf', size: 3 };
    const { content } = documentResource(1, account, { title: 't', note: '', date: '', folder: 'labs' }, [file, file]);
    expect(content.map((c) => c.attachment.url)).toEqual(['0.age', '1.age']);
  });

  it('of a stranger gives bounded text and a folder that there is, whatever stands there', () => {
    const nasty = fc.oneof(fc.anything(), fc.constant('x'.repeat(99_999)), fc.constant([{ text: {} }]));
    fc.assert(
      fc.property(nasty, nasty, nasty, (description, category, context) => {
        const read = readDocument([{ resourceType: 'DocumentReference', description, category, context } as never]);
        expect(read?.note.length).toBeLessThanOrEqual(8000);
        expect(DOCUMENT_FOLDERS).toContain(read?.folder);
        expect(read?.date === '' || !Number.isNaN(Date.parse(read?.date ?? ''))).toBe(true);
      }),
    );
    expect(readDocument([])).toBeNull();
  });
});
