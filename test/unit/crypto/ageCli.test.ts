/** The age command line as the foreign implementation: it opens what we seal, we open what it seals. */
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { equal } from '../../../src/core/bytes.ts';
import { collect } from '../../../src/crypto/chunks.ts';
import { open, seal } from '../../../src/crypto/envelope.ts';
import { chop, pattern } from './support.ts';

const version = (): string | null => {
  try {
    return execFileSync('age', ['--version'], { stdio: ['ignore', 'pipe', 'ignore'] })
      .toString()
      .trim();
  } catch {
    return null;
  }
};
const age = version();
if (age === null) console.warn('age is not installed: its tests are left out (Debian: apt-get install age)');

const folder = mkdtempSync(join(tmpdir(), 'salus-age-'));
afterAll(() => rmSync(folder, { recursive: true }));
const identity = await generateX25519Identity();
const recipient = await identityToRecipient(identity);
writeFileSync(join(folder, 'key.txt'), `${identity}\n`);

const sizes = [0, 1, 65_535, 65_536, 65_537, 1_000_000, 20 * 65_536];

describe.skipIf(age === null)(`age ${age ?? 'not installed'}`, () => {
  describe.each(['native', 'noble'] as const)('%s', (path) => {
    test.each(sizes)('opens %i bytes that we sealed', async (size) => {
      const file = join(folder, 'ours.age');
      writeFileSync(file, await collect(seal([recipient], chop(pattern(size), [77_777]), { path, strict: false })));
      const out = execFileSync('age', ['-d', '-i', join(folder, 'key.txt'), file], { maxBuffer: 1 << 26 });
      expect(equal(out, pattern(size))).toBe(true);
    });

    test.each(sizes)('seals %i bytes that we open', async (size) => {
      const [plain, file] = [join(folder, 'plain'), join(folder, 'theirs.age')];
      writeFileSync(plain, pattern(size));
      execFileSync('age', ['-r', recipient, '-o', file, plain]);
      const sealed = open({ identities: [identity] }, chop(readFileSync(file), [50_000]), { path, strict: false });
      expect(equal(await collect(sealed), pattern(size))).toBe(true);
    });
  });
});
