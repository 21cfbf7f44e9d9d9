/** Pictures whose size is told to us otherwise than to the program that unpacks them. */
import { describe, expect, it } from 'vitest';
import type { Bytes } from '../../../src/core/bytes.ts';
import { readPhoto, sniffPhoto } from '../../../src/record/photo.ts';
import { isShowable, rasterOf } from '../../../src/ui/visit/raster.ts';

const frame = (width: number, height: number): number[] => [
  ...[0xff, 0xc0, 0, 17, 8, height >> 8, height & 255, width >> 8, width & 255],
  ...[3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0],
];

describe('a JPEG', () => {
  // a decoder reads on right behind these, and finds the huge frame; as segments they would have a length that leaps over it
  it.each([
    ['TEM', 0x01],
    ['a restart', 0xd0],
    ['a restart', 0xd7],
    ['a second beginning', 0xd8],
    ['an end', 0xd9],
    ['a stuffed byte', 0x00],
  ])('is no picture when %s, which has no length, stands before its frame', (_, marker) => {
    const bytes: Bytes = new Uint8Array(100_000);
    bytes.set([0xff, 0xd8, 0xff, marker, ...frame(60_000, 60_000)]);
    // 2 + 0xffc0 behind the length that was never one
    bytes.set(frame(64, 64), 4 + 0xffc0);
    expect(sniffPhoto(bytes)).toBeNull();
    expect(() => readPhoto(bytes)).toThrow();
  });
});

describe('a GIF', () => {
  const gif = (screen: [number, number], first: [number, number, number, number], before: number[] = []): Bytes => {
    const le = (n: number) => [n & 255, n >> 8];
    const head = [...'GIF89a'].map((c) => c.charCodeAt(0));
    // a table of two colours
    const table = [0x80, 0, 0, 0, 0, 0, 255, 255, 255];
    return new Uint8Array([
      ...head,
      ...screen.flatMap(le),
      ...table,
      ...before,
      0x2c,
      ...first.flatMap(le),
      0,
      2,
      0,
      0x3b,
    ]);
  };
  const COMMENT = [0x21, 0xfe, 3, 0x2c, 0x2c, 0x2c, 0];

  it('is as large as its first frame, which decoders widen the screen for', () => {
    expect(rasterOf(gif([10, 20], [0, 0, 10, 20]))).toEqual({ type: 'image/gif', width: 10, height: 20 });
    expect(rasterOf(gif([10, 20], [5, 0, 300, 10], COMMENT))).toEqual({ type: 'image/gif', width: 305, height: 20 });
    const bomb = rasterOf(gif([1, 1], [0, 0, 65_535, 65_535], COMMENT));
    expect(bomb && isShowable(bomb)).toBe(false);
  });

  it('is none without a frame', () => {
    expect(rasterOf(new Uint8Array([...'GIF89a'].map((c) => c.charCodeAt(0))))).toBeNull();
    expect(rasterOf(gif([1, 1], [0, 0, 1, 1], [0x21, 0xfe, 255]))).toBeNull();
  });
});
