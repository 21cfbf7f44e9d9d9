/** People on a local chain whose transactions are measured. */
import { randomBytes } from 'node:crypto';
import { concat, createTestClient, createWalletClient, encodeAbiParameters, http, keccak256 } from 'viem';
import { publicActions, toHex, walletActions, type ContractFunctionName } from 'viem';
import { generatePrivateKey, privateKeyToAccount, sign } from 'viem/accounts';
import { salusAbi } from '../../src/chain/abi.ts';
import { chainAt, deploySalus, type Anvil } from './local.ts';

type Hex = `0x${string}`;
type Call = ContractFunctionName<typeof salusAbi, 'nonpayable' | 'payable'>;
/** Gas used. `later` equals `first` where the call happens once. */
export type Measured = { first: number; later: number };
/** An account with ether, and the keys that it enrols with. */
export type Person = Awaited<ReturnType<typeof newPerson>>;
export type Meter = Awaited<ReturnType<typeof openMeter>>;

/** wei, what every doctor asks */
export const FEE = 10n ** 16n;
export const DAY = 86_400;
/** A keyring with one wrap, the wallet's. */
const KEYRING_BYTES = 139;

/** @returns as many random bytes */
export const random = (bytes: number): Hex => toHex(randomBytes(bytes));
/** What stands for a record. */
export const digest = (): Hex => random(32);
/** Does it twice: first and later. */
export const twice = async (act: () => Promise<unknown>): Promise<void> => {
  await act();
  await act();
};

const openNode = async (anvil: Anvil) => {
  const chain = await chainAt(anvil.url);
  const options = { mode: 'anvil', chain, transport: http(anvil.url), pollingInterval: 5 } as const;
  return { chain, node: createTestClient(options).extend(publicActions).extend(walletActions) };
};

const newPerson = async ({ chain, node }: Awaited<ReturnType<typeof openNode>>) => {
  const account = privateKeyToAccount(generatePrivateKey());
  await node.setBalance({ address: account.address, value: 10n ** 20n });
  const wallet = createWalletClient({ account, chain, transport: http() });
  return { address: account.address, wallet, recipient: random(1216), successor: generatePrivateKey() };
};

/** @param anvil a fresh local chain @returns the contract on it, its three hospitals, and what measures */
export const openMeter = async (anvil: Anvil) => {
  const world = await openNode(anvil);
  const { chain, node } = world;
  const measured = new Map<string, Measured>();
  const person = () => newPerson(world);

  const hospitals = [await person(), await person(), await person()] as const;
  const { address: contract, hash } = await deploySalus(anvil.url, { founders: hospitals.map((h) => h.address) });

  const note = async (label: string, hash: Hex): Promise<void> => {
    const receipt = await node.waitForTransactionReceipt({ hash });
    if (receipt.status !== 'success') throw new Error(`${label} reverted`);
    const gas = Number(receipt.gasUsed);
    measured.set(label, { first: measured.get(label)?.first ?? gas, later: gas });
  };
  /** Sends a call and notes its gas, under another label where one is given. */
  const send = async (who: Person, functionName: Call, args: unknown[], o: { value?: bigint; label?: string } = {}) => {
    const call = { address: contract, abi: salusAbi, functionName, args, value: o.value ?? 0n };
    await note(o.label ?? functionName, await who.wallet.writeContract(call as never));
  };
  /** Makes it happen, unmeasured. */
  const quietly = async (act: () => Promise<unknown>) => {
    const before = new Map(measured);
    await act();
    measured.clear();
    before.forEach((gas, label) => measured.set(label, gas));
  };
  const count = async (who: Person): Promise<number> => {
    const call = { address: contract, abi: salusAbi, functionName: 'account', args: [who.address] } as const;
    return Number(((await node.readContract(call)).own >> 176n) & 0xffffffffffn);
  };
  const now = async () => Number((await node.getBlock()).timestamp);
  const pass = async (seconds: number) => {
    await node.increaseTime({ seconds });
    await node.mine({ blocks: 1 });
  };

  const setKeyring = async (who: Person) => send(who, 'setKeyring', [await count(who), random(KEYRING_BYTES)]);
  const enroll = async (who: Person) => {
    const successor = privateKeyToAccount(who.successor).address;
    const keyring = random(KEYRING_BYTES);
    await send(who, 'enroll', [await count(who), who.recipient, keyring, successor, digest(), digest()]);
  };
  const enrolled = async () => {
    const who = await person();
    await quietly(() => enroll(who));
    return who;
  };
  const succeed = async (old: Person, next: Person) => {
    const message = encodeAbiParameters(
      [{ type: 'bytes32' }, { type: 'uint256' }, { type: 'address' }, { type: 'address' }],
      [keccak256(toHex('salus/v1/succeed')), BigInt(chain.id), old.address, next.address],
    );
    const hash = keccak256(concat(['0x1900', contract, message]));
    await send(next, 'succeed', [old.address, await sign({ hash, privateKey: old.successor, to: 'hex' })]);
  };
  let lastId = 0n;
  const book = async (who: Person, doctor: Person): Promise<bigint> => {
    const keyHash = keccak256(doctor.recipient).slice(0, 26);
    const args = [doctor.address, digest(), 0, (await now()) + 30 * DAY, keyHash];
    await send(who, 'book', args, { value: FEE });
    return ++lastId;
  };
  await note('deploy', hash);
  return { measured, hospitals, person, enrolled, send, quietly, count, now, pass, enroll, setKeyring, succeed, book };
};
