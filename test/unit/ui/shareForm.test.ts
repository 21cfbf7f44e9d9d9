import { getLocalTimeZone, today } from '@internationalized/date';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Hex } from '../../../src/core/bytes.ts';
import { SalusError } from '../../../src/core/errors.ts';
import { idOf, newFolderId } from '../../../src/record/folders.ts';
import type { App } from '../../../src/state/app.svelte.ts';
import type { RecordItem } from '../../../src/state/records.svelte.ts';
import type { Whom } from '../../../src/state/types.ts';
import { ShareForm } from '../../../src/ui/access/shareForm.svelte.ts';

const first = today(getLocalTimeZone());
const someone: Hex = `0x${'a1'.repeat(20)}`;
const digest = (n: number): Hex => `0x${n.toString(16).padStart(64, '0')}`;
const item = (n: number, known: object, versions = 1): RecordItem => {
  const filed = (i: number) => ({
    ref: { digest: digest(n * 10 + i), author: someone },
    origin: 'own',
    unknown: false,
    letIn: true,
  });
  const history = Array.from({ length: versions }, (_, i) => filed(i));
  return {
    filed: history[0],
    history,
    known: { kind: 'document', confidentiality: 'N', copy: null, ...known },
  } as never;
};
const whom = (over: object = {}): Whom =>
  ({
    account: { address: someone, role: 'none', hospital: null },
    key: { state: 'new' },
    vouched: [],
    doubt: null,
    ...over,
  }) as never;

let items: RecordItem[];
let found: Whom | SalusError;
let sent: unknown[];
let form: ShareForm;

beforeEach(() => {
  [items, found, sent] = [[], whom({ vouched: [{}] }), []];
  const app = {
    records: {
      replaced: new Set([digest(71)]),
      get items() {
        return items;
      },
    },
    people: { of: () => ({ name: null }) },
    sharing: {
      nameOf: () => null,
      lookAt: async () => {
        if (found instanceof SalusError) throw found;
        return found;
      },
      share: async (...args: unknown[]) => (sent.push(args), { event: 'Shared' }),
    },
  };
  form = new ShareForm(app as unknown as App);
});

const choose = (...chosen: RecordItem[]) => {
  items = chosen;
  form = Object.assign(form, { records: chosen.map((i) => `${i.filed.ref.digest}/${i.filed.ref.author}`) });
};

describe('the sharing form', () => {
  it('misses what, whom and a day until they are there', async () => {
    expect(form.missing).toMatchObject({ what: 'nothing', whom: 'nobody', until: null });
    expect(await form.send()).toBe(false);
    form.toggleFolder(idOf('labs'), true);
    await form.choose(someone);
    expect(form.ready).toBe(true);
    form.day = first.subtract({ days: 1 });
    expect(form.missing.until).toBe('date');
    form.ends = 'open';
    expect(form.until).toBe(0);
    expect(await form.send()).toBe(true);
    expect(sent).toEqual([
      [
        expect.objectContaining({
          to: someone,
          folders: [idOf('labs')],
          terms: { until: 0, delegable: false, rights: 'read' },
        }),
        [],
      ],
    ]);
  });

  it('wants the number compared where nobody vouches and the key is new, and a changed key accepted', async () => {
    form.toggleFolder(idOf('labs'), true);
    found = whom();
    await form.choose(someone);
    expect(form.missing.whom).toBe('compare');
    form.compared = true;
    expect(form.ready).toBe(true);
    found = whom({ key: { state: 'known' } });
    await form.choose(someone);
    expect(form.ready).toBe(true);
    found = whom({ vouched: [{}], key: { state: 'changed' } });
    await form.choose(someone);
    expect(form.missing.whom).toBe('changed');
    found = new SalusError('share/not-enrolled');
    await form.choose(someone);
    expect([form.whomError?.code, form.missing.whom]).toEqual(['share/not-enrolled', 'nobody']);
  });

  it('lets only whom a hospital vouches for bring in colleagues', async () => {
    form.toggleFolder(idOf('labs'), true);
    form.delegable = true;
    await form.choose(someone);
    expect(form.passable).toBe(true);
    found = whom({ key: { state: 'known' } });
    await form.choose(someone);
    expect(form.passable).toBe(false);
    expect(await form.send()).toBe(true);
    expect(sent).toEqual([[expect.objectContaining({ terms: expect.objectContaining({ delegable: false }) }), []]]);
    found = whom({ account: { address: someone, role: 'none', hospital: { active: true } } });
    await form.choose(someone);
    expect(form.passable).toBe(true);
  });

  it('gives what is restricted for 30 days, and never to be passed on', async () => {
    await form.choose(someone);
    choose(item(1, { confidentiality: 'R' }));
    expect(form.missing.until).toBe('restricted');
    expect(form.passable).toBe(false);
    form.day = first.add({ days: 29 });
    expect(form.ready).toBe(true);
    form.ends = 'open';
    expect(form.missing.until).toBe('restricted');
  });

  it('asks once more for what is very restricted, and gives no record to be written into', async () => {
    await form.choose(someone);
    choose(item(1, { confidentiality: 'V' }));
    expect(form.missing).toMatchObject({ confirm: true, until: null });
    form.veryRestricted = true;
    expect(form.ready).toBe(true);
    form.rights = 'read-write';
    expect(form.missing.rights).toBe('records');
  });

  it('offers what may be given: no other’s copy, nothing that only serves the file', () => {
    items = [
      item(1, {}),
      item(2, { copy: { for: someone } }),
      item(3, { kind: 'filing' }),
      item(4, { kind: 'report' }),
    ];
    form = new ShareForm({ records: { items } } as unknown as App);
    expect(form.offered.map((i) => i.known?.kind)).toEqual(['document', 'report']);
  });

  it('takes what was moved for no earlier version', () => {
    choose(item(7, {}, 2));
    expect(form.corrected).toBe(false);
    form.versions = true;
    expect(form.refs).toHaveLength(1);
  });

  it('takes earlier versions along when asked, and no more than there may be', () => {
    choose(item(1, {}, 3), item(2, {}));
    expect([form.corrected, form.together, form.refs.length]).toEqual([true, true, 2]);
    form.versions = true;
    expect(form.refs).toHaveLength(4);
    form.folders = Array.from({ length: 17 }, (_, i) => newFolderId((n) => new Uint8Array(n).fill(i)));
    expect(form.missing.what).toBe('tooManyAlone');
  });

  it('begins with what a link says, but not with a day that has passed', () => {
    const wish = { to: null, records: [], folders: [idOf('imaging')], re: 2, until: 0, rights: 'write' as const };
    const at = (days: number) => Math.floor(first.add({ days }).toDate(getLocalTimeZone()).getTime() / 1000) + 60;
    form.begin({ ...wish, until: at(7) });
    expect([form.folders, form.re, form.rights, form.day?.compare(first)]).toEqual([[idOf('imaging')], 2, 'write', 7]);
    form.begin({ ...wish, until: at(-7) });
    expect(form.day?.compare(first)).toBe(7);
  });
});
