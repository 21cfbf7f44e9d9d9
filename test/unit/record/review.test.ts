import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromUtf8, toHex, utf8, type Bytes, type Hex } from '../../../src/core/bytes.ts';
import { isSalusError } from '../../../src/core/errors.ts';
import { plainLine, plainText } from '../../../src/core/plainText.ts';
import { MAX_PHOTO_BYTES, photoName, photoTypeOf, readPhoto, sniffPhoto } from '../../../src/record/photo.ts';
import {
  encodePublished,
  MAX_PROFILE_BYTES,
  parsePublished,
  type DoctorProfile,
  type Published,
} from '../../../src/record/profile.ts';
import {
  encodeReview,
  MAX_REPLY,
  MAX_REVIEW,
  MAX_REVIEW_BYTES,
  parseReview,
  reviewCid,
  type About,
} from '../../../src/record/review.ts';

const code = (work: () => unknown): string | null => {
  try {
    work();
    return null;
  } catch (error) {
    return isSalusError(error) ? error.code : String(error);
  }
};
const address = (n: number): Hex => `0x${n.toString(16).padStart(40, '0')}`;
const about: About = { chain: 31_337, contract: address(9), appointment: 7n, patient: address(1), doctor: address(2) };
const sent = '2026-11-20T10:00:00+01:00';
const json = (bytes: Bytes) => JSON.parse(fromUtf8(bytes)) as Record<string, unknown>;
const again = (value: unknown) => utf8(JSON.stringify(value));

describe('a review', () => {
  it('comes back as it was written, with its lines', () => {
    const text = 'Kind, and on time.\n\nשלום, ada.';
    expect(parseReview(encodeReview(about, { text, sent }), about)).toEqual({ text, sent });
  });

  it('loses what nobody sees and what turns the direction of others', () => {
    const text = '\u202eevil\u202c \u2066x\u2069\u0000\u0007\u061c\ufeff ok\r\nnext';
    expect(parseReview(encodeReview(about, { text, sent }), about).text).toBe('evil x ok\nnext');
  });

  it('keeps markup as the text it is', () => {
    const text = '<img src=x onerror=alert(1)><script>alert(1)</script><form id=app name=body>{{constructor}} =1+1';
    expect(parseReview(encodeReview(about, { text, sent }), about).text).toBe(text);
  });

  it.each([
    ['another appointment', { appointment: 8n }],
    ['another patient', { patient: address(3) }],
    ['another doctor', { doctor: address(3) }],
    ['another chain', { chain: 1 }],
    ['another contract', { contract: address(3) }],
  ])('is refused under %s: nobody passes off another’s words', (_, other) => {
    const bytes = encodeReview(about, { text: 'fine', sent });
    expect(code(() => parseReview(bytes, { ...about, ...other }))).toBe('record/mismatch');
  });

  it('has words, and not too many', () => {
    expect(code(() => encodeReview(about, { text: ' \u202e\n ', sent }))).toBe('input/invalid');
    expect(code(() => encodeReview(about, { text: 'x'.repeat(MAX_REVIEW + 1), sent }))).toBe('input/too-large');
    const most = '€'.repeat(MAX_REVIEW);
    expect(parseReview(encodeReview(about, { text: most, sent }), about).text).toBe(most);
  });

  const good = json(encodeReview(about, { text: 'fine', sent }));
  it.each<[string, unknown]>([
    ['null', null],
    ['a list', []],
    ['another resource', { ...good, resourceType: 'Patient' }],
    ['more than is needed', { ...good, note: [{ text: 'x' }] }],
    ['no sender', { ...good, sender: undefined }],
    ['two payloads', { ...good, payload: [{ contentString: 'a' }, { contentString: 'b' }] }],
    ['no text', { ...good, payload: [{ contentString: 7 }] }],
    ['text of nothing', { ...good, payload: [{ contentString: '\u202e\u0000' }] }],
    ['too long a text', { ...good, payload: [{ contentString: 'x'.repeat(MAX_REVIEW + 1) }] }],
    ['no date', { ...good, sent: 'yesterday' }],
    ['a date that is none', { ...good, sent: '2026-99-99T10:00:00Z' }],
  ])('is refused as %s', (_, value) => {
    expect(code(() => parseReview(again(value), about))).toBe('record/malformed');
  });

  it('is refused when huge, deep or naming prototypes', () => {
    expect(code(() => parseReview(utf8(' '.repeat(10 * 1024 * 1024)), about))).toBe('record/malformed');
    expect(code(() => parseReview(utf8('['.repeat(MAX_REVIEW_BYTES)), about))).toBe('record/malformed');
    const named = fromUtf8(again(good)).replace('"status"', '"__proto__":{},"status"');
    expect(code(() => parseReview(utf8(named), about))).toBe('record/malformed');
  });
});

