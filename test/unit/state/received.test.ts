/** What others share, on the page: lines out of what opens, copies and their marks, reviews, and what becomes of it all when a right ends. */
import { beforeEach, describe, expect, it } from 'vitest';
import { idOf } from '../../../src/record/folders.ts';
import { cosign } from '../../../src/flows/cosign.ts';
import { copyRecord } from '../../../src/flows/copy.ts';
import { addInto } from '../../../src/flows/dropBox.ts';
import type { OpenRecord } from '../../../src/flows/openRecord.ts';
import { markReviewed } from '../../../src/flows/reviewed.ts';
import { giveRecord } from '../../../src/flows/gifts.ts';
import { send } from '../../../src/flows/send.ts';
import { share } from '../../../src/flows/share.ts';
import { openDraft } from '../../../src/flows/writing.ts';
import { Acts } from '../../../src/state/act.svelte.ts';
import { ReceivedState } from '../../../src/state/received.svelte.ts';
import type { SharedFile } from '../../../src/state/sharedFile.svelte.ts';
import { VisitsState } from '../../../src/state/visits.svelte.ts';
import { dump } from '../../fakes/cabinet.ts';
import { cast, gift, keep, recordOf, type Cast, type Side } from '../flows/sharing.ts';
import { saveCard, type CardFields } from '../../../src/flows/own.ts';
import { emptyCard } from '../../../src/record/card.ts';

const ALL = `0x${'0'.repeat(64)}` as const;
let all: Cast;
let patient: Side;
let anna: Side;
let bob: Side;

beforeEach(async () => {
  all = await cast();
  ({ patient, anna, bob } = all);
});

/** A page of this person. */
const pageOf = ({ device, vault }: Side) => {
  const open = {
    ports: async () => device.ports,
    vault: () => vault,
    me: () => vault.account,
    acts: new Acts(),
  };
  const visits = new VisitsState(open);
  return { ...open, visits, received: new ReceivedState({ ...open, visits }) };
};
const give = (to: Side, over: Parameters<typeof gift>[1] = {}) =>
  share(patient.device.ports, patient.device.act, patient.vault, gift(to, over));
const titles = (file: SharedFile) => file.lines.map((l) => l.known?.title ?? null);
const look = async (who: Side): Promise<{ page: ReturnType<typeof pageOf>; file: SharedFile }> => {
  const page = pageOf(who);
  await page.received.look(patient.vault.account, false);
  return { page, file: page.received.of(patient.vault.account) };
};
const revoke = (grantee: Side) =>
  send(patient.device.ports, patient.device.act, {
    name: 'revoke',
    args: { grantee: grantee.vault.account, access: ALL },
  });
const write = async (who: Side, title: string): Promise<void> => {
  const { file } = await look(who);
  const { ports, act } = who.device;
  const fields = { kind: 'laboratory' as const, title, words: 'leukocytes' };
  const draft = await openDraft(ports, `drop/${title}`, fields);
  await addInto(ports, act, who.vault, { into: file.live[0]!, draft });
};

describe('those who share', () => {
  it('are found by the inbox, and called by the card that they let one read', async () => {
    const { device, vault } = patient;
    const draft = await openDraft<CardFields>(device.ports, 'card', {
      ...emptyCard(),
      name: 'Ana Marić',
      keepPhoto: true,
    });
    await saveCard(device.ports, device.act, vault, draft, null);
    await give(anna, { folders: [idOf('card'), idOf('labs')] });
    const page = pageOf(anna);
    await page.visits.load();
    await page.received.load();
    expect([page.received.givers, page.received.ready]).toEqual([[vault.account], true]);
    const file = page.received.of(vault.account);
    expect([file.name, file.live.length, file.lines.length]).toEqual(['Ana Marić', 2, 1]);
  });

  it('are read again only when one of the timelines moved', async () => {
    await give(anna);
    const { page, file } = await look(anna);
    await page.received.refresh();
    let reads = 0;
    const { chain } = anna.device.ports;
    const timeline = chain.timeline.bind(chain);
    chain.timeline = (...args) => {
      reads++;
      return timeline(...args);
    };
    await page.received.refresh();
    expect(reads).toBe(0);
    await keep(patient, 'new');
    await page.received.refresh();
    expect([reads > 0, titles(file)]).toEqual([true, ['new']]);
  });
});

