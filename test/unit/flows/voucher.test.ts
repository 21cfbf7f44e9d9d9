import { hashTypedData } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { beforeEach, describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../src/core/bytes.ts';
import { voucherData } from '../../../src/core/voucher.ts';
import { typedHash, typedSigner } from '../../../src/crypto/typedData.ts';
import { MAX_VOUCHER, readVoucher, writeVoucher } from '../../../src/crypto/voucher.ts';
import { keptVouchers, signVoucher, takeVoucher, VOUCHER_LIFE } from '../../../src/flows/voucher.ts';
import { FakeWorld, person } from '../../fakes/chain.ts';
import { Device } from '../../fakes/device.ts';

const [hospital, other, alice] = [person('hospital'), person('hospital 2'), person('alice')];
const PEER = 'peer.clinic:4012';

describe('structured data', () => {
  const data = voucherData({ account: alice.account, peer: PEER, until: 1_900_000_000 }, 31337, other.account);

  it('hashes as viem hashes it', () => {
    expect(toHex(typedHash(data))).toBe(hashTypedData(data as never));
  });

  it('names who signed it, and nobody for a signature that is none', async () => {
    const signature = fromHex(await privateKeyToAccount(hospital.privateKey).signTypedData(data as never));
    expect(typedSigner(data, signature)).toBe(hospital.account);
    const low = signature.slice();
    low[64] = (low[64] as number) - 27;
    expect(typedSigner(data, low)).toBe(hospital.account);
    expect(typedSigner({ ...data, message: { ...data.message, until: 1 } }, signature)).not.toBe(hospital.account);
    for (const bad of [signature.subarray(1), new Uint8Array(65), new Uint8Array(0)])
      expect(typedSigner(data, bad)).toBeNull();
  });
});

describe('a voucher', () => {
  let [clinic, patient]: [Device, Device] = [null!, null!];
  let until = 0;
  beforeEach(async () => {
    const world = new FakeWorld([hospital, other]);
    clinic = new Device(world, hospital, new Map());
    patient = new Device(world, alice, new Map());
    await patient.cabinet.unlock(alice.account, new Uint8Array(32));
    until = world.time + 86_400;
  });
  const sign = (terms = {}) =>
    signVoucher(clinic.ports, clinic.act, { account: alice.account, peer: PEER, until, ...terms });
  const take = (text: string, device = patient) => takeVoucher(device.ports, { account: device.person.account }, text);

  it('is signed once, fits a code, and is kept by whom it lets in, sealed, until it ends', async () => {
    const text = await sign();
    expect(clinic.wallet.prompts).toHaveLength(1);
    expect(clinic.act.prompts).toMatchObject([{ kind: 'signature', purpose: 'voucher', left: 0 }]);
    expect(text.length).toBeLessThan(260);
    expect(await take(text)).toMatchObject({ hospital: hospital.account, account: alice.account, peer: PEER, until });
    expect(await keptVouchers(patient.cabinet, until * 1000 - 1)).toEqual([{ host: PEER, voucher: text }]);
    expect(await keptVouchers(patient.cabinet, until * 1000)).toEqual([]);
    expect(await patient.cabinet.list('voucher/')).toEqual([]);
  });

  it('is not signed by who is no hospital, for too long, for the past, or for a peer that has no name', async () => {
    await expect(
      signVoucher(patient.ports, patient.act, { account: alice.account, peer: PEER, until }),
    ).rejects.toThrow('chain/not-accredited');
    const now = clinic.world.time;
    for (const terms of [{ until: now }, { until: now + VOUCHER_LIFE + 60 }, { peer: '' }, { peer: 'a b' }])
      await expect(sign(terms)).rejects.toThrow('input/invalid');
    expect(clinic.wallet.prompts).toHaveLength(0);
  });

  it('is nobody else’s, nor another chain’s', async () => {
    const text = await sign();
    const eve = new Device(clinic.world, person('eve'), new Map());
    await expect(take(text, eve)).rejects.toMatchObject({ code: 'record/mismatch', details: { field: 'account' } });
    const voucher = readVoucher(text);
    for (const [field, value] of [
      ['chainId', 1],
      ['contract', other.account],
    ] as const)
      await expect(take(writeVoucher({ ...voucher, [field]: value }))).rejects.toMatchObject({
        code: 'record/mismatch',
        details: { field },
      });
  });

  it('holds only what was signed, by a hospital that still is one', async () => {
    const voucher = readVoucher(await sign());
    for (const changed of [{ until: voucher.until + 1 }, { peer: 'evil.clinic' }, { hospital: other.account }])
      await expect(take(writeVoucher({ ...voucher, ...changed }))).rejects.toThrow('crypto/bad-signature');
    const forged = { ...voucher, hospital: alice.account };
    await expect(take(writeVoucher(forged))).rejects.toThrow('chain/not-accredited');
    clinic.world.time = until;
    await expect(take(writeVoucher(voucher))).rejects.toThrow('input/invalid');
    expect(await patient.cabinet.list('voucher/')).toEqual([]);
  });

  it('is read strictly: bounded, and in one spelling', async () => {
    const text = await sign();
    // 160 bytes and a few bits that stand for nothing
    const spare = `${text.slice(0, -1)}${text.endsWith('A') ? 'B' : 'A'}`;
    for (const bad of ['', '!', text.slice(0, 40), `B${text.slice(1)}`, `${text}=`, 'A'.repeat(MAX_VOUCHER + 1)])
      expect(() => readVoucher(bad), bad).toThrow('record/malformed');
    await expect(take(spare)).rejects.toThrow(/record\/malformed|crypto\/bad-signature/);
  });
});