describe('text of strangers', () => {
  it('is never longer than it was, and plain at once', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const plain = plainText(text);
        expect(plain.length).toBeLessThanOrEqual(text.length);
        expect(plainText(plain)).toBe(plain);
        expect(plain).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
        expect(plain.replace(/[\n\t]/g, '')).not.toMatch(/\p{Cc}/u);
      }),
    );
  });

  it('keeps letters of every script and joined emoji', () => {
    for (const text of ['Ana Kovač', 'محمد می‌خواهم', '👩‍⚕️', 'ภาษาไทย']) expect(plainText(text)).toBe(text);
    expect(plainLine(' Dr.\n\n Ada\t Byron ')).toBe('Dr. Ada Byron');
  });
});

const doctor: DoctorProfile = {
  kind: 'doctor',
  name: 'Dr. Ana Kovač',
  qualification: 'MD',
  specialty: 'Cardiology',
  since: 2009,
  languages: ['en'],
  phone: '',
};
const digest = (n: number): Hex => toHex(new Uint8Array(32).fill(n));
const reply = (n: number, text = `Thank you ${n}`) => ({ review: reviewCid(digest(n)), text, sent });

describe('what a doctor publishes', () => {
  const published: Published = { profile: doctor, photo: 'image/webp', replies: [reply(1), reply(2)] };

  it('comes back with photo and answers', () => {
    expect(parsePublished(encodePublished(published))).toEqual(published);
    expect(parsePublished(encodePublished({ ...published, photo: null, replies: [] }))).toEqual({
      profile: doctor,
      photo: null,
      replies: [],
    });
  });

  it('has one answer a review, the last one', () => {
    const read = parsePublished(
      encodePublished({ ...published, replies: [reply(1), reply(2), reply(1, 'On second thought')] }),
    );
    expect(read.replies).toHaveLength(2);
    expect(read.replies.find((r) => r.review === reply(1).review)?.text).toBe('On second thought');
  });

  it('shows its profile whatever else is in it', () => {
    const bundle = json(encodePublished(published)) as { entry: { resource: Record<string, unknown> }[] };
    const hostile = [
      null,
      { resource: { resourceType: 'Communication' } },
      {
        resource: {
          ...bundle.entry[2]?.resource,
          inResponseTo: [{ identifier: { system: 'x', value: 'javascript:1' } }],
        },
      },
      { resource: { ...bundle.entry[2]?.resource, payload: [{ contentString: 'x'.repeat(MAX_REPLY + 1) }] } },
      { resource: { ...bundle.entry[2]?.resource, payload: [{ contentString: '\u202e' }] } },
      { resource: 'Communication' },
    ];
    const read = parsePublished(again({ ...bundle, entry: [...hostile, ...bundle.entry] }));
    expect(read).toEqual(published);
  });

  it.each(['../photo.webp', 'photo.svg', 'https://evil.example/photo.png', 'photo.webp#x', '__proto__', '', 7, null])(
    'has no photo called %j',
    (url) => {
      const bundle = json(encodePublished(published)) as { entry: { resource: { photo?: unknown } }[] };
      (bundle.entry[0] as { resource: { photo?: unknown } }).resource.photo = [{ url }];
      expect(parsePublished(again(bundle)).photo).toBe(null);
      expect(photoTypeOf(url)).toBe(null);
    },
  );

  it('strips what a name could lie with', () => {
    const name = 'Dr. \u202eadA\u202c\n<b>Byron</b>';
    expect(parsePublished(encodePublished({ ...published, profile: { ...doctor, name } })).profile.name).toBe(
      'Dr. adA <b>Byron</b>',
    );
  });

  it('is refused when it would be too large to read, and read no further than that', () => {
    const replies = Array.from({ length: 250 }, (_, n) => ({
      ...reply(1, '€'.repeat(MAX_REPLY)),
      review: reviewCid(digest(n)),
    }));
    expect(code(() => encodePublished({ ...published, replies }))).toBe('input/too-large');
    expect(code(() => parsePublished(utf8(' '.repeat(MAX_PROFILE_BYTES + 1))))).toBe('record/malformed');
  });
});

