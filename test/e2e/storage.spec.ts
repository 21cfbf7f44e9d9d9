/** Storage in a real browser: IndexedDB, the workers, a real peer; and what lies on the disk afterwards. */
import { expect, test } from '@playwright/test';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';
import { startPeer, type Peer } from '../../src/peer/peer.ts';
import { serve, type Served } from '../../src/tools/serve.ts';
import { root } from '../../src/tools/run.ts';
import type { Api } from './storage/page.ts';
import { marker } from './support/files.ts';
import { Person } from './support/person.ts';

const MIB = 2 ** 20;
let folder: string;
let site: Served;
let peer: Peer;

test.beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'salus-storage-'));
  const outDir = join(folder, 'page');
  await build({
    configFile: false,
    root: join(root, 'test/e2e/storage'),
    logLevel: 'error',
    base: './',
    worker: { format: 'es' },
    build: { outDir, emptyOutDir: true, target: 'es2023' },
  });
  site = await serve(outDir);
  peer = await startPeer({ folder: join(folder, 'peer') });
});

test.afterAll(async () => {
  await peer.stop();
  await site.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Calls the page's storage. */
const call = <N extends keyof Api>(who: Person, name: N, ...args: Parameters<Api[N]>): ReturnType<Api[N]> =>
  who.page.evaluate(
    ([method, values]) =>
      (window as unknown as { api: Record<string, (...a: unknown[]) => unknown> }).api[method]!(...values),
    [name, args] as [string, unknown[]],
  ) as ReturnType<Api[N]>;

/** What was handed over, when nothing went wrong. */
const fine = <T>(answer: T): Exclude<T, { code: string }> => {
  expect(Object.keys(answer as object), JSON.stringify(answer)).not.toContain('code');
  return answer as Exclude<T, { code: string }>;
};

const arrive = async (name: string, profile?: string): Promise<Person> => {
  const person = await Person.arrive(name, profile ? { folder: profile } : {});
  await person.page.goto(site.url);
  await person.page.waitForFunction(() => 'api' in window);
  return person;
};

test('a record goes from one browser to another, and nothing readable stays in or leaves either', async () => {
  const secret = marker('storage');
  const author = await arrive('author');
  await call(author, 'configure', [peer.url], []);
  const made = fine(await call(author, 'make', [0, 1000, 20 * MIB], secret));
  expect(await call(author, 'onlyHere')).toEqual([made.digest]);
  expect(fine(await call(author, 'push', made.digest))).toMatchObject({ durable: true });
  expect(await call(author, 'onlyHere')).toEqual([]);

  const reader = await arrive('reader');
  await call(reader, 'configure', [], [peer.url]);
  const opened = fine(await call(reader, 'open', made));
  expect(opened).toEqual({
    names: ['0.age', '1.age', '2.age'],
    hashes: made.files.map((file) => file.sha256),
    title: secret,
  });
  // and once more, from what is here
  await call(reader, 'configure', [], []);
  expect(await call(reader, 'open', made)).toEqual(opened);

  const secrets = [
    { name: 'marker', text: secret },
    { name: 'identity', text: made.identity },
  ];
  for (const person of [author, reader]) {
    expect(await call(person, 'cabinet', secret)).toEqual({ names: [`draft/${secret}`], value: secret });
    const { hits, bytes } = await person.atRest(secrets);
    expect(hits).toEqual([]);
    expect(bytes['indexedDB salus/blocks/salus/blocks']).toBeGreaterThan(20 * MIB);
    expect(Object.keys(bytes).some((where) => where.includes('cabinet'))).toBe(true);
    expect(person.leaked(secrets)).toEqual([]);
    const places = [site.url, `${peer.url}/`];
    expect(person.urls.filter((url) => !places.some((place) => url.startsWith(place)))).toEqual([]);
    expect(person.faults).toEqual([]);
    // ciphertext takes its own length on the disk, and no neighbouring memory
    const { bytes: stored } = await call(person, 'blocks');
    expect(stored).toBeLessThan(25 * MIB);
    await person.leave();
    expect(person.onDisk(secrets)).toEqual([]);
    person.forget();
  }
});

test('a view is copied before it is put: what lies beside it in memory does not go to disk', async () => {
  const person = await arrive('view');
  const secret = marker('beside');
  expect(await call(person, 'putView', 'ours', secret)).toEqual({ count: 1, bytes: 1000 });
  expect((await person.atRest([{ name: 'beside', text: secret }])).hits).toEqual([]);
  // the store as it comes does not, and this test would see it
  expect(await call(person, 'putView', 'theirs', secret)).toEqual({ count: 1, bytes: 100_000 });
  expect((await person.atRest([{ name: 'beside', text: secret }])).hits).not.toEqual([]);
  await person.leave();
  person.forget();
});

test('locking and giving up end what is under way; storage goes on', async () => {
  const person = await arrive('lock');
  const made = fine(await call(person, 'make', [1000], 'before'));
  expect(await call(person, 'locked', 64 * MIB)).toMatchObject({ code: 'storage/aborted' });
  expect(fine(await call(person, 'open', made)).title).toBe('before');
  const { count } = await call(person, 'blocks'); // what the lock left half added is collected by now
  expect(count).toBe(3);
  expect(await call(person, 'cancelled', 64 * MIB)).toMatchObject({ code: 'storage/aborted' });
  expect((await call(person, 'blocks')).count).toBe(3);
  expect(person.faults).toEqual([]);
  await person.leave();
  person.forget();
});

test('a tab closed in the middle of adding leaves nothing for good', async () => {
  const person = await arrive('closed');
  await call(person, 'begin', 64 * MIB);
  await expect.poll(async () => (await call(person, 'blocks')).count).toBeGreaterThan(2);
  await person.reopen(site.url);
  await person.page.waitForFunction(() => 'api' in window);
  expect(await call(person, 'onlyHere')).toEqual([]);
  await expect.poll(async () => (await call(person, 'blocks')).count).toBe(0);
  await person.leave();
  person.forget();
});

test('a full disk is told as such, and what was there stays', async () => {
  const person = await arrive('quota');
  const devtools = await person.context.newCDPSession(person.page);
  // before the first write: Chromium remembers for half a minute how much room there was
  await devtools.send('Storage.overrideQuotaForOrigin', { origin: new URL(site.url).origin, quotaSize: 4 * MIB });
  const made = fine(await call(person, 'make', [1000], 'before'));
  expect(await call(person, 'make', [40 * MIB], 'large')).toMatchObject({ code: 'storage/quota' });
  expect(fine(await call(person, 'open', made)).title).toBe('before');
  expect((await call(person, 'blocks')).count).toBe(3);
  const { usage, quota } = await call(person, 'estimate');
  expect(quota).toBeGreaterThan(usage);
  await person.leave();
  person.forget();
});

test('a browser that blocks storage is told as such, at once', async () => {
  const profile = mkdtempSync(join(tmpdir(), 'salus-blocked-'));
  mkdirSync(join(profile, 'Default'));
  const settings = { profile: { default_content_setting_values: { cookies: 2 } } };
  writeFileSync(join(profile, 'Default/Preferences'), JSON.stringify(settings));
  const person = await arrive('blocked', profile);
  expect(await call(person, 'make', [1000], 'nowhere')).toMatchObject({ code: 'storage/unavailable' });
  expect(await call(person, 'cabinet', 'nowhere')).toMatchObject({ code: 'storage/unavailable' });
  await person.leave();
  person.forget();
});
