import { describe, expect, test, vi } from 'vitest';
import { openHeader, readHeader } from '../../../src/crypto/envelope.ts';
import { run, vectors } from '../../vectors/cctv.ts';

vi.setConfig({ testTimeout: 60_000 });
const all = await vectors();

test('the package brings all its vectors, of every outcome', () => {
  expect(all.length).toBeGreaterThanOrEqual(143);
  expect(new Set(all.map((v) => v.expect)).size).toBe(6);
  expect(all.some((v) => v.identities.some((i) => i.startsWith('AGE-SECRET-KEY-PQ-1')))).toBe(true);
});

describe.each(['native', 'noble'] as const)('age test vectors, %s', (path) => {
  describe.each(['whole', 'pieces'] as const)('given %s', (cut) => {
    test.each(all.map((v) => [v.name, v] as const))('%s', async (_, v) => {
      const { outcome, released, same } = await run(v, path, cut);
      expect(outcome).toBe(v.expect);
      if (outcome === 'success') expect(same).toBe(true);
      if (outcome === 'success' || outcome === 'payload failure') expect(released).toBe(v.payload);
    });
  });
});

describe('shared files are hybrid only', () => {
  const foreign = all.filter((v) => v.expect === 'success' && !v.armored && !v.name.startsWith('hybrid'));
  test.each(foreign.map((v) => [v.name, v] as const))('%s is refused', async (_, v) => {
    const { header } = await readHeader([v.body]);
    await expect(openHeader(header, { identities: v.identities })).rejects.toMatchObject({
      code: 'crypto/foreign-stanza',
    });
  });
});
