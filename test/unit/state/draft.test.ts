import { beforeEach, describe, expect, it } from 'vitest';
import { toHex } from '../../../src/core/bytes.ts';
import { SalusError } from '../../../src/core/errors.ts';
import type { Ports } from '../../../src/flows/ports/index.ts';
import type { Options, SealedFile } from '../../../src/flows/ports/storage.ts';
import { DraftState } from '../../../src/state/draft.svelte.ts';
import { FakeWorld, person } from '../../fakes/chain.ts';
import { Device } from '../../fakes/device.ts';

type Fields = { words: string };
type Call = { name: string; options: Options; go: () => void; fail: (error: unknown) => void };

let device: Device;
let ports: Ports;
/** each file waits in here until the test lets it through */
let sealing: Call[];
let asked = 0;

const slow = async () => {
  asked++;
  return ports;
};
const draft = (name = 'report/x') => new DraftState<Fields>(slow, name, { words: '' });
const file = (name: string, text = name) => new File([text], name, { type: 'text/plain' });
const kept = async (state: DraftState<Fields>) => (await state.current()).files.map((f) => f.name);

beforeEach(async () => {
  device = new Device(new FakeWorld(), person('somebody'), new Map());
  await device.cabinet.unlock(device.wallet.account, new Uint8Array(32).fill(7));
  sealing = [];
  asked = 0;
  const sealFile = (f: Blob, recipient: string, options: Options = {}): Promise<SealedFile> =>
    new Promise((resolve, reject) => {
      options.signal?.addEventListener('abort', () => reject(new SalusError('storage/aborted')));
      const go = () => void device.storage.sealFile(f, recipient).then(resolve, reject);
      sealing.push({ name: (f as File).name, options, go, fail: reject });
    });
  const discard = device.storage.discard.bind(device.storage);
  ports = { ...device.ports, storage: Object.assign(Object.create(device.storage), { sealFile, discard }) };
});

const under = async (n: number) => expect.poll(() => sealing.length).toBe(n);

