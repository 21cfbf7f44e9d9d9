import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Address } from '../../../src/core/bytes.ts';
import { concat, equal, fromHex, toHex } from '../../../src/core/bytes.ts';
import {
  decodeKeyring,
  encodeKeyring,
  newKeyring,
  nextSeeds,
  openSeeds,
  openWithPhrase,
  openWithWallet,
  phraseFromSeed,
  walletWay,
  wrapWithWallet,
} from '../../../src/crypto/keyring.ts';
import type { Keyring, Seeds, Wrap } from '../../../src/crypto/keyring.ts';
import { RUNS, anyBit, flipped, random, randomOf } from './support.ts';

const account: Address = `0x${'ab'.repeat(20)}`;
const other: Address = `0x${'cd'.repeat(20)}`;
const rs = randomOf('a signature')(64);
const COST = { logN: 10 };

const make = async (seeds: Seeds, number = 1, passphrase?: string, more: Wrap[] = []): Promise<Keyring> => {
  const wrap = await wrapWithWallet(
    { seed: seeds.current, account, number, rs, random, ...(passphrase !== undefined && { passphrase }) },
    COST,
  );
  return newKeyring({ seeds, account, number, wraps: [wrap, ...more], random });
};

const fresh = (): Seeds => ({ current: random(32), older: [] });
const passkey: Wrap = {
  kind: 'passkey',
  rpId: 'salus.example',
  credentialId: random(64),
  salt: random(32),
  box: random(72),
};
const future: Wrap = { kind: 'unknown', id: 77, body: random(200) };
const hex = (seeds: Seeds) => [seeds.current, ...seeds.older].map(toHex);
const wrong = expect.objectContaining({ code: 'crypto/wrong-unlock' });

describe('the wallet’s way', () => {
  test('opens, with and without passphrase', async () => {
    const seeds = fresh();
    for (const passphrase of [undefined, 'correct horse', 'Å'.normalize('NFD')]) {
      const keyring = decodeKeyring(encodeKeyring(await make(seeds, 1, passphrase)));
      expect(walletWay(keyring)).toBe(passphrase === undefined ? 'plain' : 'passphrase');
      const opened = await openWithWallet(keyring, account, rs, passphrase?.normalize('NFC'));
      expect(hex(opened)).toEqual(hex(seeds));
    }
  });

  test('opens with nothing else', async () => {
    const plain = await make(fresh());
    const secret = await make(fresh(), 1, 'correct horse');
    await expect(openWithWallet(plain, account, random(64))).rejects.toEqual(wrong);
    await expect(openWithWallet(plain, other, rs)).rejects.toEqual(wrong);
    await expect(openWithWallet({ ...plain, number: 2 }, account, rs)).rejects.toEqual(wrong);
    await expect(openWithWallet(secret, account, rs, 'correct house')).rejects.toEqual(wrong);
    await expect(openWithWallet(secret, account, rs, '')).rejects.toEqual(wrong);
    await expect(openWithWallet(secret, account, rs)).rejects.toMatchObject({ details: { passphrase: true } });
    await expect(openWithWallet({ ...plain, wraps: [] }, account, rs)).rejects.toEqual(wrong);
    expect(walletWay({ ...plain, wraps: [passkey] })).toBe('none');
  });

  test('a wrap cannot be moved into another keyring, nor its passphrase be taken off', async () => {
    const [one, two] = [await make(fresh()), await make(fresh())];
    await expect(openWithWallet({ ...two, wraps: one.wraps }, account, rs)).rejects.toEqual(wrong);
    const secret = await make(fresh(), 1, 'correct horse');
    const stripped = secret.wraps.map((w) => (w.kind === 'wallet' ? { ...w, scrypt: null } : w));
    await expect(openWithWallet({ ...secret, wraps: stripped }, account, rs)).rejects.toEqual(wrong);
  });

  test('a cost that nobody asked for is refused before it is paid', async () => {
    const keyring = await make(fresh(), 1, 'x');
    for (const scrypt of [9, 21, 31, 255]) {
      const wraps = keyring.wraps.map((w) => ({ ...w, scrypt }) as Wrap);
      await expect(openWithWallet({ ...keyring, wraps }, account, rs, 'x')).rejects.toMatchObject({
        code: 'crypto/unsupported',
      });
    }
  });

  test('stretching a passphrase lets others have their turn, and says how far it is', async () => {
    let turns = 0;
    let going = true;
    const turn = () => {
      turns++;
      if (going) setTimeout(turn, 0);
    };
    turn();
    const done: number[] = [];
    const o = { seed: random(32), account, number: 1, rs, passphrase: 'x', random };
    await wrapWithWallet(o, { logN: 15, onProgress: (part) => done.push(part) });
    going = false;
    expect(turns).toBeGreaterThan(5);
    expect(done.at(-1)).toBe(1);
    expect(done.toSorted((a, b) => a - b)).toEqual(done);
  });
});

