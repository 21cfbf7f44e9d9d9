/** Two devices that change the keys at once: nothing may be published on top of keys that are no longer the newest. */
import { beforeEach, expect, it } from 'vitest';
import { toHex } from '../../../src/core/bytes.ts';
import { changeWay, type ChangeInput } from '../../../src/flows/keys.ts';
import { unlockWithPhrase, unlockWithWallet } from '../../../src/flows/unlock.ts';
import type { Vault } from '../../../src/flows/vault.ts';
import { FakeWorld, person } from '../../fakes/chain.ts';
import { Device } from '../../fakes/device.ts';
import { codeOf } from '../code.ts';

let world: FakeWorld;
let phone: Device;
let laptop: Device;
let onPhone: Vault;
let onLaptop: Vault;

beforeEach(async () => {
  world = new FakeWorld();
  phone = new Device(world, person('patient'), new Map());
  onPhone = await phone.enroll();
  laptop = new Device(world, person('patient'), new Map());
  onLaptop = await unlockWithWallet(laptop.ports, laptop.act, '');
});

const change = (device: Device, vault: Vault, input: Partial<ChangeInput>): Promise<Vault> =>
  changeWay(device.ports, device.act, vault, {
    way: 'words',
    passphrase: '',
    prepared: null,
    onPrepared: () => undefined,
    confirmPhrase: async (words) => void (device.words = words),
    ...input,
  });

it('a new seed does not follow one that another device made while the words were being written down', async () => {
  let other: Vault | null = null;
  const confirmPhrase = async () => void (other = await change(laptop, onLaptop, {}));
  expect(await codeOf(change(phone, onPhone, { confirmPhrase }))).toBe('chain/reverted');
  const { recipient } = await world.chain().provenKey(phone.wallet.account);
  expect(toHex(recipient)).toBe(toHex((other as Vault | null)!.identity.publicKey));
});

it('a way is not added to a seed that another device replaced while the wallet was asked', async () => {
  const ask = phone.wallet.sign.bind(phone.wallet);
  let asked = false;
  phone.wallet.sign = async (text) => {
    if (!asked) await change(laptop, onLaptop, {});
    asked = true;
    return ask(text);
  };
  expect(await codeOf(change(phone, onPhone, { way: 'wallet' }))).toBe('chain/reverted');
  // the keyring still is that of the newest key
  await unlockWithPhrase(laptop.reloaded().ports, laptop.words.join(' '));
});

it('a node that shows an older keyring beside the newest count is not built upon', async () => {
  const before = await world.chain().provenKey(phone.wallet.account);
  await change(laptop, onLaptop, {});
  Object.assign(phone.ports.chain, { provenKey: async () => before });
  expect(await codeOf(change(phone, onPhone, { way: 'wallet' }))).toBe('chain/stale-head');
});
