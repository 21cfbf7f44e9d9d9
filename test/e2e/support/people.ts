/** People who are enrolled already, for tests that are about something later: enrolled from Node by the page's own code, in a second. */
import { test as base } from '@playwright/test';
import { randomBytes } from 'node:crypto';
import { createWalletClient, defineChain, http, toHex, type Hex } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { salusAbi } from '../../../src/chain/abi.ts';
import { fromHex, owned, type Address, type Bytes } from '../../../src/core/bytes.ts';
import { successorKey, vaultIdentity } from '../../../src/crypto/identity.ts';
import {
  checkSignature,
  encodeKeyring,
  newKeyring,
  phraseFromSeed,
  unlockText,
  wordsOf,
  wrapWithWallet,
} from '../../../src/crypto/keyring.ts';
import { countOf } from '../../../src/chain/words.ts';
import { demoAccounts, type DemoAccount } from '../../../src/tools/accounts.ts';
import { chain, fundedKey, stack } from './chain.ts';
import { connect, unlock } from './acts.ts';
import { Person, type PersonOptions } from './person.ts';
import { TestWallet } from './wallet.ts';

const random = (length: number): Bytes => owned(randomBytes(length));
const addressOf = (key: Hex): Address => privateKeyToAccount(key).address.toLowerCase() as Address;
const network = defineChain({
  id: stack?.chain.chainId ?? 1,
  name: 'local',
  nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
  rpcUrls: { default: { http: [stack?.chain.url ?? ''] } },
});

/** Calls the contract with a key, and waits until it is mined. @param value wei sent along */
export const call = async (key: Hex, functionName: string, args: unknown[], value = 0n): Promise<void> => {
  const client = createWalletClient({ account: privateKeyToAccount(key), chain: network, transport: http() });
  const hash = await client.writeContract({
    address: stack.chain.contract,
    abi: salusAbi,
    functionName,
    args,
    ...(value > 0n ? { value } : {}),
  } as unknown as Parameters<typeof client.writeContract>[0]);
  const { status } = await chain().waitForTransactionReceipt({ hash });
  if (status !== 'success') throw new Error(`${functionName} reverted`);
};

/** An account with 100 ether. @property phrase set once enrolled */
export type Account = { key: Hex; address: Address; seed: Bytes | null; phrase: string[] };

export const newAccount = async (): Promise<Account> => {
  const key = await fundedKey(addressOf);
  return { key, address: addressOf(key), seed: null, phrase: [] };
};

/** Founders, whose keys are anvil's: the first accredits from Node, the second is left for the page. */
export const [hospital, otherHospital] = demoAccounts as [DemoAccount, DemoAccount];

/** A visit that its doctor has completed, with records that nobody can have. @param attested by the first hospital @returns its id */
export const completedVisit = async (patient: Account, doctor: Account, attested = false): Promise<bigint> => {
  const { keyHash, fee } = await viewOf(doctor.address);
  const { timestamp } = await chain().getBlock();
  const until = Number(timestamp) + 7 * 86_400;
  const arbiter = 0;
  await call(patient.key, 'book', [doctor.address, toHex(random(32)), arbiter, until, keyHash], fee);
  const logs = await chain().getContractEvents({
    address: stack.chain.contract,
    abi: salusAbi,
    eventName: 'Booked',
    args: { author: patient.address, subject: doctor.address },
    fromBlock: 0n,
  });
  const id = (logs.at(-1)?.args as { id: bigint }).id;
  await call(doctor.key, 'complete', [id, toHex(random(32)), '0x00000000']);
  if (attested) await call(hospital.privateKey, 'attest', [id]);
  return id;
};

const viewOf = (address: Hex) =>
  chain().readContract({ address: stack.chain.contract, abi: salusAbi, functionName: 'account', args: [address] });