describe('several seeds', () => {
  test('removing a way makes a new seed; every way then reaches the old ones too, and the removed one reaches nothing new', async () => {
    const first = fresh();
    const before = await make(first);
    const second = nextSeeds(first, random);
    const third = nextSeeds(second, random);
    const after = decodeKeyring(encodeKeyring(await make(third, 3)));
    expect(hex(third)).toEqual([third.current, second.current, first.current].map(toHex));
    expect(hex(await openWithWallet(after, account, rs))).toEqual(hex(third));
    expect(hex(openWithPhrase(after, account, phraseFromSeed(third.current)))).toEqual(hex(third));
    expect(() => openWithPhrase(after, account, phraseFromSeed(first.current))).toThrow(wrong);
    expect(() => openSeeds({ ...after, wraps: before.wraps }, account, first.current)).toThrow(wrong);
  });

  test('the phrase of another keyring is noticed at once', async () => {
    const keyring = await make(fresh());
    expect(() => openWithPhrase(keyring, account, phraseFromSeed(random(32)))).toThrow(wrong);
    expect(() => openWithPhrase(keyring, other, phraseFromSeed(random(32)))).toThrow(wrong);
  });

  test('a keyring of more than 64 old seeds, or of seeds of another length, is not made', () => {
    const o = { account, number: 1, wraps: [], random };
    const older = Array.from({ length: 65 }, () => random(32));
    expect(() => newKeyring({ ...o, seeds: { current: random(32), older } })).toThrow();
    expect(() => newKeyring({ ...o, seeds: { current: random(31), older: [] } })).toThrow();
  });
});

describe('the format', () => {
  test('carries passkeys and what it does not know, in order, unchanged', async () => {
    const keyring = await make(fresh(), 7, 'x', [passkey, future, { ...future, id: 3 }]);
    const bytes = encodeKeyring(keyring);
    expect(decodeKeyring(bytes)).toEqual(keyring);
    expect(equal(encodeKeyring(decodeKeyring(bytes)), bytes)).toBe(true);
  });

  test('is small', async () => {
    expect(encodeKeyring(await make(fresh())).length).toBeLessThan(150);
  });

  test('anything that can be written can be read', () => {
    const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
    const wallet = fc.record({
      kind: fc.constant('wallet' as const),
      scrypt: fc.option(fc.integer({ min: 1, max: 255 })),
      salt: bytes(16),
      box: bytes(72),
    });
    const key = fc.record({
      kind: fc.constant('passkey' as const),
      rpId: fc.domain().filter((d) => d.length < 200),
      credentialId: fc.uint8Array({ maxLength: 300 }),
      salt: bytes(32),
      box: bytes(72),
    });
    const unknown = fc.record({
      kind: fc.constant('unknown' as const),
      id: fc.integer({ min: 3, max: 255 }),
      body: fc.uint8Array({ maxLength: 300 }),
    });
    const keyrings = fc.record({
      version: fc.constant(1 as const),
      number: fc.integer({ min: 1, max: 2 ** 32 - 1 }),
      seeds: fc.nat({ max: 4 }).chain((n) => bytes(40 + 32 * n)),
      wraps: fc.array(fc.oneof(wallet, key, unknown), { maxLength: 5 }),
    }) as unknown as fc.Arbitrary<Keyring>;
    fc.assert(
      fc.property(keyrings, (keyring) => {
        expect(decodeKeyring(encodeKeyring(keyring))).toEqual(keyring);
      }),
      RUNS,
    );
  });

  test('bytes of anybody’s are refused or read, and never do anything else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        try {
          decodeKeyring(bytes);
        } catch (error) {
          expect((error as { code: string }).code).toMatch(/^crypto\/(keyring-corrupt|unsupported)$/);
        }
      }),
      RUNS,
    );
  });

  test('one bit turned over never opens', async () => {
    const bytes = encodeKeyring(await make(fresh()));
    await fc.assert(
      fc.asyncProperty(anyBit, async (bit) => {
        const opened = (async () => openWithWallet(decodeKeyring(flipped(bytes, bit)), account, rs))();
        return opened.then(
          () => false,
          (e: { code: string }) => /^crypto\/(keyring-corrupt|unsupported|wrong-unlock)$/.test(e.code),
        );
      }),
      RUNS,
    );
  });

  test('cut short, made longer, or of a version to come', async () => {
    const bytes = encodeKeyring(await make(fresh()));
    const code = (b: Uint8Array) => {
      try {
        return decodeKeyring(b).wraps.length;
      } catch (error) {
        return (error as { code: string }).code;
      }
    };
    for (let length = 0; length < bytes.length; length++) {
      // cut between two wraps it is a keyring without them
      const found = code(bytes.subarray(0, length));
      if (found !== 0) expect(found).toBe('crypto/keyring-corrupt');
    }
    expect(code(concat(bytes, fromHex('00')))).toBe('crypto/keyring-corrupt');
    expect(code(concat(fromHex('02'), bytes.subarray(1)))).toBe('crypto/unsupported');
    expect(code(new Uint8Array(20_000).fill(1))).toBe('crypto/keyring-corrupt');
    expect(() => encodeKeyring({ version: 1, number: 1, seeds: random(40), wraps: Array(100).fill(future) })).toThrow();
  });
});
