/** Records by hand and pinning services, as the page's state holds them. */
import { beforeEach, describe, expect, it } from 'vitest';
import { SalusError } from '../../../src/core/errors.ts';
import { utf8, type Digest } from '../../../src/core/bytes.ts';
import { fileNameOf, recordsOf } from '../../../src/flows/handOver.ts';
import { readServices, saveServices, type Service } from '../../../src/flows/pinning.ts';
import type { PinningService, Ports } from '../../../src/flows/ports/index.ts';
import { ExchangeState } from '../../../src/state/exchange.svelte.ts';
import { PinningServices } from '../../../src/state/pinning.svelte.ts';
import { PlacesState } from '../../../src/state/places.svelte.ts';
import { FakeWorld, person } from '../../fakes/chain.ts';
import { Device } from '../../fakes/device.ts';

const KEY = new Uint8Array(32).fill(7);
const TOKEN = 'SECRET-TOKEN-0123456789';
const chosen = { url: 'https://pins.example/psa', token: TOKEN, gateway: 'https://gw.example' };

let device: Device;
let ports: () => Promise<Ports>;
let shelf: Map<string, string>;
/** what storage was told to use */
let told: PinningService[][];
let tried: () => Promise<{ readBack: boolean }>;
let places: PlacesState;
let pinning: PinningServices;

const asShelf = (map: Map<string, string>) => ({
  get: (key: string) => map.get(key) ?? null,
  set: (key: string, value: string) => void map.set(key, value),
});

beforeEach(async () => {
  device = new Device(new FakeWorld(), person('somebody'), new Map());
  await device.cabinet.unlock(device.wallet.account, KEY);
  shelf = new Map();
  told = [];
  tried = async () => ({ readBack: true });
  Object.assign(device.storage, {
    configure: async ({ pinning: services = [] }: { pinning?: PinningService[] }) => void told.push(services),
    tryPinning: () => tried(),
  });
  ports = async () => device.ports;
  places = new PlacesState(asShelf(shelf), async () => device.storage);
  pinning = new PinningServices(ports, places);
});

/** Everything this browser keeps, as text. */
const atRest = (): string =>
  [...shelf].flat().join() +
  [...device.cabinet.kept.values()].map(({ box, title }) => Buffer.concat([box, title]).toString('latin1')).join();

describe('pinning services', () => {
  it('are sealed, and storage knows them while the vault is open only', async () => {
    await pinning.load();
    expect(await pinning.set(chosen)).toBe(true);
    expect(told.at(-1)).toEqual([chosen]);
    expect(places.hasPeer).toBe(true);
    expect(atRest()).not.toContain(TOKEN);
    expect(atRest()).not.toContain('pins.example');

    pinning.clear();
    await places.apply();
    expect(told.at(-1)).toEqual([]);
    expect([pinning.list, places.hasPeer]).toEqual([null, false]);
    expect(JSON.stringify([pinning, places, ...shelf])).not.toContain(TOKEN);

    await pinning.load();
    expect(pinning.list).toEqual([{ ...chosen, name: 'pins.example', on: true }]);
    expect(told.at(-1)).toEqual([chosen]);
  });

  it('are changed, turned off and removed', async () => {
    await pinning.load();
    await pinning.set(chosen);
    await pinning.set({ ...chosen, token: 'another', gateway: null });
    expect(pinning.list).toHaveLength(1);
    await pinning.toggle(pinning.list![0]!);
    expect(told.at(-1)).toEqual([]);
    expect((await readServices(device.cabinet))[0]).toMatchObject({ token: 'another', on: false });
    await pinning.remove(pinning.list![0]!);
    expect(await readServices(device.cabinet)).toEqual([]);
    expect([...device.cabinet.kept]).toEqual([]);
  });

  it('are refused beyond 16, and what cannot be sealed is not used', async () => {
    const many = Array.from({ length: 17 }, (_, i): Service => ({
      ...chosen,
      url: `https://p${i}.example`,
      name: '',
      on: true,
    }));
    await expect(saveServices(device.cabinet, many)).rejects.toMatchObject({ code: 'input/too-large' });
    await pinning.load();
    device.cabinet.lock();
    expect(await pinning.set(chosen)).toBe(false);
    expect(pinning.error?.code).toBe('crypto/locked');
    expect(pinning.list).toEqual([]);
  });

  it('what lies in the cabinet and is no list of them is said, not used', async () => {
    await device.cabinet.set('pinning', utf8('[{"url":7}]'));
    await pinning.load();
    expect([pinning.error?.code, pinning.list]).toEqual(['record/malformed', null]);
  });

  it('are tried: good, by word alone, refused', async () => {
    await pinning.load();
    await pinning.set(chosen);
    const [service] = pinning.list!;
    await pinning.tryOut(service!);
    expect(pinning.trials[chosen.url]?.state).toBe('good');
    tried = async () => ({ readBack: false });
    await pinning.tryOut(service!);
    expect(pinning.trials[chosen.url]?.state).toBe('unread');
    tried = () => Promise.reject(new SalusError('pinning/token', { place: 'pins.example' }));
    await pinning.tryOut(service!);
    expect(pinning.trials[chosen.url]).toMatchObject({ state: 'failed', error: { code: 'pinning/token' } });
  });
});

