/**
 * Every call of the contract as a real transaction on a local chain: the first of its kind, into empty timelines and storage, and a later one,
 * which is what the same people pay from then on (a hospital accrediting one more doctor, a patient booking once more).
 */
import { randomBytes } from 'node:crypto';
import {
  concat,
  createTestClient,
  createWalletClient,
  encodeAbiParameters,
  http,
  keccak256,
  publicActions,
} from 'viem';
import { toHex, walletActions, type ContractFunctionName } from 'viem';
import { generatePrivateKey, privateKeyToAccount, sign } from 'viem/accounts';
import { salusAbi } from '../../src/chain/abi.ts';
import { chainAt, deploySalus, type Anvil } from './local.ts';

type Hex = `0x${string}`;
type Call = ContractFunctionName<typeof salusAbi, 'nonpayable' | 'payable'>;
/** Gas used. `later` equals `first` where the call happens once. */
export type Measured = { first: number; later: number };

const FEE = 10n ** 16n;
const DAY = 86_400;
const DOCTOR = 1;
/** Two wraps: header, parameters, nonce, ciphertext and tag of each. */
const KEYRING_BYTES = 192;
const random = (bytes: number): Hex => toHex(randomBytes(bytes));
const digest = (): Hex => random(32);

const connect = async (anvil: Anvil) => {
  const chain = await chainAt(anvil.url);
  const node = createTestClient({ mode: 'anvil', chain, transport: http(anvil.url), pollingInterval: 5 })
    .extend(publicActions)
    .extend(walletActions);
  /** A new account with 100 ether. */
  const person = async () => {
    const account = privateKeyToAccount(generatePrivateKey());
    await node.setBalance({ address: account.address, value: 10n ** 20n });
    return createWalletClient({ account, chain, transport: http(anvil.url) });
  };
  return { node, person };
};
type Person = Awaited<ReturnType<Awaited<ReturnType<typeof connect>>['person']>>;