/** The beginning of a picture of that size, and rubbish after it. */
const picture = {
  png: (width: number, height: number): Bytes => {
    const b = new Uint8Array(64);
    b.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13]);
    b.set(utf8('IHDR'), 12);
    new DataView(b.buffer).setUint32(16, width);
    new DataView(b.buffer).setUint32(20, height);
    return b;
  },
  webp: (chunk: string, width: number, height: number): Bytes => {
    const b = new Uint8Array(64);
    const view = new DataView(b.buffer);
    b.set(utf8('RIFF'), 0);
    b.set(utf8(`WEBP${chunk}`), 8);
    if (chunk === 'VP8 ') {
      view.setUint16(26, width, true);
      view.setUint16(28, height, true);
    } else if (chunk === 'VP8L') view.setUint32(21, (width - 1) | ((height - 1) << 14), true);
    else {
      view.setUint32(24, width - 1, true);
      view.setUint32(27, height - 1, true);
    }
    return b;
  },
  jpeg: (width: number, height: number): Bytes => {
    const b = new Uint8Array(64);
    b.set([0xff, 0xd8, 0xff, 0xe0, 0, 16], 0);
    b.set([0xff, 0xff, 0xc0, 0, 17, 8], 20);
    new DataView(b.buffer).setUint16(26, height);
    new DataView(b.buffer).setUint16(28, width);
    return b;
  },
};

describe('a photo', () => {
  it.each([
    ['PNG', picture.png(512, 300), 'image/png'],
    ['WebP', picture.webp('VP8 ', 512, 300), 'image/webp'],
    ['lossless WebP', picture.webp('VP8L', 512, 300), 'image/webp'],
    ['extended WebP', picture.webp('VP8X', 512, 300), 'image/webp'],
    ['JPEG', picture.jpeg(512, 300), 'image/jpeg'],
  ] as const)('is known by its bytes: %s', (_, bytes, type) => {
    expect(sniffPhoto(bytes)).toEqual({ type, width: 512, height: 300 });
    expect(readPhoto(bytes)).toEqual({ type, body: bytes });
    expect(photoTypeOf(photoName(type))).toBe(type);
  });

  it.each([
    ['SVG', utf8('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>')],
    ['HTML', utf8('<!doctype html><script>alert(1)</script>')],
    ['GIF', utf8('GIF89a'.padEnd(64))],
    ['nothing', new Uint8Array(0)],
    ['a JPEG that has no frame', new Uint8Array(64).fill(0xff)],
    ['no width', picture.png(0, 5)],
  ])('is not %s', (_, bytes) => {
    expect(code(() => readPhoto(bytes))).toBe('record/malformed');
  });

  it('is small, in bytes and in pixels', () => {
    const large = new Uint8Array(MAX_PHOTO_BYTES + 1);
    large.set(picture.png(5, 5));
    expect(code(() => readPhoto(large))).toBe('input/too-large');
    expect(code(() => readPhoto(picture.png(30_000, 30_000)))).toBe('input/too-large');
    expect(code(() => readPhoto(picture.jpeg(5, 60_000)))).toBe('input/too-large');
  });

  it('never hangs or throws anything foreign, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.constantFrom(0, 2, 12), (noise, keep) => {
        const bytes = new Uint8Array(noise);
        bytes.set(picture.jpeg(5, 5).subarray(0, Math.min(keep, bytes.length)));
        expect(['record/malformed', 'input/too-large', null]).toContain(code(() => readPhoto(bytes)));
      }),
    );
  });
});
