/**
 * An honest chain in memory, and wallets on it, for tests of flows. `FakeWorld` holds the one truth; `chain()` and `wallet()`
 * give the ports. Told to, it declines, reverts, drops, holds back or swaps a key.
 */
import { keccak_256 } from '@noble/hashes/sha3.js';
import type { TypedDataDefinition } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { fromHex, toHex, utf8, type Address, type Bytes, type Hex } from '../../src/core/bytes.ts';
import type { TypedData } from '../../src/core/voucher.ts';
import { SalusError } from '../../src/core/errors.ts';
import type { Call, Chain, Entry, Quote, Receipt, TxState, Wallet } from '../../src/flows/ports/chain.ts';
import { bytesOf, keyHashOf, Revert, Rules } from './rules.ts';

const NONE = `0x${'0'.repeat(64)}`;
const GAS = 100_000n;
const PRICE = 10n ** 9n;

type Sent = {
  tx: Hex;
  from: Address;
  nonce: number;
  call: Call;
  receipt: Receipt | null;
  error: Revert | null;
  gone: boolean;
};
export type Person = { account: Address; privateKey: Hex };

/** A test's account. @param seed any text; the same text gives the same account */
export const person = (seed: string): Person => {
  const privateKey = toHex(keccak_256(utf8(`salus test account: ${seed}`)));
  return { privateKey, account: privateKeyToAccount(privateKey).address.toLowerCase() as Address };
};

export class FakeWorld {
  readonly chainId = 31_337;
  readonly contract: Address = '0x5fbdb2315678afecb367f032d93f642f64180aa3';
  readonly founders: Person[];
  rules: Rules;
  /** Unix seconds of the latest block; tests move it */
  time = 1_760_000_000;
  block = 1;
  /** false: transactions wait for {@link mine} */
  automine = true;
  /** what the next transactions do instead of being mined: vanish from every node, or fail on chain though the quote passed */
  readonly next: ('drop' | 'revert')[] = [];
  /** accounts whose key the node swaps: proofs must fail */
  readonly swapped = new Set<Address>();
  readonly sent: Sent[] = [];
  /** what the node tells wrongly when a single entry is asked about: that it is not in the timeline, that another signed, that there is no receipt */
  readonly lies = new Set<'dropped' | 'signer' | 'receipt'>();
  /** nodes that were added */
  readonly joined: string[] = [];
  /** accounts that are contracts: their wallets give a hash of their own, and somebody carries the call out later ({@link carryOut}) */
  readonly contracts = new Set<Address>();
  readonly #proposed: { from: Address; call: Call }[] = [];
  /** how closely the page wanted blocks looked for, in order */
  readonly paces: string[] = [];
  readonly balances = new Map<Address, bigint>();
  readonly #nonces = new Map<Address, number>();
  readonly #watchers = new Set<(block: number) => void>();

  constructor(founders: Person[] = ['a', 'b', 'c'].map((n) => person(`hospital ${n}`))) {
    this.founders = founders;
    this.rules = new Rules(founders.map((f) => f.account));
  }

