/** What a picture is, by its own bytes: the type its author wrote is never asked. */
import type { Bytes } from '../../core/bytes.ts';
import { sniffPhoto } from '../../record/photo.ts';

/** Sides in pixels. */
export type Raster = { type: string; width: number; height: number };

/** Bytes from the start of a file within which a picture says its size. */
export const HEAD = 1 << 20;
/** Pixels. Unpacked, a picture takes four bytes for each: a file of some kilobytes can ask for gigabytes. */
export const MOST_PIXELS = 64_000_000;

const le16 = (b: Bytes, at: number) => (b[at] ?? 0) | ((b[at + 1] ?? 0) << 8);
const text = (b: Bytes, from: number, to: number) => String.fromCharCode(...b.subarray(from, to));

/**
 * Walks to the first frame: decoders widen the screen that a GIF says to have for a first frame that does not fit.
 * @see https://www.w3.org/Graphics/GIF/spec-gif89a.txt §18–24
 */
const gif = (b: Bytes): Raster | null => {
  if (!/^GIF8[79]a$/.test(text(b, 0, 6))) return null;
  const flags = b[10] ?? 0;
  let at = 13 + (flags & 0x80 ? 6 << (flags & 7) : 0);
  while (b[at] === 0x21) {
    at += 2;
    for (let length = b[at]; length; length = b[at]) at += length + 1;
    at++;
  }
  if (b[at] !== 0x2c || at + 9 >= b.length) return null;
  const [left, top, width, height] = [1, 3, 5, 7].map((n) => le16(b, at + n)) as [number, number, number, number];
  return { type: 'image/gif', width: Math.max(le16(b, 6), left + width), height: Math.max(le16(b, 8), top + height) };
};

/** A bottom-up bitmap of Windows; others are not shown. */
const bmp = (b: Bytes): Raster | null =>
  text(b, 0, 2) === 'BM' && le16(b, 14) === 40 && le16(b, 20) === 0 && le16(b, 24) === 0
    ? { type: 'image/bmp', width: le16(b, 18), height: le16(b, 22) }
    : null;

/** @param head the first {@link HEAD} bytes @returns null for anything that is no raster image we show: SVG never is */
export const rasterOf = (head: Bytes): Raster | null => sniffPhoto(head) ?? gif(head) ?? bmp(head);

/** Whether this page unpacks it. */
export const isShowable = ({ width, height }: Raster): boolean =>
  width > 0 && height > 0 && width * height <= MOST_PIXELS;
