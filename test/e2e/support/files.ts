/** The documents of the tests, each with a marker inside that must never be seen outside. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';

/** @property markers what to look for: text inside, and names that say something */
export type Document = { name: string; path: string; size: number; sha256: string; markers: string[]; bytes: Buffer };

/** A word that occurs nowhere else. */
export const marker = (label: string): string => `MARK${label}${randomBytes(12).toString('hex')}`;

const pdf = (text: string): Buffer => {
  const stream = `BT /F1 18 Tf 40 100 Td (${text}) Tj ET`;
  const objects = [
    '<</Type/Catalog/Pages 2 0 R>>',
    '<</Type/Pages/Kids[3 0 R]/Count 1>>',
    '<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 200]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>',
    `<</Length ${stream.length}>>stream\n${stream}\nendstream`,
    '<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>',
  ];
  let out = '%PDF-1.4\n';
  const offsets = objects.map((object, i) => {
    const at = out.length;
    out += `${i + 1} 0 obj${object}endobj\n`;
    return at;
  });
  const table = offsets.map((at) => `${String(at).padStart(10, '0')} 00000 n \n`).join('');
  return Buffer.from(
    `${out}xref\n0 6\n0000000000 65535 f \n${table}trailer<</Size 6/Root 1 0 R>>\nstartxref\n${out.length}\n%%EOF\n`,
  );
};

/** 64 × 64 pixels, with the marker in a text chunk. */
const png = (text: string): Buffer => {
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const [length, crc] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    crc.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, crc]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(64, 0);
  header.writeUInt32BE(64, 4);
  header.set([8, 2], 8);
  const pixels = Buffer.alloc(64 * (1 + 64 * 3), 0x9c);
  for (let y = 0; y < 64; y++) pixels[y * 193] = 0;
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('tEXt', Buffer.from(`Comment\0${text}`, 'latin1')),
    chunk('IDAT', deflateSync(pixels)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
};

/** Random bytes with the marker at the start, across a boundary of 64 KiB in the middle, and at the end. */
const binary = (size: number, text: string): Buffer => {
  const mark = Buffer.from(text);
  const out = randomBytes(size);
  const middle = Math.floor(size / 2 / 65536) * 65536;
  for (const at of [0, Math.max(0, middle - 10), size - mark.length]) mark.copy(out, at);
  return out;
};

/**
 * A PDF, a PNG, a large binary, an empty file and one with a right-to-left name.
 * @param folder where they are written, for file pickers
 * @param large size of the binary in bytes
 */
export const documents = (
  folder: string,
  large = 64 * 2 ** 20,
): Record<'pdf' | 'png' | 'binary' | 'empty' | 'rtl', Document> => {
  mkdirSync(folder, { recursive: true });
  const make = (name: string, markers: string[], bytes: Buffer): Document => {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    return { name, path, size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex'), markers, bytes };
  };
  const named = (label: string, body: (text: string) => Buffer, extension: string): Document => {
    const [inside, name] = [marker(`${label}body`), marker(`${label}name`)];
    return make(`${name}.${extension}`, [inside, name], body(inside));
  };
  const rtl = marker('rtlbody');
  return {
    pdf: named('pdf', pdf, 'pdf'),
    png: named('png', png, 'png'),
    binary: named('binary', (text) => binary(large, text), 'bin'),
    empty: named('empty', () => Buffer.alloc(0), 'txt'),
    rtl: make('تقرير طبي سري للمريض.txt', [rtl, 'تقرير طبي سري للمريض'], Buffer.from(`${rtl}\n`)),
  };
};