  #where(tx: Hex) {
    return { block: this.block, logIndex: 0, tx, time: this.time };
  }

  balance(address: Address): bigint {
    return this.balances.get(address) ?? 10n ** 20n;
  }

  /** @throws Revert what the call would do */
  simulate(from: Address, call: Call): void {
    this.rules.fork().apply(from, call, { ...this.#where('0x'), block: this.block + 1 });
  }

  /** Puts a call into the pool, and mines it unless told otherwise. @param pinned takes the place of what waits under that nonce @returns its hash */
  submit(from: Address, call: Call, pinned?: number): Hex {
    const next = this.#nonces.get(from) ?? 0;
    const nonce = Math.min(pinned ?? next, next);
    for (const s of this.sent.filter((x) => x.from === from && x.nonce === nonce && !x.gone)) {
      if (s.receipt) throw new SalusError('wallet/failed', { message: 'nonce too low' });
      s.gone = true;
    }
    const tx = toHex(keccak_256(utf8(`${from}:${nonce}:${call.name}:${this.sent.length}`)));
    const fate = this.next.shift();
    this.sent.push({ tx, from, nonce, call, receipt: null, error: null, gone: fate === 'drop' });
    if (fate === 'drop') return tx;
    this.#nonces.set(from, Math.max(next, nonce + 1));
    if (fate === 'revert') (this.sent.at(-1) as Sent).error = new Revert('Stale', 0, 1);
    if (this.automine) this.mine();
    return tx;
  }

  /** Mines what waits, into one block. */
  mine(): void {
    this.block++;
    this.time++;
    for (const [index, s] of this.sent.filter((x) => !x.receipt && !x.gone).entries()) {
      const fee = GAS * PRICE;
      const blockHash = toHex(keccak_256(utf8(`block ${this.block}`)));
      s.receipt = { tx: s.tx, block: this.block, blockHash, index, gasUsed: GAS, fee };
      if (!this.contracts.has(s.from)) this.balances.set(s.from, this.balance(s.from) - fee);
      if (s.error) continue;
      try {
        const tried = this.rules.fork();
        const paid = tried.apply(s.from, s.call, this.#where(s.tx));
        this.rules = tried;
        if ('value' in s.call) this.balances.set(s.from, this.balance(s.from) - s.call.value);
        if (paid) this.balances.set(paid.to, this.balance(paid.to) + paid.amount);
      } catch (error) {
        s.error = error as Revert;
      }
    }
    for (const watcher of [...this.#watchers]) watcher(this.block);
  }

  /** What a contract's wallet answers: a hash that no node knows. */
  hand(from: Address, call: Call): Hex {
    this.#proposed.push({ from, call });
    return toHex(keccak_256(utf8(`proposal ${this.#proposed.length} of ${from}`)));
  }

  /** The owners have confirmed: the oldest call handed over is carried out. @returns its transaction */
  carryOut(): Hex {
    const next = this.#proposed.shift();
    if (!next) throw new Error('nothing was handed over');
    return this.submit(next.from, next.call);
  }

  nonces(address: Address): { mined: number; pending: number } {
    const pending = this.#nonces.get(address) ?? 0;
    return { mined: pending - this.sent.filter((s) => s.from === address && !s.receipt && !s.gone).length, pending };
  }

  watch(onBlock: (block: number) => void): () => void {
    this.#watchers.add(onBlock);
    return () => void this.#watchers.delete(onBlock);
  }

  /** A wallet that confirms at once, unless told to decline. */
  wallet(who: Person): FakeWallet {
    return new FakeWallet(this, who);
  }

  chain(): Chain {
    return fakeChain(this);
  }
}

export class FakeWallet implements Wallet {
  readonly account: Address;
  readonly #world: FakeWorld;
  readonly #key: Hex;
  chainId: number;
  /** how many of the next prompts are declined */
  declines = 0;
  /** false: signs differently each time, as some wallets do */
  repeatable = true;
  /** false: takes a nonce of its own, whatever it was asked for */
  pins = true;
  /** what was asked, in order */
  readonly prompts: (
    { kind: 'sign'; text: string } | { kind: 'typed'; data: TypedData } | { kind: 'send'; call: Call }
  )[] = [];

  constructor(world: FakeWorld, who: Person) {
    this.#world = world;
    this.#key = who.privateKey;
    this.account = who.account;
    this.chainId = world.chainId;
  }

  #ask(prompt: FakeWallet['prompts'][number]): void {
    this.prompts.push(prompt);
    if (this.declines > 0) {
      this.declines--;
      throw new SalusError('wallet/declined');
    }
  }

  async sign(text: string): Promise<Bytes> {
    this.#ask({ kind: 'sign', text });
    const message = this.repeatable ? text : text + this.prompts.length;
    return fromHex(await privateKeyToAccount(this.#key).signMessage({ message }));
  }

  async signTyped(data: TypedData): Promise<Bytes> {
    if (this.chainId !== data.domain.chainId) throw new SalusError('chain/wrong-chain');
    this.#ask({ kind: 'typed', data });
    const typed = data as unknown as TypedDataDefinition;
    return fromHex(await privateKeyToAccount(this.#key).signTypedData(typed));
  }

  async send(call: Call, _quote: Quote, nonce?: number): Promise<Hex> {
    if (this.chainId !== this.#world.chainId) throw new SalusError('chain/wrong-chain');
    this.#ask({ kind: 'send', call });
    if (this.#world.contracts.has(this.account)) return this.#world.hand(this.account, call);
    return this.#world.submit(this.account, call, this.pins ? nonce : undefined);
  }
}

const failure = (error: unknown): unknown =>
  error instanceof Revert ? new SalusError('chain/reverted', { name: error.name, args: error.args }, error) : error;

const fakeChain = (world: FakeWorld): Chain => {
  const at = () => world.rules;
  const latest = (account: Address, field: string): Entry | undefined =>
    at()
      .stored(account)
      .own.find((e) => field in e.args);
  const account = async (a: Address) => at().view(a);
  const members = () => at().hospitals.map((address, number) => ({ address, number, active: at().active.has(number) }));
  return {
    chainId: world.chainId,
    contract: world.contract,
    agreement: () => ({ agreed: 1, configured: 1, missing: [], behind: 0 }),
    leaveOut: () => undefined,
    forgetSeen: () => undefined,
    now: async () => world.time,
    timeOf: async (block) => world.time - (world.block - block),
    account,
    accounts: (addresses) => Promise.all(addresses.map(account)),
    timeline: async (a, kind, { limit } = {}) => {
      const all = at().stored(a)[kind];
      const entries = all.slice(0, limit);
      return { account: a, kind, head: at().view(a)[kind], entries, complete: entries.length === all.length };
    },
    appointment: async (id) => {
      const found = at().appointments[Number(id) - 1];
      if (!found) throw new SalusError('chain/not-found', { appointment: id });
      return { ...found };
    },
    directory: async (cursor, limit) => {
      const newest = [...at().directory].reverse();
      const end = Number(cursor) + limit;
      const entries = newest.slice(Number(cursor), end).map((a) => at().view(a));
      return { entries, next: end < newest.length ? BigInt(end) : 0n };
    },
    hospitals: async () => members(),
    membership: async () => ({ hospitals: members(), version: at().version }),
    proposals: async (cursor, limit) => {
      const from = cursor === 0n ? at().proposals.length : Number(cursor);
      const entries = at()
        .proposals.slice(Math.max(0, from - limit), from)
        .reverse()
        .map((p) => ({ ...p, live: at().isLive(p, world.time) }));
      return { entries, next: BigInt(from - entries.length) };
    },
    credit: async (a) => at().credits.get(a) ?? 0n,
    balance: async (a) => world.balance(a),
    provenKey: async (a) => {
      const enrolled = at()
        .stored(a)
        .own.find((e) => e.event === 'Enrolled');
      if (!enrolled || world.swapped.has(a))
        throw new SalusError('chain/key-unproven', { account: a, reason: enrolled ? 'other-key' : 'not-enrolled' });
      const recipient = bytesOf(enrolled.args.recipient);
      const profile = latest(a, 'profile')?.args.profile as Hex;
      return {
        account: a,
        recipient,
        nonce: enrolled.args.nonce as Hex,
        profile: profile === NONE ? null : profile,
        keyring: bytesOf(latest(a, 'keyring')?.args.keyring),
        keyHash: keyHashOf(recipient),
        by: 'signature',
        tx: enrolled.tx,
      };
    },
    proveEntry: async (entry) => {
      const sent = world.sent.find((s) => s.tx === entry.tx);
      if (sent?.from !== entry.author)
        throw new SalusError('chain/key-unproven', { reason: 'other-signer', tx: entry.tx });
      return world.contracts.has(entry.author) ? 'agreement' : 'signature';
    },
    isContract: async (a) => world.contracts.has(a),
    signatureOf: async ({ author, tx }) => {
      const from = world.sent.find((s) => s.tx === tx)?.from;
      if (world.lies.has('signer')) return { signer: world.contract, r: tx, s: tx, yParity: 0, raw: tx };
      if (from !== author) throw new SalusError('chain/key-unproven', { reason: 'other-signer', account: author, tx });
      return { signer: author, r: tx, s: tx, yParity: 0, raw: tx };
    },
    isSignedBy: async () => false,
    receiptOf: async ({ tx, block }) => {
      const receipt = world.sent.find((s) => s.tx === tx)?.receipt;
      if (!receipt || world.lies.has('receipt')) throw new SalusError('chain/not-found', { tx, block });
      return { ...receipt, seconds: world.time - (world.block - block) };
    },
    timelineProof: async (entry) => {
      const { own, ownWord } = at().stored(entry.author);
      const broken = (reason: string) =>
        new SalusError('chain/timeline-broken', { reason, account: entry.author, kind: 'own', block: entry.block });
      const found = own.findIndex((e) => e.tx === entry.tx && e.event === entry.event);
      if (found < 0 || world.lies.has('dropped')) throw broken('missing');
      const text = (v: unknown) => JSON.stringify(v, (_, x: unknown) => (typeof x === 'bigint' ? `${x}n` : x));
      if (text(own[found]?.args) !== text(entry.args)) throw broken('altered');
      const count = own.length - found;
      const hash = toHex(keccak_256(utf8(text(entry.args))));
      const head: Hex = `0x${ownWord.toString(16).padStart(64, '0')}`;
      const agreement = { agreed: 1, configured: 1, missing: [], behind: 0 };
      return { account: entry.author, count, of: own.length, before: hash, hash, after: hash, head, agreement };
    },
    probe: async (url) => ({
      url,
      chainId: world.chainId,
      block: world.block,
      contract: true,
      ms: 1,
      agrees: null,
      error: null,
    }),
    join: (url) => void world.joined.push(url),
    accreditation: async (a) => {
      const { hospital, role, vouchedBy } = at().view(a);
      if (hospital?.active)
        return { account: a, role: 'none', path: [{ hospital: a, number: hospital.number, tx: null }] };
      const entry = at()
        .stored(a)
        .inbox.find((e) => e.event === 'Accredited');
      const number = entry?.args.hospital as number;
      if (!entry || !vouchedBy.includes(number))
        throw new SalusError('chain/not-accredited', { account: a, reason: 'no-hospital' });
      return { account: a, role, path: [{ hospital: entry.author, number, tx: entry.tx }] };
    },
    quote: async (from, call) => {
      try {
        world.simulate(from, call);
      } catch (error) {
        throw failure(error);
      }
      const value = 'value' in call ? call.value : 0n;
      const [balance, maxFee] = [world.balance(from), GAS * PRICE];
      const contract = world.contracts.has(from);
      const needed = value + (contract ? 0n : maxFee);
      if (balance < needed) throw new SalusError('chain/insufficient-funds', { balance, needed });
      const reading = { to: world.contract, selector: '0x00000000', signature: call.name, size: 4, args: [] } as const;
      const quote = { gas: GAS, maxFee, value, balance, reading: { ...reading, args: [] } };
      return contract ? { ...quote, contract: true } : quote;
    },
    nonces: async (a) => world.nonces(a),
    find: async (tx): Promise<TxState> => {
      const sent = world.sent.find((s) => s.tx === tx);
      if (!sent || sent.gone) return { state: 'dropped' };
      if (!sent.receipt) return { state: 'pending' };
      if (!sent.error) return { state: 'confirmed', receipt: sent.receipt };
      return { state: 'reverted', receipt: sent.receipt, error: { name: sent.error.name, args: sent.error.args } };
    },
    exportCache: async () => utf8('{}'),
    importCache: async () => undefined,
    watch: (onBlock) => world.watch(onBlock),
    attend: (pace) => void world.paces.push(pace),
  };
};
