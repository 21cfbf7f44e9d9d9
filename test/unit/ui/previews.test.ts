/** What is unpacked and what is not: by the bytes of a file, never by what its author calls it. */
import { describe, expect, it } from 'vitest';
import { utf8 } from '../../../src/core/bytes.ts';
import { isShowable, rasterOf } from '../../../src/ui/visit/raster.ts';
import { span, timesOf } from '../../../src/ui/visit/times.ts';
import type { Entry, Visit } from '../../../src/state/types.ts';

const png = (width: number, height: number) => {
  const bytes = new Uint8Array(33);
  bytes.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13]);
  bytes.set(utf8('IHDR'), 12);
  const view = new DataView(bytes.buffer);
  view.setUint32(16, width);
  view.setUint32(20, height);
  return bytes;
};
const bmp = (width: number) => {
  const bytes = new Uint8Array(54);
  bytes.set(utf8('BM'));
  const view = new DataView(bytes.buffer);
  view.setUint32(14, 40, true);
  view.setUint32(18, width, true);
  view.setUint32(22, 3, true);
  return bytes;
};

describe('a picture', () => {
  it('is known by its bytes', () => {
    expect(rasterOf(png(640, 480))).toEqual({ type: 'image/png', width: 640, height: 480 });
    const frame = ',\u0000\u0000\u0000\u0000\u0010\u0000\u0020\u0000\u0000';
    expect(rasterOf(utf8(`GIF89a\u0010\u0000\u0020\u0000\u0000\u0000\u0000${frame}`))).toEqual({
      type: 'image/gif',
      width: 16,
      height: 32,
    });
    expect(rasterOf(bmp(5))).toEqual({ type: 'image/bmp', width: 5, height: 3 });
  });

  it.each([
    '<svg xmlns="http://www.w3.org/2000/svg"/>',
    '<?xml version="1.0"?><svg/>',
    '<!doctype html>',
    '%PDF-1.7',
    '',
  ])('is never made of %j', (text) => {
    expect(rasterOf(utf8(text))).toBeNull();
  });

  it('is not unpacked where it would take gigabytes', () => {
    expect(isShowable(rasterOf(png(6000, 4000))!)).toBe(true);
    expect(isShowable(rasterOf(png(60_000, 60_000))!)).toBe(false);
    expect(isShowable(rasterOf(png(0, 10))!)).toBe(false);
    // a width beyond 16 bits is not shown
    expect(rasterOf(bmp(70_000))).toBeNull();
  });
});

describe('the times of a visit', () => {
  const entry = (event: string, block: number) => ({ event, block }) as Entry;
  const visit = (...history: Entry[]) => ({ history }) as unknown as Visit;
  const DAY = 86_400;

  it('count from completion, then from the dispute', () => {
    const timeOf = (block: number) => block * 1000;
    expect(timesOf(visit(entry('Booked', 1)), timeOf)).toEqual({
      windowEnds: null,
      disputed: null,
      arbiterUntil: null,
      dividedFrom: null,
    });
    expect(timesOf(visit(entry('Completed', 2), entry('Disputed', 5)), timeOf)).toEqual({
      windowEnds: 2000 + 3 * DAY,
      disputed: 5000,
      arbiterUntil: 5000 + 30 * DAY,
      dividedFrom: 5000 + 180 * DAY,
    });
  });

  it('are not known before the node says when a block was', () => {
    expect(timesOf(visit(entry('Completed', 2)), () => null).windowEnds).toBeNull();
  });

  it.each([
    [3 * DAY - 1, '2 days and 23 hours'],
    [DAY, '1 day'],
    [DAY + 3600, '1 day and 1 hour'],
    [7260, '2 hours and 1 minute'],
    [3600, '1 hour'],
    [61, '1 minute'],
    [1, '1 minute'],
  ])('say %i seconds as %s', (seconds, words) => {
    expect(span(seconds)).toBe(words);
  });
});