describe('their records', () => {
  it('newest first, found by words, at once after a reload, nothing of it readable at rest', async () => {
    await keep(patient, 'Blood count');
    await keep(patient, 'Urine');
    await give(anna);
    const { file } = await look(anna);
    expect(titles(file)).toEqual(['Urine', 'Blood count']);
    file.query = 'blood';
    expect(file.shown.map((l) => l.known?.title)).toEqual(['Blood count']);
    expect(dump(anna.device.cabinet)).not.toContain('Blood');
    anna.device.storage.openManifest = () => Promise.reject(new Error('fetched again'));
    expect(titles((await look(anna)).file)).toEqual(['Urine', 'Blood count']);
  });

  it('a copy under new keys stands in the place of what it copies', async () => {
    const old = await keep(patient, 'Blood count');
    await give(anna);
    const { ports, act } = patient.device;
    const copy = await copyRecord(ports, act, patient.vault, old, { for: null });
    await send(ports, act, copy.call, { record: copy.digest });
    const { file } = await look(anna);
    expect(file.lines.map((l) => l.shared.filed.ref.digest)).toEqual([copy.digest]);
    expect(file.lines[0]?.mark).toBeNull();
  });

  it('somebody’s own copy of what is very restricted says whose it is, and its title only when it is opened', async () => {
    const secret = await keep(patient, 'MARKER secret', 'very-restricted', 'V');
    const until = all.world.time + 86_400;
    const terms = { until, delegable: false, rights: 'read' as const };
    for (const who of [anna, bob]) await give(who, { folders: [], records: [secret], terms, veryRestricted: true });
    const [hers, his] = [await look(anna), await look(bob)];
    expect(hers.file.lines).toHaveLength(1);
    expect(hers.file.lines[0]).toMatchObject({ mark: 'mine', known: { title: '', words: '', confidentiality: 'V' } });
    const digests = [hers, his].map(({ file }) => file.lines[0]!.shared.filed.ref.digest);
    expect(new Set([...digests, secret.ref.digest]).size).toBe(3);
    // what one lets out is told apart, and opens no other's
    const { file } = hers;
    const record = file.record(file.lines[0]!.shared);
    await record.open();
    expect(record.opened?.manifest.title).toBe('MARKER secret');
    expect(record.opened?.manifest.copy?.for).toBe(anna.vault.account);
    // Anna's, given to Bob by a page that is not ours
    const hersAgain = await recordOf(patient, digests[0]!);
    const key = { account: bob.vault.account, recipient: bob.vault.identity.recipient };
    const gift = { key, unaddressed: false, until, delegable: false, re: 0 };
    const { ports, act } = patient.device;
    const call = await giveRecord(ports, patient.vault, gift, { digest: digests[0]!, key: hersAgain.key });
    await send(ports, act, call, { record: call.args.capability });
    expect((await look(bob)).file.lines.map((l) => l.mark)).toEqual(['mine', 'others']);
  });

  it('what a second doctor looked over says by whom; amended by them, it is one line with its history', async () => {
    const rights = { until: 0, delegable: false, rights: 'read-write' as const };
    await give(anna, { terms: rights });
    await give(bob, { terms: rights });
    await write(anna, 'Blood count');
    const { file } = await look(bob);
    const opened = async (f: SharedFile, n = 0): Promise<OpenRecord> => {
      const record = f.record(f.lines[n]!.shared);
      await record.open();
      return record.opened!;
    };
    const what = await opened(file);
    const capability = file.live[0]!.capability;
    const folder = capability?.kind === 'folder' ? { recipient: capability.recipient, id: capability.folder } : null;
    const { ports, act } = bob.device;
    await markReviewed(ports, act, bob.vault, { what, words: 'agreed', folder });
    const seen = (await look(anna)).file.lines[0]!;
    expect(seen.reviews).toMatchObject([{ by: bob.vault.account, words: 'agreed', of: what.ref.digest }]);
    const again = (await look(bob)).file;
    const review = await again.ownReview(what.ref.digest);
    const fields = {
      kind: 'laboratory' as const,
      title: 'Blood count',
      words: 'leukocytes 6.1',
      reason: 'units',
      keep: [],
    };
    const draft = await openDraft(ports, 'cosign', fields);
    await cosign(ports, act, bob.vault, what, review, draft, folder?.recipient ?? null);
    for (const who of [anna, bob]) {
      const { lines } = (await look(who)).file;
      expect(lines).toHaveLength(1);
      expect(lines[0]?.history.map((h) => h.filed.ref.author)).toEqual([bob.vault.account, anna.vault.account]);
    }
  });
});

it('what no place had opens once there is one', async () => {
  await keep(patient, 'Blood count');
  await give(anna);
  anna.device.storage.online = false;
  const { page, file } = await look(anna);
  expect([file.live[0]?.error?.code, file.lines]).toEqual(['storage/not-found', []]);
  anna.device.storage.online = true;
  await page.received.again();
  expect(titles(file)).toEqual(['Blood count']);
});

describe('when the right ends', () => {
  it('what stands open is gone, and so is what was kept', async () => {
    await keep(patient, 'Blood count');
    await give(anna);
    const { page, file } = await look(anna);
    const record = file.record(file.lines[0]!.shared);
    await record.open();
    expect(record.status).toBe('open');
    await revoke(anna);
    await page.received.refresh();
    expect([file.live, file.lines, file.over.map((r) => r.grant.state)]).toEqual([[], [], ['revoked']]);
    expect(await anna.device.cabinet.list('glanced/')).toEqual([]);
    expect(await anna.device.cabinet.list('held/')).toEqual([]);
  });

  it('while it is being opened, opening ends with a clear word', async () => {
    await keep(patient, 'Blood count');
    await give(anna);
    const { file } = await look(anna);
    const record = file.record(file.lines[0]!.shared);
    const { ports } = anna.device;
    const real = ports.storage.openManifest.bind(ports.storage);
    ports.storage.openManifest = async (...args) => {
      const opened = await real(...args);
      await revoke(anna);
      return opened;
    };
    await record.open();
    expect([record.opened, record.error?.code, record.error?.details.state]).toEqual([null, 'record/ended', 'revoked']);
    await expect.poll(() => file.lines).toEqual([]);
  });

  it('no file opens any more, though its record stands open', async () => {
    await keep(patient, 'Blood count');
    await give(anna);
    const { file } = await look(anna);
    const record = file.record(file.lines[0]!.shared);
    await record.open();
    expect(await (await record.file(0)).text()).toBe('MARKER Blood count');
    await revoke(anna);
    await expect(record.file(0)).rejects.toMatchObject({ code: 'record/ended' });
  });

  it('locking forgets it all', async () => {
    await keep(patient, 'Blood count');
    await give(anna);
    const { page, file } = await look(anna);
    page.received.clear();
    expect([file.from, file.lines, page.received.followed]).toEqual([null, [], null]);
    expect(page.received.of(patient.vault.account)).not.toBe(file);
  });
});
