import { decodeFunctionData, encodeFunctionData, keccak256, type Hex } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { salusAbi } from '../../../src/chain/abi.ts';
import { encodeCall } from '../../../src/chain/calls.ts';
import { recoverSigned, type RpcTransaction } from '../../../src/chain/signedBy.ts';
import type { Call } from '../../../src/flows/ports/chain.ts';
import { keyHashOf } from '../../fakes/rules.ts';
import { accredit, add, digest, enroll, keyOf, lyingNode, people, startLocal, type Local } from './support.ts';

const { alice, bob, doctor, hospitals, nobody } = people;
const [h0, h1, h2, h3] = hospitals as [typeof alice, typeof alice, typeof alice, typeof alice];
const unproven = (reason: string) => ({ code: 'chain/key-unproven', details: expect.objectContaining({ reason }) });
const setProfile = (n: number): Call => ({ name: 'setProfile', args: { profile: digest(n) } });
const propose = (subject: Hex, admit: boolean) =>
  encodeFunctionData({ abi: salusAbi, functionName: 'propose', args: [subject, admit, digest(1)] });
const confirm = (id: bigint, admit = true) =>
  encodeFunctionData({ abi: salusAbi, functionName: 'confirm', args: [id, h3.account, admit] });
const suspend = (who: Hex): Call => ({ name: 'suspend', args: { account: who, reason: digest(3) } });

const all: Local[] = [];
const chainOf = async (...founders: Parameters<typeof startLocal>) => {
  const local = await startLocal(...founders);
  all.push(local);
  return local;
};
const stops: (() => void)[] = [];
let local: Local;

beforeAll(async () => {
  local = await chainOf();
  await local.send(alice, enroll(1));
  await local.send(bob, enroll(2), { legacy: true });
  await local.send(doctor, enroll(3, 0, digest(77)));
  await local.send(h0, accredit(doctor));
});
afterAll(async () => {
  stops.forEach((stop) => stop());
  for (const l of all) await l.stop();
});