describe('a draft on the screen', () => {
  it('is opened once, however many ask: it has one identity', async () => {
    const state = draft();
    const [one, two] = await Promise.all([state.current(), state.current(), state.open(), state.open()]);
    expect(one).toBe(two);
    expect(asked).toBeGreaterThan(0);
    const again = draft();
    expect((await again.current()).identity).toBe((await state.current()).identity);
  });

  it('opens again after it could not be opened, and not beside a try that goes on', async () => {
    device.cabinet.lock();
    const state = draft();
    await state.open();
    expect(state.error?.code).toBe('crypto/locked');
    expect(state.ready).toBe(false);
    await device.cabinet.unlock(device.wallet.account, new Uint8Array(32).fill(7));
    await state.open();
    expect(state.ready).toBe(true);
  });

  it('keeps what was typed before it was opened', async () => {
    const before = draft();
    before.fields.words = 'of the last visit';
    await before.current();

    const state = draft();
    const opening = state.open();
    state.fields.words = 'quick hands';
    await opening;
    expect(state.fields.words).toBe('quick hands');
    expect((await state.current()).fields.words).toBe('quick hands');
  });

  it('takes up what was written when nothing was typed yet', async () => {
    const before = draft();
    before.fields.words = 'of the last visit';
    await before.current();
    const state = draft();
    await state.open();
    expect(state.fields.words).toBe('of the last visit');
  });

  it('seals files one after the other, in their order', async () => {
    const state = draft();
    state.add([file('a'), file('b')]);
    state.add([file('c')]);
    await under(1);
    expect(sealing.map((s) => s.name)).toEqual(['a']);
    sealing[0]?.go();
    await under(2);
    sealing[1]?.go();
    await under(3);
    sealing[2]?.go();
    expect(await kept(state)).toEqual(['a', 'b', 'c']);
    expect(state.uploads).toEqual([]);
  });

  it('counts files and bytes of all of them together', async () => {
    const state = draft();
    expect(state.sealing).toBeNull();
    state.add([file('a', 'x'.repeat(100)), file('b', 'x'.repeat(300))]);
    await under(1);
    expect(state.sealing).toEqual({ done: 0, files: 2, bytes: 0, total: 400 });
    sealing[0]?.options.onProgress?.({ stage: 'encrypt', done: 60, total: 100 });
    expect(state.sealing).toEqual({ done: 0, files: 2, bytes: 60, total: 400 });
    sealing[0]?.go();
    await under(2);
    expect(state.sealing).toEqual({ done: 1, files: 2, bytes: 100, total: 400 });
    // padding is not counted
    sealing[1]?.options.onProgress?.({ stage: 'encrypt', done: 512, total: 512 });
    expect(state.sealing?.bytes).toBe(400);
    sealing[1]?.go();
    await kept(state);
    expect(state.sealing).toBeNull();
    state.add([file('c', 'x')]);
    expect(state.sealing).toEqual({ done: 0, files: 1, bytes: 0, total: 1 });
    await under(3);
    sealing[2]?.go();
    await kept(state);
  });

  it('goes on after a file that failed, which can be tried again', async () => {
    const state = draft();
    state.add([file('a'), file('b')]);
    await under(1);
    sealing[0]?.fail(new SalusError('storage/quota'));
    await under(2);
    expect(state.uploads[0]?.error?.code).toBe('storage/quota');
    sealing[1]?.go();
    expect(await kept(state)).toEqual(['b']);
    expect([state.uploading, state.sealing]).toEqual([false, null]);
    state.retry(state.uploads[0]!);
    await under(3);
    sealing[2]?.go();
    expect(await kept(state)).toEqual(['b', 'a']);
    expect(state.uploads).toEqual([]);
  });

  it('cancels the one under way and the one that waits, and goes on with the rest', async () => {
    const state = draft();
    state.add([file('a'), file('b'), file('c')]);
    await under(1);
    state.dismiss(state.uploads[1]!);
    state.dismiss(state.uploads[0]!);
    await under(2);
    expect(sealing[1]?.name).toBe('c');
    expect(sealing[0]?.options.signal?.aborted).toBe(true);
    sealing[1]?.go();
    expect(await kept(state)).toEqual(['c']);
  });

  it('is whole after a reload, and gone after it was thrown away, blocks included', async () => {
    const state = draft();
    state.fields.words = 'kept';
    state.add([file('a')]);
    await under(1);
    sealing[0]?.go();
    await state.current();
    const cid = state.files[0]!.cid;
    const again = draft();
    await again.open();
    expect([again.fields.words, again.files.map((f) => f.name)]).toEqual(['kept', ['a']]);
    await again.discard();
    expect(device.storage.here.has(cid)).toBe(false);
    const third = draft();
    await third.open();
    expect([third.fields.words, third.files]).toEqual(['', []]);
    // the same object is shown again when somebody comes back to the form
    await again.open();
    expect([again.fields.words, again.files]).toEqual(['', []]);
  });

  it('leaves nothing readable in the cabinet', async () => {
    const state = draft();
    state.fields.words = 'MARKER words';
    state.add([file('MARKER.txt')]);
    await under(1);
    sealing[0]?.go();
    await state.current();
    const disk = [...device.cabinet.kept.values()].map(({ box, title }) => toHex(box) + toHex(title)).join();
    expect(disk).not.toContain(toHex(new TextEncoder().encode('MARKER')).slice(2));
  });

  it('that cannot be kept says so, keeps what was typed on the screen, and is kept once there is room again', async () => {
    const state = draft();
    await state.open();
    const { cabinet } = ports;
    const full = {
      ...ports,
      cabinet: Object.assign(Object.create(cabinet), { set: () => Promise.reject(new SalusError('storage/quota')) }),
    };
    const room = ports;
    ports = full;
    state.fields = { words: 'MARKER' };
    await state.save();
    expect([state.unsaved?.code, state.error, state.ready]).toEqual(['storage/quota', null, true]);
    expect(state.fields.words).toBe('MARKER');
    ports = room;
    await state.save();
    expect(state.unsaved).toBeNull();
    const again = draft();
    await again.open();
    expect(again.fields.words).toBe('MARKER');
  });
});
