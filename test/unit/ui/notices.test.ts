/** Where notices lead, what leaves the page of them, and by which day they stand. */
import { describe, expect, it } from 'vitest';
import { readFileSync } from 'node:fs';
import type { Notice } from '../../../src/state/types.ts';
import { byDay } from '../../../src/ui/notices/days.ts';
import { leadsTo } from '../../../src/ui/notices/say.ts';
import { en } from '../../../src/ui/shared/i18n/en/index.ts';
import { loadWords } from '../../../src/ui/shared/i18n/index.ts';
import { routes } from '../../../src/ui/shell/routes.ts';

const source = (file: string) => readFileSync(new URL(`../../../src/flows/${file}.ts`, import.meta.url), 'utf8');
const notice = (over: Partial<Notice>): Notice =>
  ({ id: '1', kind: 'shared', who: null, about: null, entry: null, at: null, asks: false, ...over }) as Notice;
const at = (block: number) => notice({ id: String(block), entry: { block, count: block } as Notice['entry'] });

describe('a notice', () => {
  it('names only screens that there are', () => {
    const named = ['noticeKinds', 'dueNotices', 'notices'].flatMap((file) =>
      [...source(file).matchAll(/(?:lead\(|screen: )'(\w+)'/g)].map((m) => m[1] as string),
    );
    expect(named.length).toBeGreaterThan(15);
    expect(named.filter((screen) => !Object.hasOwn(routes, screen))).toEqual([]);
  });

  it('leads to the log where a persona has no such screen', () => {
    const record = notice({ to: { screen: 'record', params: { digest: '0x12' } } });
    expect(leadsTo(record, 'patient')).toBe('#/records/0x12');
    expect(leadsTo(record, 'doctor')).toBe('#/activity');
    expect(leadsTo(notice({ to: { screen: 'constructor', params: {} } }), 'patient')).toBe('#/activity');
  });

  it('says no name to the system', () => {
    for (const words of [en.notify.head, ...Object.values(en.notify.about)]) expect(words).not.toContain('{{');
  });
});

it('stands by its day, what is of no event first, what has no time yet with the one before it', async () => {
  await loadWords();
  const now = Date.UTC(2026, 10, 20, 12) / 1000;
  const times = new Map([
    [9, now - 60],
    [8, now - 86_400],
    [6, now - 5 * 86_400],
  ]);
  const days = byDay([notice({ id: 'vote/1' }), at(9), at(8), at(7), at(6)], (b) => times.get(b) ?? null, now);
  expect(days.map((d) => d.notices.map((n) => n.id))).toEqual([['vote/1'], ['9'], ['8', '7'], ['6']]);
  expect(days.slice(0, 3).map((d) => d.label)).toEqual([en.bell.now, en.bell.today, en.bell.yesterday]);
  expect(byDay([at(3)], () => null, now)[0]?.label).toBe(en.bell.undated);
});
