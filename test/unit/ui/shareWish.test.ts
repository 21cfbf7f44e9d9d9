import { describe, expect, it } from 'vitest';
import type { Hex } from '../../../src/core/bytes.ts';
import { FOLDERS, idOf, newFolderId } from '../../../src/record/folders.ts';
import { matching, MOST_SHOWN, type Found } from '../../../src/ui/access/peopleList.ts';
import { readWish, shareHref } from '../../../src/ui/access/shareWish.ts';
import { findRoute } from '../../../src/ui/shell/routes.ts';

const someone: Hex = `0x${'a1'.repeat(20)}`;
const record: Hex = `0x${'b2'.repeat(32)}`;
const NOTHING = { to: null, records: [], folders: [], re: 0, until: 0, rights: null };

describe('a link to the sharing form', () => {
  it('says what the form reads', () => {
    const own = newFolderId((n) => new Uint8Array(n).fill(7));
    const wish = { to: someone, records: [record], folders: [idOf('labs'), own], re: 3, until: 1_800_000_000 };
    const found = findRoute(shareHref({ ...wish, rights: 'read-write' }).slice(1));
    expect(found?.name).toBe('shareWith');
    expect(readWish(found?.params.wish as string)).toEqual({ ...wish, rights: 'read-write' });
    expect(findRoute(shareHref().slice(1))?.name).toBe('share');
    expect(findRoute('/share/answer/4')?.name).toBe('shareAnswer');
    const all = findRoute(shareHref({ all: true }).slice(1))?.params.wish as string;
    expect(readWish(all).folders).toHaveLength(FOLDERS.length - 1);
    expect(readWish(shareHref({ folder: 'imaging' }).slice('#/share/'.length))).toEqual(NOTHING);
  });

  it('of a stranger is taken for no more than what fits', () => {
    for (const text of [
      '',
      '&&&',
      'to=0x12&to=javascript:alert(1)',
      `record=${record}00&folder=0x00&folder=${idOf('very-restricted')}`,
      're=-1&until=1e99&rights=own&until=99999999999999',
      'folder=__proto__&to=__proto__',
    ])
      expect(readWish(text)).toEqual(NOTHING);
    expect(readWish(`to=${someone.toUpperCase().replace('0X', '0x')}`).to).toBe(someone);
    const many = Array.from({ length: 500 }, (_, i) => `record=0x${i.toString(16).padStart(64, '0')}`).join('&');
    expect(readWish(many).records).toHaveLength(64);
  });
});

describe('somebody to give to', () => {
  const found = (n: number, name: string | null): Found => ({
    address: `0x${n.toString(16).padStart(40, '0')}`,
    name,
    role: 'doctor',
  });

  it('is found by each word, without accents and case, by name or address', () => {
    const all = [found(1, 'Dr. Ana Kovač'), found(2, 'Bob'), found(3, null)];
    expect(matching(all, 'kovac ANA')).toEqual([all[0]]);
    expect(matching(all, '0000003')).toEqual([all[2]]);
    expect(matching(all, '  ')).toEqual([]);
    expect(matching(all, 'kovac bob')).toEqual([]);
    const crowd = Array.from({ length: 50 }, (_, i) => found(i, 'Ana'));
    expect(matching(crowd, 'ana')).toHaveLength(MOST_SHOWN);
  });
});