describe('a public key', () => {
  it('is proven by the signature under the transaction that enrolled it', async () => {
    const key = await local.open().provenKey(doctor.account);
    expect(key).toMatchObject({ account: doctor.account, by: 'signature', nonce: digest(1003), profile: digest(77) });
    expect(key.recipient).toEqual(keyOf(3));
    expect(key.keyring).toEqual(new Uint8Array(120).fill(3));
    expect(key.keyHash).toBe(keyHashOf(keyOf(3)));
  });

  it('is proven by a legacy transaction that names its chain, too', async () => {
    expect((await local.open().provenKey(bob.account)).by).toBe('signature');
  });

  it('is the newest one, with the newest keyring and profile', async () => {
    const l = await chainOf();
    await l.send(doctor, enroll(3));
    await l.send(doctor, enroll(4, 1));
    await l.send(doctor, setProfile(88));
    await l.send(doctor, { name: 'setKeyring', args: { expected: 3, keyring: new Uint8Array([9]) } });
    await l.send(doctor, add(doctor, 5));
    const key = await l.open().provenKey(doctor.account);
    expect(key.recipient).toEqual(keyOf(4));
    expect(key).toMatchObject({ profile: digest(88), keyring: new Uint8Array([9]), nonce: digest(1004) });
  });

  it('does not exist before its account enrolled', async () => {
    await expect(local.open().provenKey(nobody.account)).rejects.toMatchObject(unproven('not-enrolled'));
  });

  it('swapped by a node that lies consistently, in views, logs and receipts, is refused', async () => {
    // the node runs a chain of its own on which the doctor enrolled with the node's key: all of it fits together
    const lying = await chainOf();
    await lying.forge(doctor.account, enroll(66));
    const chain = lying.open();
    expect((await chain.timeline(doctor.account, 'own')).complete).toBe(true);
    expect((await chain.account(doctor.account)).keyHash).toBe(keyHashOf(keyOf(66)));
    await expect(chain.provenKey(doctor.account)).rejects.toMatchObject(unproven('no-signature'));
  });

  it("swapped under another's good signature is refused", async () => {
    const lying = await chainOf();
    const mallory = await lying.send(nobody, enroll(66));
    const forged = await lying.forge(doctor.account, enroll(66));
    const node = await lyingNode(lying.rpc, async ({ method, params }) => {
      if (method === 'eth_getTransactionByHash') return lying.rpc(method, [mallory]);
      if (method !== 'eth_getLogs') return undefined;
      const logs = await lying.rpc<object[]>(method, params);
      return logs.map((l) => ({ ...l, transactionHash: mallory }));
    });
    stops.push(node.stop);
    expect(forged).not.toBe(mallory);
    await expect(lying.open({ rpcs: [node.url] }).provenKey(doctor.account)).rejects.toMatchObject(
      unproven('other-signer'),
    );
  });

  it("swapped under the doctor's own signature for something else is refused", async () => {
    const lying = await chainOf();
    const forged = await lying.forge(doctor.account, enroll(66));
    const { blockNumber } = await lying.rpc<{ blockNumber: Hex }>('eth_getTransactionReceipt', [forged]);
    const other = await lying.send(doctor, setProfile(1));
    const node = await lyingNode(lying.rpc, async ({ method, params }, truth) => {
      if (method === 'eth_getTransactionReceipt') return { ...((await truth()) as object), blockNumber };
      if (method !== 'eth_getLogs') return undefined;
      const logs = await lying.rpc<object[]>(method, params);
      return logs.map((l) => ({ ...l, transactionHash: other }));
    });
    stops.push(node.stop);
    await expect(lying.open({ rpcs: [node.url] }).provenKey(doctor.account)).rejects.toMatchObject(
      unproven('other-arguments'),
    );
  });

  it('from another contract or another chain is refused', async () => {
    const key = await local.open().provenKey(doctor.account);
    const tx = await local.rpc<RpcTransaction>('eth_getTransactionByHash', [key.tx]);
    const signed = recoverSigned(tx, key.tx)!;
    expect(signed).toMatchObject({
      signer: doctor.account,
      chainId: 31_337,
      to: local.deployment.contract,
      input: encodeCall(enroll(3, 0, digest(77))),
    });
    expect(decodeFunctionData({ abi: salusAbi, data: signed.input }).functionName).toBe('enroll');
    for (const change of [
      { value: '0x1' },
      { chainId: '0x1' },
      { nonce: '0x9' },
      { to: nobody.account },
      { input: '0x' },
      { type: '0x1' },
    ])
      expect(recoverSigned({ ...tx, ...change } as RpcTransaction, key.tx)).toBeNull();
    // the other half of the curve: the same signer, but no chain accepts it
    const n = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
    expect(recoverSigned({ ...tx, s: `0x${(n - BigInt(tx.s)).toString(16)}` } as RpcTransaction, key.tx)).toBeNull();
  });

  it('of an account that one lying node passes off as a contract is refused', async () => {
    const lying = await chainOf();
    await lying.rpc('anvil_setCode', [doctor.account, '0x6000']);
    await lying.forge(doctor.account, enroll(66));
    await expect(lying.open().provenKey(doctor.account)).rejects.toMatchObject(unproven('one-node'));
    // asked beside an honest node, they differ before anything is proven
    const chain = lying.open({ rpcs: [lying.url, local.url] });
    await expect(chain.provenKey(doctor.account)).rejects.toMatchObject({ details: { reason: 'nodes-disagree' } });
  });

  it('of a contract account is taken where all nodes agree', async () => {
    const l = await chainOf();
    await l.rpc('anvil_setCode', [doctor.account, '0x6000']);
    await l.forge(doctor.account, enroll(5));
    const second = await lyingNode(l.rpc, () => undefined);
    stops.push(second.stop);
    const key = await l.open({ rpcs: [l.url, second.url] }).provenKey(doctor.account);
    expect(key).toMatchObject({ by: 'agreement', keyHash: keyHashOf(keyOf(5)) });
  });
});