describe('records by hand', () => {
  const made = async (): Promise<Digest> => device.storage.publish([{ name: 'a.json', body: utf8('public') }]);

  it('go into a file and out of it, and do not live only here any more', async () => {
    const digest = await made();
    let changed = 0;
    const exchange = new ExchangeState(
      ports,
      async () => void changed++,
      () => {},
    );
    const making = exchange.handOver([digest, digest]);
    await making.prepare();
    expect([making.status, making.file?.name]).toEqual(['ready', `salus-${digest.slice(2, 10)}.car`]);
    expect(await device.storage.onlyHere()).toEqual([digest]);
    await making.handed();
    expect([await device.storage.onlyHere(), changed]).toEqual([[], 1]);

    const other = new Device(new FakeWorld(), person('other'), new Map());
    let arrived = 0;
    const taking = new ExchangeState(
      async () => other.ports,
      async () => {},
      () => arrived++,
    ).takeIn();
    await taking.open(making.file!.blob);
    expect([taking.taken, taking.error, arrived]).toEqual([[digest], null, 1]);
    await taking.open(new Blob(['no CAR']));
    expect([taking.taken, taking.error?.code, arrived]).toEqual([null, 'car/damaged', 1]);
  });

  it('say why they cannot be put together, and are tried again', async () => {
    const exchange = new ExchangeState(
      ports,
      async () => {},
      () => {},
    );
    const nowhere = exchange.handOver([`0x${'ab'.repeat(32)}`]);
    await nowhere.prepare();
    expect([nowhere.status, nowhere.error?.code]).toEqual(['failed', 'storage/not-found']);
    const nothing = exchange.handOver(async () => []);
    await nothing.prepare();
    expect(nothing.error?.code).toBe('input/invalid');
  });

  it('leave out what is nowhere, where everything of a visit is wanted', async () => {
    const digest = await made();
    const durability = async (d: Digest) => ({
      digest: d,
      places: d === digest ? [{ kind: 'browser' }] : [],
      durable: false,
    });
    Object.assign(device.storage, { durability });
    const exchange = new ExchangeState(
      ports,
      async () => {},
      () => {},
    );
    expect(await exchange.present([digest, `0x${'cd'.repeat(32)}`])).toEqual([digest]);
  });

  it('are named by their digest and their number', () => {
    const [a, b]: Digest[] = [`0x${'1a2b3c4d'.repeat(8)}`, `0x${'00'.repeat(32)}`];
    expect(fileNameOf([a!])).toBe('salus-1a2b3c4d.car');
    expect(fileNameOf([a!, b!, b!])).toBe('salus-1a2b3c4d-and-2-more.car');
  });

  it('are found in the act that names them', () => {
    const record: Digest = `0x${'1a'.repeat(32)}`;
    const none: Digest = `0x${'00'.repeat(32)}`;
    expect(recordsOf({ name: 'complete', args: { id: 1n, record, hint: '0x00000000' } })).toEqual([record]);
    expect(recordsOf({ name: 'setProfile', args: { profile: record } })).toEqual([record]);
    expect(recordsOf({ name: 'decline', args: { id: 1n, reason: none } })).toEqual([]);
    expect(recordsOf({ name: 'release', args: { id: 1n } })).toEqual([]);
    const inside = {
      name: 'add',
      args: { patient: `0x${'11'.repeat(20)}`, record, via: 0n, hint: '0x00000000' },
    } as const;
    const access: Digest = `0x${'2b'.repeat(32)}`;
    const shared = {
      name: 'share',
      args: { grantee: `0x${'22'.repeat(20)}`, capability: access, access, until: 0, re: 0 },
    } as const;
    expect(recordsOf({ name: 'multicall', args: { calls: [inside, shared, inside] } })).toEqual([record, access]);
  });
});
