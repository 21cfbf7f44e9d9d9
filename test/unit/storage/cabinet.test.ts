import { describe, expect, it } from 'vitest';
import type { Address } from '../../../src/core/bytes.ts';
import { nameOf, openBox, sealBox } from '../../../src/crypto/box.ts';
import { openCabinet } from '../../../src/storage/cabinet.ts';
import type { Drawer, Kept } from '../../../src/storage/drawer.ts';
import { random } from './memory.ts';

const memoryDrawer = () => {
  const kept = new Map<string, Kept>();
  const drawer: Drawer = {
    value: async (at) => kept.get(at)?.value,
    put: async (at, entry) => void kept.set(at, entry),
    delete: async (at) => void kept.delete(at),
    titles: async () => [...kept].map(([at, { title }]) => [at, title]),
  };
  return { kept, drawer };
};
const text = (s: string) => new TextEncoder().encode(s);
const alice = `0x${'aa'.repeat(20)}` as Address;
const bob = `0x${'bb'.repeat(20)}` as Address;

const setUp = async () => {
  const { kept, drawer } = memoryDrawer();
  const cabinet = openCabinet({ sealBox, openBox, nameOf, random }, drawer);
  const key = random(32);
  await cabinet.unlock(alice, key);
  return { cabinet, kept, key };
};

describe('the cabinet', () => {
  it('keeps, lists by prefix, replaces and deletes', async () => {
    const { cabinet } = await setUp();
    await cabinet.set('draft/one', text('1'));
    await cabinet.set('draft/two', text('2'));
    await cabinet.set('outbox/one', text('3'));
    await cabinet.set('draft/one', text('4'));
    expect(await cabinet.get('draft/one')).toEqual(text('4'));
    expect((await cabinet.list('draft/')).sort()).toEqual(['draft/one', 'draft/two']);
    await cabinet.delete('draft/one');
    expect(await cabinet.get('draft/one')).toBeNull();
    expect(await cabinet.list('')).toHaveLength(2);
  });

  it('has nothing readable, neither names nor values', async () => {
    const { cabinet, kept } = await setUp();
    await cabinet.set('NAME-MARKER', text('VALUE-MARKER'));
    const all = JSON.stringify(
      [...kept].map(([at, k]) => [at, ...[k.title, k.value].map((b) => Buffer.from(b).toString('latin1'))]),
    );
    expect(all).not.toMatch(/MARKER/);
  });

  it('is closed before it is unlocked and after it is locked', async () => {
    const { cabinet, key } = await setUp();
    await cabinet.set('a', text('1'));
    cabinet.lock();
    const calls = [
      () => cabinet.get('a'),
      () => cabinet.set('a', text('')),
      () => cabinet.delete('a'),
      () => cabinet.list(''),
    ];
    for (const call of calls) await expect(call()).rejects.toMatchObject({ code: 'crypto/locked' });
    await cabinet.unlock(alice, key);
    expect(await cabinet.get('a')).toEqual(text('1'));
  });

  it('carries over what an earlier seed of the account kept, and leaves nothing under it', async () => {
    const { cabinet, kept, key } = await setUp();
    await cabinet.set('a', text('1'));
    await cabinet.set('both', text('old'));
    await cabinet.unlock(bob, key);
    await cabinet.set('a', text('bob'));
    const next = random(32);
    await cabinet.unlock(alice, next);
    await cabinet.set('both', text('new'));
    await cabinet.takeOver(key);
    expect((await cabinet.list('')).sort()).toEqual(['a', 'both']);
    expect(await cabinet.get('a')).toEqual(text('1'));
    expect(await cabinet.get('both')).toEqual(text('new'));
    expect(kept.size).toBe(3);
    await cabinet.unlock(alice, key);
    expect(await cabinet.list('')).toEqual([]);
    await cabinet.unlock(bob, key);
    expect(await cabinet.get('a')).toEqual(text('bob'));
    cabinet.lock();
    await expect(cabinet.takeOver(key)).rejects.toMatchObject({ code: 'crypto/locked' });
  });

  it('does not mix accounts, nor seeds', async () => {
    const { cabinet, key } = await setUp();
    await cabinet.set('a', text('1'));
    for (const [account, other] of [
      [bob, key],
      [alice, random(32)],
    ] as const) {
      await cabinet.unlock(account, other);
      expect(await cabinet.get('a')).toBeNull();
      expect(await cabinet.list('')).toEqual([]);
    }
  });

  it('notices a value put in the place of another, or changed', async () => {
    const { cabinet, kept } = await setUp();
    await cabinet.set('a', text('1'));
    await cabinet.set('b', text('2'));
    const [first, second] = [...kept.keys()] as [string, string];
    kept.set(first, kept.get(second)!);
    await expect(cabinet.get('a')).rejects.toMatchObject({ code: 'crypto/corrupt' });
    const { title, value } = kept.get(second)!;
    kept.set(second, { title, value: title });
    await expect(cabinet.get('b')).rejects.toMatchObject({ code: 'crypto/corrupt' });
    expect(value.length).toBe(41);
  });
});