/** @param anvil a fresh local chain @returns gas by call, `deploy` first; `addFor` is `add` for another, `addForVia` names an appointment */
export const measureGas = async (anvil: Anvil): Promise<Map<string, Measured>> => {
  const { node, person } = await connect(anvil);
  const [h0, h1, h2] = [await person(), await person(), await person()];
  const deployment = await deploySalus(anvil.url, { founders: [h0, h1, h2].map((h) => h.account.address) });
  const contract = deployment.address;
  const measured = new Map<string, Measured>();

  const note = async (label: string, hash: Hex): Promise<void> => {
    const receipt = await node.waitForTransactionReceipt({ hash });
    if (receipt.status !== 'success') throw new Error(`${label} reverted`);
    const gas = Number(receipt.gasUsed);
    measured.set(label, { first: measured.get(label)?.first ?? gas, later: gas });
  };
  const send = async (who: Person, functionName: Call, args: unknown[], value = 0n, label: string = functionName) => {
    const call = { address: contract, abi: salusAbi, functionName, args, value, account: who.account } as never;
    await note(label, await who.writeContract(call));
  };
  /** Makes it happen, unmeasured. */
  const quietly = async (act: () => Promise<unknown>) => {
    const before = new Map(measured);
    await act();
    measured.clear();
    before.forEach((gas, label) => measured.set(label, gas));
  };
  const count = async (who: Person): Promise<number> => {
    const view = await node.readContract({
      address: contract,
      abi: salusAbi,
      functionName: 'account',
      args: [who.account.address],
    });
    return Number((view.own >> 176n) & 0xffffffffffn);
  };
  const now = async () => Number((await node.getBlock()).timestamp);
  const pass = async (seconds: number) => {
    await node.increaseTime({ seconds });
    await node.mine({ blocks: 1 });
  };

  const keys = new Map<Person, { recipient: Hex; successor: Hex }>();
  const enroll = async (who: Person) => {
    const successor = generatePrivateKey();
    const recipient = random(1216);
    keys.set(who, { recipient, successor });
    const named = privateKeyToAccount(successor).address;
    await send(who, 'enroll', [await count(who), recipient, random(KEYRING_BYTES), named, digest(), digest()]);
  };
  let lastId = 0n;
  const book = async (who: Person, doctor: Person): Promise<bigint> => {
    const keyHash = keccak256((keys.get(doctor) as { recipient: Hex }).recipient).slice(0, 26);
    await send(who, 'book', [doctor.account.address, digest(), 0, (await now()) + 30 * DAY, keyHash], FEE);
    return ++lastId;
  };
  const twice = async (act: () => Promise<unknown>) => {
    await act();
    await act();
  };

  await note('deploy', deployment.hash);
  const [p, d, d2, nurse, fresh] = [await person(), await person(), await person(), await person(), await person()];

  // Accounts
  await twice(() => enroll(p));
  await quietly(async () => {
    for (const who of [d, d2, nurse]) await enroll(who);
  });
  await twice(async () => send(p, 'setKeyring', [await count(p), random(KEYRING_BYTES)]));
  await twice(() => send(p, 'setProfile', [digest()]));
  await twice(() => send(d, 'setFee', [FEE, true]));
  await quietly(() => send(d2, 'setFee', [FEE, true]));

  // Consortium
  await send(h0, 'accredit', [d.account.address, DOCTOR, digest()]);
  await send(h0, 'accredit', [d2.account.address, DOCTOR, digest()]);
  await quietly(() => send(h0, 'accredit', [nurse.account.address, 2, digest()]));
  await twice(() => send(h0, 'assign', [p.account.address, d.account.address, digest()]));
  await send(h0, 'suspend', [nurse.account.address, digest()]);
  await quietly(() => send(h0, 'accredit', [nurse.account.address, 2, digest()]));
  await send(h0, 'suspend', [nurse.account.address, digest()]);
  await twice(() => send(h0, 'propose', [fresh.account.address, true, digest()]));
  await send(h1, 'confirm', [1n, fresh.account.address, true]);
  await quietly(() => send(h0, 'propose', [fresh.account.address, false, digest()]));
  await quietly(() => send(h1, 'confirm', [3n, fresh.account.address, false]));
  await send(h2, 'confirm', [3n, fresh.account.address, false]);

  // Records, into the inbox of somebody who never got anything
  const [q, q2] = [await person(), await person()];
  await quietly(async () => {
    for (const who of [q, q2]) await enroll(who);
  });
  await twice(() => send(p, 'add', [p.account.address, digest(), 0n, random(4)]));
  await twice(() => send(d, 'add', [q.account.address, digest(), 0n, random(4)], 0n, 'addFor'));
  await twice(async () => send(p, 'share', [q2.account.address, digest(), digest(), (await now()) + DAY, 0]));
  await twice(() => send(p, 'revoke', [q2.account.address, digest()]));
  await twice(async () => send(p, 'rotate', [await count(p), digest(), digest(), digest()]));
  const asked = await person();
  await twice(() => send(d, 'requestAccess', [asked.account.address, digest()]));
  await twice(() => send(p, 'refuse', [d.account.address, 1, digest()]));
  const [of, colleague] = [await person(), await person()];
  const pass5 = [of.account.address, colleague.account.address];
  await twice(async () => send(d, 'delegate', [...pass5, digest(), digest(), (await now()) + DAY]));

  // Care
  for (let round = 0; round < 2; round++) {
    const patient = round === 0 ? await person() : p;
    if (round === 0) await quietly(() => enroll(patient));
    const id = await book(patient, d);
    await send(d, 'accept', [id, digest()]);
    await send(d, 'complete', [id, digest(), random(4)]);
    await send(d, 'add', [patient.account.address, digest(), id, random(4)], 0n, 'addForVia');
    await send(patient, 'release', [id]);
    await send(h0, 'attest', [id]);
  }
  const empty = async (who: Person) => quietly(() => send(who, 'withdraw', [who.account.address]));
  await empty(d);
  const settle = async (
    end: (who: Person, id: bigint) => Promise<unknown>,
    ready?: (id: bigint) => Promise<unknown>,
  ) => {
    const who = await person();
    await quietly(() => enroll(who));
    await twice(async () => {
      const id = await book(who, d);
      if (ready) await quietly(() => ready(id));
      await end(who, id);
    });
  };
  const completed = (id: bigint) => send(d, 'complete', [id, digest(), random(4)]);
  await settle((_, id) => send(d, 'decline', [id, digest()]));
  await settle((who, id) => send(who, 'cancel', [id]));
  await settle(async (who, id) => {
    await pass(31 * DAY);
    await send(who, 'reclaim', [id]);
  });
  await settle((who, id) => send(who, 'rate', [id, 5, digest()]), completed);
  await settle((who, id) => send(who, 'dispute', [id, digest()]), completed);
  await send(h0, 'resolve', [lastId - 1n, FEE / 2n, digest()]);
  await send(h0, 'resolve', [lastId, FEE / 2n, digest()]);
  await send(d, 'withdraw', [d.account.address]);
  await quietly(async () => send(p, 'release', [await book(p, d).then(async (id) => (await completed(id), id))]));
  await send(d, 'withdraw', [d.account.address]);

  // Succession, of a patient and of a rated doctor with credit
  for (const old of [p, d]) {
    const next = await person();
    const message = encodeAbiParameters(
      [{ type: 'bytes32' }, { type: 'uint256' }, { type: 'address' }, { type: 'address' }],
      [keccak256(toHex('salus/v1/succeed')), BigInt(anvil.chainId), old.account.address, next.account.address],
    );
    const hash = keccak256(concat(['0x1900', contract, message]));
    const privateKey = (keys.get(old) as { successor: Hex }).successor;
    await send(next, 'succeed', [old.account.address, await sign({ hash, privateKey, to: 'hex' })]);
  }
  return measured;
};
