import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { safeNames, zip } from '../../../src/core/zip.ts';
import { cidOf } from '../../../src/core/cid.ts';
import { cidOfDigest } from '../../../src/storage/blocks.ts';
import { toHex } from '../../../src/core/bytes.ts';
import { codeOf } from '../code.ts';

const folder = mkdtempSync(join(tmpdir(), 'salus-zip-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Python's zipfile as the foreign implementation; null where there is no Python. */
const unpack = (archive: Uint8Array): Map<string, Buffer> | null => {
  const [file, out] = [join(folder, 'a.zip'), mkdtempSync(join(folder, 'out-'))];
  writeFileSync(file, archive);
  try {
    execFileSync('python3', ['--version'], { stdio: 'ignore' });
  } catch {
    return null;
  }
  execFileSync('python3', [
    '-c',
    'import sys,zipfile; z=zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; z.extractall(sys.argv[2])',
    file,
    out,
  ]);
  return new Map(readdirSync(out).map((name) => [name, readFileSync(join(out, name))]));
};

const entry = (name: string, body: BlobPart) => ({ name, body: new Blob([body]), modified: 1_760_000_000 });
const bytesOf = async (blob: Blob) => new Uint8Array(await blob.arrayBuffer());

describe('a ZIP archive', () => {
  it('is opened by another program, checksums and names in other scripts included', async () => {
    const large = new Uint8Array(3_000_001).map((_, i) => i * 31);
    const made = await zip([entry('تقرير.txt', 'one'), entry('empty', ''), entry('large.bin', large)]);
    const found = unpack(await bytesOf(made));
    if (!found) return;
    expect([...found.keys()].sort()).toEqual(['empty', 'large.bin', 'تقرير.txt'].sort());
    expect(found.get('تقرير.txt')?.toString()).toBe('one');
    expect(found.get('empty')?.length).toBe(0);
    expect(found.get('large.bin')?.equals(large)).toBe(true);
  });

  it('has the headers of the format', async () => {
    const made = Buffer.from(await bytesOf(await zip([entry('a', 'hello')])));
    expect(made.readUInt32LE(0)).toBe(0x04034b50);
    // CRC-32 of "hello"
    expect(made.readUInt32LE(14)).toBe(0x3610a686);
    expect(made.subarray(31, 36).toString()).toBe('hello');
    expect(made.readUInt32LE(made.length - 22)).toBe(0x06054b50);
    expect(() => inflateRawSync(made.subarray(31, 36))).toThrow(); // stored, not deflated
  });

  it('tells how far it is, and can be ended', async () => {
    const seen: number[] = [];
    await zip([entry('a', new Uint8Array(2_500_000))], { onBytes: (done) => seen.push(done) });
    expect(seen.at(-1)).toBe(2_500_000);
    expect(await codeOf(zip([entry('a', 'x')], { signal: AbortSignal.abort() }))).toBe('storage/aborted');
  });

  it('refuses what its 32 bits cannot say', async () => {
    const huge = { size: 2 ** 32 } as Blob;
    expect(await codeOf(zip([{ name: 'a', body: huge, modified: 0 }]))).toBe('input/too-large');
  });

  it.each([
    [['../../etc/passwd'], ['_.._etc_passwd']],
    [['C:\\Windows\\x.exe'], ['C__Windows_x.exe']],
    [
      ['.hidden', '..'],
      ['hidden', 'file-2'],
    ],
    [
      ['CON', 'nul.txt'],
      ['_CON', '_nul.txt'],
    ],
    [
      ['a.pdf', 'A.pdf', 'a.pdf'],
      ['a.pdf', 'A (2).pdf', 'a (3).pdf'],
    ],
    [
      ['gpj.\u202eexe', 'a\nb', ''],
      ['gpj._exe', 'a_b', 'file-3'],
    ],
  ])('makes %j harmless', (names, expected) => {
    expect(safeNames(names)).toEqual(expected);
  });
});

describe('a CID as text', () => {
  it('is what storage calls the same digest', () => {
    for (const fill of [0, 7, 255]) {
      const digest = toHex(new Uint8Array(32).fill(fill));
      expect(cidOf(digest)).toBe(cidOfDigest(digest).toString());
    }
  });
});
