/** Files locked by a passphrase: opened by the library, and by the age command line where it can be driven. */
import { Decrypter } from 'age-encryption';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { collect } from '../../../src/crypto/chunks.ts';
import { lock, newPassphrase, WORK_FACTOR } from '../../../src/crypto/locked.ts';
import { codeOf } from '../code.ts';
import { chop, pattern } from './support.ts';

const PASSPHRASE = 'correct-horse-battery';
const folder = mkdtempSync(join(tmpdir(), 'salus-locked-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** age asks for a passphrase on a terminal only: Python lends it one. */
const DRIVER = `
import os, pty, sys
out = open(sys.argv[2], 'wb')
pid, fd = pty.fork()
if pid == 0:
    os.execvp('age', ['age', '-d', '-o', sys.argv[2], sys.argv[1]])
seen = b''
while b'passphrase' not in seen:
    seen += os.read(fd, 100)
os.write(fd, sys.argv[3].encode() + b'\\n')
try:
    while os.read(fd, 100): pass
except OSError:
    pass
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;
const driven = (() => {
  try {
    execFileSync('age', ['--version'], { stdio: 'ignore' });
    execFileSync('python3', ['-c', 'import pty'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();
if (!driven) console.warn('age or Python is not installed: its test is left out');

const open = async (sealed: Uint8Array, passphrase: string) => {
  const decrypter = new Decrypter();
  decrypter.addPassphrase(passphrase);
  return decrypter.decrypt(sealed);
};

describe('a file locked by a passphrase', () => {
  it.each([0, 1, 65_536, 200_001])('opens again: %i bytes', async (size) => {
    const sealed = await collect(lock(PASSPHRASE, chop(pattern(size), [50_000]), { logN: 10 }));
    expect(await open(sealed, PASSPHRASE)).toEqual(pattern(size));
    await expect(open(sealed, `${PASSPHRASE}!`)).rejects.toThrow();
  });

  it('takes no short passphrase', async () => {
    expect(await codeOf(collect(lock('eleven char', [])))).toBe('input/invalid');
  });

  it.skipIf(!driven)('opens with the age command line, byte by byte', async () => {
    const [file, out, driver] = ['locked.age', 'plain', 'drive.py'].map((name) => join(folder, name));
    writeFileSync(file!, await collect(lock(PASSPHRASE, [pattern(100_000)], { logN: WORK_FACTOR })));
    writeFileSync(driver!, DRIVER);
    execFileSync('python3', [driver!, file!, out!, PASSPHRASE], { stdio: 'pipe' });
    const { readFileSync } = await import('node:fs');
    expect(readFileSync(out!).equals(pattern(100_000))).toBe(true);
  });
});

describe('a new passphrase', () => {
  it('is six words of the list, drawn evenly', () => {
    expect(newPassphrase((n) => new Uint8Array(n))).toBe(Array(6).fill('abandon').join('-'));
    expect(newPassphrase((n) => new Uint8Array(n).fill(255))).toBe(Array(6).fill('zoo').join('-'));
    const seen = new Set(
      Array.from({ length: 50 }, () => newPassphrase((n) => crypto.getRandomValues(new Uint8Array(n)))),
    );
    expect(seen.size).toBe(50);
  });
});