describe('a proof', () => {
  it('is found although one of the nodes keeps the transaction back', async () => {
    const node = await lyingNode(local.rpc, ({ method }) => (method === 'eth_getTransactionByHash' ? null : undefined));
    stops.push(node.stop);
    const chain = local.open({ rpcs: [node.url, local.url] });
    expect((await chain.provenKey(doctor.account)).by).toBe('signature');
  });
});

describe('an entry', () => {
  it("is proven by its author's signature over the same arguments", async () => {
    const chain = local.open();
    const { entries } = await chain.timeline(doctor.account, 'inbox');
    expect(await chain.proveEntry(entries[0]!)).toBe('signature');
    const altered = { ...entries[0]!, args: { ...entries[0]!.args, licence: digest(8) } };
    await expect(chain.proveEntry(altered)).rejects.toMatchObject(unproven('other-arguments'));
    const stolen = { ...entries[0]!, author: nobody.account };
    await expect(chain.proveEntry(stolen)).rejects.toMatchObject(unproven('other-signer'));
  });

  it("shows its author's signature", async () => {
    const chain = local.open();
    const [enrolled] = (await chain.timeline(alice.account, 'own')).entries;
    const tx = await local.rpc<RpcTransaction>('eth_getTransactionByHash', [enrolled!.tx]);
    const { signer, r, s, raw } = (await chain.signatureOf(enrolled!))!;
    expect([signer, BigInt(r), BigInt(s)]).toEqual([alice.account, BigInt(tx.r), BigInt(tx.s)]);
    expect(keccak256(raw)).toBe(enrolled!.tx);
  });

  it('is not proven at another place than was signed', async () => {
    const chain = local.open();
    const [enrolled] = (await chain.timeline(alice.account, 'own')).entries;
    const moved = { ...enrolled!, count: 2, ownCount: 2 };
    await expect(chain.proveEntry(moved)).rejects.toMatchObject(unproven('other-arguments'));
  });

  it('is proven among several in one transaction, each by its own call', async () => {
    const inner = [add(alice, 91), add(alice, 92)].map(encodeCall);
    const nested = encodeFunctionData({ abi: salusAbi, functionName: 'multicall', args: [[inner[1]!]] });
    const data = encodeFunctionData({ abi: salusAbi, functionName: 'multicall', args: [[inner[0]!, nested]] });
    const tx = await local.raw(alice, data);
    const chain = local.open();
    const both = (await chain.timeline(alice.account, 'own')).entries.filter((e) => e.tx === tx);
    expect(both.map((e) => e.args.record)).toEqual([digest(92), digest(91)]);
    for (const entry of both) expect(await chain.proveEntry(entry)).toBe('signature');
    const altered = { ...both[0]!, args: { ...both[0]!.args, record: digest(93) } };
    await expect(chain.proveEntry(altered)).rejects.toMatchObject(unproven('other-arguments'));
  });

  it('is not proven while a node that has its transaction has no receipt', async () => {
    const node = await lyingNode(local.rpc, ({ method }) =>
      method === 'eth_getTransactionReceipt' ? null : undefined,
    );
    stops.push(node.stop);
    const chain = local.open({ rpcs: [node.url, local.url] });
    await expect(chain.provenKey(alice.account)).rejects.toMatchObject(unproven('not-successful'));
  });

  it('is not proven by a transaction that failed', async () => {
    const node = await lyingNode(local.rpc, async ({ method }, truth) =>
      method === 'eth_getTransactionReceipt' ? { ...((await truth()) as object), status: '0x0' } : undefined,
    );
    stops.push(node.stop);
    await expect(local.open({ rpcs: [node.url] }).provenKey(alice.account)).rejects.toMatchObject(
      unproven('not-successful'),
    );
  });
});

