/**
 * A profile's photo: a published file beside `profile.json`. Read from strangers, so its bytes decide what it is, never its name,
 * and a picture that would unpack to gigabytes is refused before anything decodes it.
 */
import type { Bytes } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';

export const PHOTO_TYPES = ['image/webp', 'image/jpeg', 'image/png'] as const;
export type PhotoType = (typeof PHOTO_TYPES)[number];
export type Photo = { type: PhotoType; body: Bytes };

export const MAX_PHOTO_BYTES = 512 * 1024;
/** Pixels of either side. */
export const MAX_PHOTO_SIDE = 2048;

const NAMES: Record<PhotoType, string> = {
  'image/webp': 'photo.webp',
  'image/jpeg': 'photo.jpg',
  'image/png': 'photo.png',
};

/** The name of the file in the profile's directory. */
export const photoName = (type: PhotoType): string => NAMES[type];
/** @returns the type that a name stands for, null unless it is one of the three */
export const photoTypeOf = (name: unknown): PhotoType | null =>
  PHOTO_TYPES.find((type) => NAMES[type] === name) ?? null;

type Size = { type: PhotoType; width: number; height: number };
const ascii = (b: Bytes, at: number, text: string) => [...text].every((c, i) => b[at + i] === c.charCodeAt(0));
const be16 = (b: Bytes, at: number) => ((b[at] ?? 0) << 8) | (b[at + 1] ?? 0);
const be32 = (b: Bytes, at: number) => be16(b, at) * 65536 + be16(b, at + 2);
const le16 = (b: Bytes, at: number) => (b[at] ?? 0) | ((b[at + 1] ?? 0) << 8);
const le24 = (b: Bytes, at: number) => le16(b, at) | ((b[at + 2] ?? 0) << 16);

/** @see RFC 2083 §4.1.1 */
const png = (b: Bytes): Size | null =>
  be32(b, 0) === 0x89504e47 && be32(b, 4) === 0x0d0a1a0a && ascii(b, 12, 'IHDR')
    ? { type: 'image/png', width: be32(b, 16), height: be32(b, 20) }
    : null;

/** @see RFC 9649 §2 */
const webp = (b: Bytes): Size | null => {
  if (!ascii(b, 0, 'RIFF') || !ascii(b, 8, 'WEBP')) return null;
  const of = (width: number, height: number): Size => ({ type: 'image/webp', width, height });
  if (ascii(b, 12, 'VP8 ')) return of(le16(b, 26) & 0x3fff, le16(b, 28) & 0x3fff);
  if (ascii(b, 12, 'VP8L')) return of((le16(b, 21) & 0x3fff) + 1, ((le24(b, 22) >> 6) & 0x3fff) + 1);
  if (ascii(b, 12, 'VP8X')) return of(le24(b, 24) + 1, le24(b, 27) + 1);
  return null;
};

/** Markers that have no length (stuffing, TEM, RST, SOI, EOI): none stands before a frame, and who leaps over them reads another frame than a decoder. */
const standsAlone = (marker: number): boolean => marker <= 0x01 || (marker >= 0xd0 && marker <= 0xd9);

/** Walks the segments to the frame header. @see ITU-T T.81 B.2.2, table B.1 */
const jpeg = (b: Bytes): Size | null => {
  if (be16(b, 0) !== 0xffd8) return null;
  for (let at = 2; at + 9 < b.length;) {
    if (b[at] !== 0xff) return null;
    const marker = b[at + 1] ?? 0;
    if (marker === 0xff) {
      at++;
      continue;
    }
    if (standsAlone(marker)) return null;
    const frame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (frame) return { type: 'image/jpeg', width: be16(b, at + 7), height: be16(b, at + 5) };
    at += 2 + Math.max(2, be16(b, at + 2));
  }
  return null;
};

/** @returns type and size by the bytes themselves, null when it is none of the three */
export const sniffPhoto = (bytes: Bytes): Size | null => png(bytes) ?? webp(bytes) ?? jpeg(bytes);

/**
 * Takes bytes for a photo or refuses them.
 * @throws input/too-large beyond {@link MAX_PHOTO_BYTES} or {@link MAX_PHOTO_SIDE}, record/malformed when it is no picture of the three kinds
 */
export const readPhoto = (bytes: Bytes): Photo => {
  if (bytes.length > MAX_PHOTO_BYTES) throw new SalusError('input/too-large', { limit: MAX_PHOTO_BYTES });
  const found = sniffPhoto(bytes);
  if (!found || found.width < 1 || found.height < 1) throw new SalusError('record/malformed', { at: 'photo' });
  if (Math.max(found.width, found.height) > MAX_PHOTO_SIDE)
    throw new SalusError('input/too-large', { limit: MAX_PHOTO_SIDE });
  return { type: found.type, body: bytes };
};