/** Enrols with the wallet alone, as the page would. */
export const enrolled = async (account?: Account): Promise<Account> => {
  account ??= await newAccount();
  const { address } = account;
  const seed = random(32);
  const nonce = random(32);
  const text = unlockText(address, 1);
  const signature = await privateKeyToAccount(account.key).signMessage({ message: text });
  const rs = checkSignature(address, text, fromHex(signature));
  const wraps = [await wrapWithWallet({ seed, account: address, number: 1, rs, random })];
  const keyring = encodeKeyring(
    newKeyring({ seeds: { current: seed, older: [] }, account: address, number: 1, wraps, random }),
  );
  const { publicKey } = await vaultIdentity(seed, nonce);
  const none = `0x${'0'.repeat(64)}`;
  await call(account.key, 'enroll', [
    countOf((await viewOf(address)).own),
    toHex(publicKey),
    toHex(keyring),
    successorKey(seed).address,
    toHex(nonce),
    none,
  ]);
  return { ...account, seed, phrase: wordsOf(phraseFromSeed(seed)) };
};

/** A founder, enrolled when it is not yet. @param n 0: the first, 2: the third; the second is left for the page */
export const enrolledHospital = async (n: 0 | 2 = 0): Promise<Account> => {
  const founder = demoAccounts[n] as DemoAccount;
  const account: Account = { key: founder.privateKey, address: founder.address, seed: null, phrase: [] };
  return BigInt((await viewOf(account.address)).keyHash) === 0n ? enrolled(account) : account;
};

/** Enrolled, accredited by the first hospital, open for bookings. @param fee wei */
export const enrolledDoctor = async (fee = 10n ** 16n): Promise<Account> => {
  const account = await enrolled();
  await call(account.key, 'setFee', [fee, true]);
  await call(hospital.privateKey, 'accredit', [account.address, 1, `0x${'0'.repeat(64)}`]);
  return account;
};

/** A visit with a request that nobody can open, booked and accepted. @param fee wei, the doctor's @returns its number */
export const visitBetween = async (patient: Account, doctor: Account, fee: bigint): Promise<bigint> => {
  const { keyHash } = (await viewOf(doctor.address)) as unknown as { keyHash: Hex };
  const until = Number((await chain().getBlock()).timestamp) + 7 * 86_400;
  await call(patient.key, 'book', [doctor.address, toHex(7n, { size: 32 }), 0, until, keyHash], fee);
  const contract = { address: stack.chain.contract, abi: salusAbi } as const;
  const booked = await chain().getContractEvents({ ...contract, eventName: 'Booked', fromBlock: 0n });
  const { id } = booked.at(-1)?.args as { id: bigint };
  await call(doctor.key, 'accept', [id, toHex(0n, { size: 32 })]);
  return id;
};

type Options = Omit<PersonOptions, 'wallet'>;

/** Everybody of one test. Whoever is still there at its end is sent home. */
export class Cast {
  readonly #people: Person[] = [];

  /** A person with a wallet that holds this account's key, at no page yet. */
  async arrive(name: string, account: { key: Hex }, options: Options = {}): Promise<Person> {
    return this.arriveWith(name, new TestWallet([account.key], { [stack.chain.chainId]: stack.chain.url }), options);
  }

  async arriveWith(name: string, wallet: TestWallet | undefined, options: Options = {}): Promise<Person> {
    const person = await Person.arrive(name, { ...options, ...(wallet ? { wallet } : {}) });
    this.#people.push(person);
    return person;
  }

  /** An enrolled person at an address of the page, unlocked. @param path `#/queue` */
  async atWork(name: string, account: Account, path: string, options: Options = {}): Promise<Person> {
    const person = await this.arrive(name, account, options);
    await person.page.goto(`${stack.page.url}${path}`);
    await connect(person);
    await unlock(person);
    return person;
  }

  /** @param pictures where to keep what each of them saw last, null for none */
  async disperse(pictures: ((name: string) => string) | null): Promise<void> {
    for (const person of this.#people) {
      if (pictures && !person.page.isClosed()) {
        await person.page.screenshot({ path: pictures(`${person.name}.png`), fullPage: true }).catch(() => null);
      }
      await person.leave();
      person.forget();
    }
  }
}

export const test = base.extend<{ cast: Cast }>({
  // eslint-disable-next-line no-empty-pattern -- Playwright reads a fixture's needs off its first parameter
  cast: async ({}, use, info) => {
    const cast = new Cast();
    await use(cast);
    await cast.disperse(info.status === info.expectedStatus ? null : (name) => info.outputPath(name));
  },
});