describe('an accreditation', () => {
  const refused = (reason: string) => ({ code: 'chain/not-accredited', details: expect.objectContaining({ reason }) });

  it('leads from the doctor to a founder', async () => {
    const found = await local.open().accreditation(doctor.account);
    expect(found).toMatchObject({
      account: doctor.account,
      role: 'doctor',
      path: [{ hospital: h0.account, number: 0 }],
    });
  });

  it('of a founder is the founder', async () => {
    expect((await local.open().accreditation(h1.account)).path).toEqual([
      { hospital: h1.account, number: 1, tx: null },
    ]);
  });

  it('of nobody is none', async () => {
    await expect(local.open().accreditation(alice.account)).rejects.toMatchObject(refused('no-hospital'));
  });

  it('leads through hospitals that were admitted later, each by a majority that signed', async () => {
    const l = await chainOf();
    await l.raw(h1, propose(h3.account, true));
    await l.raw(h2, confirm(1n));
    await l.send(h3, accredit(doctor));
    const { path } = await l.open().accreditation(doctor.account);
    expect(path.map((p) => p.number)).toEqual([3, 1]);
    expect(path.map((p) => p.hospital)).toEqual([h3.account, h1.account]);
    expect(path.every((p) => p.tx !== null)).toBe(true);
    // expelled again: what it vouched for is worth nothing, unless another vouches too
    await l.raw(h0, propose(h3.account, false));
    await l.raw(h1, confirm(2n, false));
    await l.raw(h2, confirm(2n, false));
    await expect(l.open().accreditation(doctor.account)).rejects.toMatchObject(refused('no-hospital'));
    await l.send(h2, accredit(doctor));
    expect((await l.open().accreditation(doctor.account)).path.map((p) => p.number)).toEqual([2]);
    await l.raw(h0, propose(h3.account, true));
    await l.raw(h1, confirm(3n));
    await l.send(h3, accredit(doctor));
    expect((await l.open().accreditation(doctor.account)).path.map((p) => p.number)).toEqual([4, 0]);
  });

  it('ends when the hospital takes it back', async () => {
    const l = await chainOf();
    await l.send(h0, accredit(doctor));
    await l.send(h1, accredit(doctor));
    await l.send(h1, suspend(doctor.account));
    expect((await l.open().accreditation(doctor.account)).path.map((p) => p.number)).toEqual([0]);
    await l.send(h0, suspend(doctor.account));
    await expect(l.open().accreditation(doctor.account)).rejects.toMatchObject(refused('no-hospital'));
  });

  it('from a consortium of other founders is refused', async () => {
    const lying = await chainOf([h0, h1, nobody]);
    await lying.send(nobody, accredit(doctor));
    await expect(lying.open().accreditation(doctor.account)).rejects.toMatchObject(refused('other-members'));
  });

  it('by a founder who never signed it is refused', async () => {
    const lying = await chainOf();
    await lying.forge(h0.account, accredit(doctor));
    await expect(lying.open().accreditation(doctor.account)).rejects.toMatchObject(refused('no-signature'));
  });

  it('by a hospital that a node admitted by votes nobody signed is refused', async () => {
    const lying = await chainOf();
    await lying.raw(h1, propose(h3.account, true));
    await lying.rpc('anvil_impersonateAccount', [h2.account]);
    const vote = { from: h2.account, to: lying.deployment.contract, data: confirm(1n), gas: '0x4c4b40' };
    const hash = await lying.rpc('eth_sendTransaction', [vote]);
    while (!(await lying.rpc('eth_getTransactionReceipt', [hash])));
    await lying.send(h3, accredit(doctor));
    await expect(lying.open().accreditation(doctor.account)).rejects.toMatchObject(refused('no-signature'));
  });
});
