/**
 * A picked picture, made anew: drawn onto a canvas and encoded again, so that nothing of the file leaves but its pixels (no place,
 * date or device in EXIF), square and small.
 */
import { owned } from '../../core/bytes.ts';
import { SalusError } from '../../core/errors.ts';
import { MAX_PHOTO_BYTES, readPhoto, type Photo } from '../../record/photo.ts';

/** Pixels of a side. */
const SIDE = 512;
/** What a camera may give; more is refused before it is decoded. Bytes. */
export const MAX_PICKED = 32 * 1024 * 1024;
const TRIES: [type: string, quality: number][] = [
  ['image/webp', 0.86],
  ['image/webp', 0.6],
  ['image/jpeg', 0.8],
  ['image/jpeg', 0.5],
];

/** @throws input/too-large beyond {@link MAX_PICKED}, record/malformed when the browser sees no picture in it */
export const squarePhoto = async (file: Blob): Promise<Photo> => {
  if (file.size > MAX_PICKED) throw new SalusError('input/too-large', { limit: MAX_PICKED });
  const picture = await createImageBitmap(file).catch((cause: unknown) => {
    throw new SalusError('record/malformed', { at: 'photo' }, cause);
  });
  const side = Math.min(picture.width, picture.height);
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = Math.min(SIDE, side);
  const ctx = canvas.getContext('2d') as CanvasRenderingContext2D;
  // what is see-through stays so in WebP and would be black in JPEG
  ctx.fillStyle = '#fff';
  ctx.fillRect(0, 0, canvas.width, canvas.height);
  ctx.imageSmoothingQuality = 'high';
  const [left, top] = [(picture.width - side) / 2, (picture.height - side) / 2];
  ctx.drawImage(picture, left, top, side, side, 0, 0, canvas.width, canvas.height);
  picture.close();
  for (const [type, quality] of TRIES) {
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, type, quality));
    // a browser that cannot write the type gives a PNG, which is larger
    if (blob && blob.type === type && blob.size <= MAX_PHOTO_BYTES)
      return readPhoto(owned(new Uint8Array(await blob.arrayBuffer())));
  }
  throw new SalusError('record/malformed', { at: 'photo' });
};
