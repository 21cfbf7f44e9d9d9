/** What flows need of a chain and a wallet. `src/chain` implements it; tests have a fake. */
import type { Address, Bytes, Digest, Hex } from '../../core/bytes.ts';
import type { SalusError } from '../../core/errors.ts';
import type { TypedData } from '../../core/voucher.ts';

export type Role = 'none' | 'doctor' | 'nurse' | 'laboratory' | 'pharmacy' | 'research';
export type AppointmentStatus =
  'none' | 'booked' | 'accepted' | 'declined' | 'cancelled' | 'completed' | 'disputed' | 'paid' | 'refunded' | 'split';

/** Ratings: counts and sums of scores 1–5. */
export type Rating = { count: number; sum: number; attestedCount: number; attestedSum: number };

/** The contract's `account(a)` view. Amounts in wei, heads as the raw words. */
export type Account = {
  address: Address;
  own: bigint;
  inbox: bigint;
  /** 12 bytes; all zero = not enrolled, or moved */
  keyHash: Hex;
  successor: Address | null;
  movedTo: Address | null;
  role: Role;
  accredited: boolean;
  open: boolean;
  fee: bigint;
  /** numbers of the hospitals that vouch, active or not */
  vouchedBy: number[];
  rating: Rating;
  hospital: { number: number; active: boolean } | null;
};

export type Hospital = { address: Address; number: number; active: boolean };
/** Every hospital number ever given, and how many times the membership changed. */
export type Membership = { hospitals: Hospital[]; version: number };

/** One entry of the contract's `proposals` view. */
export type Proposal = {
  /** from 1 */
  id: bigint;
  subject: Address;
  admit: boolean;
  /** the membership it was made under; it dies with it */
  version: number;
  /** Unix seconds; it dies 30 days later */
  created: number;
  /** public reasons, null for none */
  statement: Digest | null;
  /** numbers of the hospitals that confirmed, the proposer's among them */
  confirmedBy: number[];
  executed: boolean;
  /** may still be confirmed */
  live: boolean;
};

export type Appointment = {
  id: bigint;
  patient: Address;
  doctor: Address;
  arbiter: Address;
  /** wei */
  fee: bigint;
  /** Unix seconds */
  until: number;
  /** Unix seconds of completion or dispute, else 0 */
  since: number;
  status: AppointmentStatus;
  attested: boolean;
  /** 0 = not rated */
  score: number;
};

/**
 * One event of a timeline, proven against its `acc`. `args` are the event's fields by their Solidity names, as viem decodes
 * them (addresses lower-case, integers of up to 40 bits as number, larger ones as bigint, enums as number).
 */
export type Entry = {
  event: string;
  args: Record<string, unknown>;
  author: Address;
  subject: Address;
  /** position in the author's own timeline, from 1 */
  ownCount: number | null;
  /** position in the subject's inbox, from 1, by which answers name a request (`re`); null where author = subject */
  inboxCount: number | null;
  /** position in the timeline that was read, from 1 */
  count: number;
  block: number;
  logIndex: number;
  tx: Hex;
};

export type TimelineKind = 'own' | 'inbox';
/** Newest first. `complete` is false while older entries were not read yet (`limit`). */
export type Timeline = { account: Address; kind: TimelineKind; head: bigint; entries: Entry[]; complete: boolean };

/** A public key proven to be its account's (DESIGN §4, Trust in public keys). */
export type ProvenKey = {
  account: Address;
  /** 1216 bytes */
  recipient: Bytes;
  nonce: Digest;
  /** the latest one set, null when none ever was */
  profile: Digest | null;
  /** the latest one set */
  keyring: Bytes;
  keyHash: Hex;
  /** `signature`: recovered from the raw transaction; `agreement`: a contract account, all nodes agree */
  by: 'signature' | 'agreement';
  tx: Hex;
};

/** How an account's accreditation leads to a founder: doctor's hospital first, founder last. */
export type Accreditation = {
  account: Address;
  role: Role;
  path: { hospital: Address; number: number; tx: Hex | null }[];
};

/** Who said the same when the chain was last compared: nodes of the deployment, and the wallet's own while it takes part. */
export type Agreement = {
  agreed: number;
  configured: number;
  /** names of those that did not answer, rest after a failure, or were left out */
  missing: string[];
  /** blocks that the newest of them says to have beyond the height that was compared */
  behind: number;
};

/**
 * An entry's place in its author's own timeline, every word from it to the head computed anew. Words and hash are 32 bytes;
 * `hash` is over the entry's selector and fields, `after` follows from `before` and `hash`.
 */
export type TimelineProof = {
  account: Address;
  /** position of the entry, from 1, and the number of entries that the head names */
  count: number;
  of: number;
  before: Hex;
  hash: Hex;
  after: Hex;
  head: Hex;
  agreement: Agreement;
};

/** What a node answered when it was tried. Null where it was not asked, or did not say. */
export type NodeReport = {
  url: string;
  chainId: number | null;
  /** height it says to have */
  block: number | null;
  /** whether our contract has code there */
  contract: boolean | null;
  /** milliseconds of the first answer */
  ms: number | null;
  /** how many of the nodes in use have the same block at one height */
  agrees: { same: number; of: number; height: number } | null;
  error: SalusError | null;
};

/** An ECDSA signature under a transaction, recovered here. `r`, `s`: 32 bytes. `raw`: the transaction as it was signed and sent. */
export type Signature = { signer: Address; r: Hex; s: Hex; yParity: 0 | 1; raw: Hex };

export type Call =
  | {
      name: 'enroll';
      args: { expected: number; recipient: Bytes; keyring: Bytes; successor: Address; nonce: Digest; profile: Digest };
    }
  | { name: 'setProfile'; args: { profile: Digest } }
  | { name: 'setKeyring'; args: { expected: number; keyring: Bytes } }
  | { name: 'setFee'; args: { fee: bigint; open: boolean } }
  | { name: 'add'; args: { patient: Address; record: Digest; via: bigint; hint: Hex } }
  | { name: 'accredit'; args: { account: Address; role: Role; licence: Digest } }
  | { name: 'suspend'; args: { account: Address; reason: Digest } }
  | { name: 'propose'; args: { subject: Address; admit: boolean; statement: Digest } }
  | { name: 'confirm'; args: { proposal: bigint; subject: Address; admit: boolean } }
  | {
      name: 'book';
      args: { doctor: Address; request: Digest; arbiter: number; until: number; keyHash: Hex };
      value: bigint;
    }
  | { name: 'accept'; args: { id: bigint; note: Digest } }
  | { name: 'decline'; args: { id: bigint; reason: Digest } }
  | { name: 'cancel'; args: { id: bigint } }
  | { name: 'complete'; args: { id: bigint; record: Digest; hint: Hex } }
  | { name: 'release'; args: { id: bigint } }
  | { name: 'dispute'; args: { id: bigint; reason: Digest } }
  | { name: 'reclaim'; args: { id: bigint } }
  | { name: 'resolve'; args: { id: bigint; refund: bigint; reason: Digest } }
  | { name: 'attest'; args: { id: bigint } }
  | { name: 'rate'; args: { id: bigint; score: number; comment: Digest } }
  | { name: 'withdraw'; args: { to: Address } }
  | { name: 'share'; args: { grantee: Address; capability: Digest; access: Hex; until: number; re: number } }
  | { name: 'revoke'; args: { grantee: Address; access: Hex } }
  | { name: 'rotate'; args: { expected: number; tag: Hex; nonce: Digest; bundle: Digest } }
  | { name: 'requestAccess'; args: { patient: Address; reason: Digest } }
  | { name: 'refuse'; args: { requester: Address; re: number; reason: Digest } }
  | {
      name: 'delegate';
      args: { patient: Address; colleague: Address; capability: Digest; access: Hex; until: number };
    }
  | { name: 'assign'; args: { patient: Address; doctor: Address; note: Digest } }
  | Multicall;

/** Several calls of one account in one transaction, all or none. No multicalls inside, and nothing that pays. At least one. */
export type Multicall = { name: 'multicall'; args: { calls: Exclude<Call, Multicall | { value: bigint }>[] } };

/**
 * What the bytes of a call say, read back from the very bytes that will be sent: for devices that show none of it.
 * `size` in bytes; values as text, long ones cut in the middle.
 */
export type Reading = {
  to: Address;
  /** the function's first 4 bytes: some devices show them */
  selector: Hex;
  /** `accept(uint256,bytes32)` */
  signature: string;
  size: number;
  args: { name: string; type: string; value: string }[];
};

/**
 * What one confirmation will cost, known before the wallet is asked, and what it says. wei. `contract`: the account is a contract (a
 * Safe, say): whoever carries the call out pays for it, perhaps once others have confirmed, in a transaction that is not the account's own.
 */
export type Quote = { gas: bigint; maxFee: bigint; value: bigint; balance: bigint; reading: Reading; contract?: true };

export type Receipt = { tx: Hex; block: number; blockHash: Hex; index: number; gasUsed: bigint; fee: bigint };
/** `seconds`: Unix time of its block */
export type BlockReceipt = Receipt & { seconds: number };

/**
 * The life of a transaction after `prepared`. `find` looks up by hash; `dropped` means no node knows it and its nonce is
 * used or free again; `replaced` names the transaction that took its nonce.
 */
export type TxState =
  | { state: 'pending' }
  | { state: 'confirmed'; receipt: Receipt }
  | { state: 'reverted'; receipt: Receipt; error: { name: string; args: unknown[] } | null }
  | { state: 'replaced'; by: Hex }
  | { state: 'dropped' };

/**
 * How closely new blocks are looked for. `eager`: the page is looked at · `idle`: it is hidden, and this tab keeps watch for all of
 * the account's · `rest`: it is hidden, and another tab does
 */
export type Pace = 'eager' | 'idle' | 'rest';

export interface Chain {
  readonly chainId: number;
  readonly contract: Address;
  /** Unix seconds of a block, as the node tells it: for showing */
  timeOf(block: number): Promise<number>;
  /** How many nodes said the same when something was last compared. None before the first read. */
  agreement(): Agreement;
  /** An explicit act: a node, by its name in `nodes-disagree`, is asked no more in this visit. @throws input/invalid when no other is left */
  leaveOut(node: string): void;
  /**
   * An explicit act after chain/stale-head (`details.account`; the contract's own address for `kind: 'hospitals'`): forgets
   * what was seen of that account, here and in the next export. What the nodes say now is believed instead.
   */
  forgetSeen(account: Address): void;
  /** latest block's timestamp, Unix seconds */
  now(): Promise<number>;
  account(address: Address): Promise<Account>;
  accounts(addresses: Address[]): Promise<Account[]>;
  /** Verified back from the head word. @throws chain/timeline-broken, chain/unreachable */
  timeline(address: Address, kind: TimelineKind, options?: { limit?: number; signal?: AbortSignal }): Promise<Timeline>;
  appointment(id: bigint): Promise<Appointment>;
  directory(cursor: bigint, limit: number): Promise<{ entries: Account[]; next: bigint }>;
  hospitals(): Promise<Hospital[]>;
  /** As {@link hospitals}, with its version. */
  membership(): Promise<Membership>;
  /** Newest first. @param cursor 0 for the newest, else the previous answer's `next` @returns next 0 at the end */
  proposals(cursor: bigint, limit: number): Promise<{ entries: Proposal[]; next: bigint }>;
  credit(address: Address): Promise<bigint>;
  balance(address: Address): Promise<bigint>;
  /** @throws chain/key-unproven */
  provenKey(address: Address): Promise<ProvenKey>;
  /**
   * Holds an entry of a verified timeline against its raw transaction: signed by its author, sent straight to this contract,
   * with these arguments (DESIGN §4, Authenticity). @throws chain/key-unproven
   */
  proveEntry(entry: Entry): Promise<'signature' | 'agreement'>;
  /** The author's signature itself, for showing; null where a contract account acted. @throws chain/key-unproven */
  signatureOf(entry: Entry): Promise<Signature | null>;
  /** Whether a contract account says that it signed (ERC-1271); false for ordinary accounts. @param hash 32 bytes @throws chain/unreachable */
  isSignedBy(account: Address, hash: Hex, signature: Bytes): Promise<boolean>;
  /** The receipt of an entry's transaction, every field the same on all nodes that answer. @throws chain/not-found while not all of them have it */
  receiptOf(entry: Entry): Promise<BlockReceipt>;
  /** Computes an entry's place in its author's timeline anew, up to the head. @throws chain/timeline-broken, chain/stale-head, chain/unreachable */
  timelineProof(entry: Entry): Promise<TimelineProof>;
  /** Tries a node that is not used yet. Never throws: what failed is in the report. @param url absolute, http or https */
  probe(url: string): Promise<NodeReport>;
  /** Asks one more node from now on. @param url absolute, http or https; one that is used already changes nothing */
  join(url: string): void;
  /** @throws chain/not-accredited */
  accreditation(address: Address): Promise<Accreditation>;
  /** True where the account has code of its own: it signs nothing itself. An ordinary account that lends itself code (EIP-7702) still does. */
  isContract(address: Address): Promise<boolean>;
  /** Simulates: a call that would revert is refused here, before the wallet is asked. @throws chain/reverted, chain/insufficient-funds */
  quote(from: Address, call: Call): Promise<Quote>;
  /** Next nonce: `mined` by what all nodes have, `pending` by what any of them, the wallet's own included, knows to wait. */
  nonces(address: Address): Promise<{ mined: number; pending: number }>;
  find(tx: Hex, from: Address, nonce: number): Promise<TxState>;
  /** Verified timelines, to be kept sealed. The same object while nothing changed, so that it need not be sealed again. */
  exportCache(): Promise<Bytes>;
  /** Entries are verified again against the heads they claim. Asks no node, but on a test chain. @throws record/malformed when it is no cache */
  importCache(cache: Bytes): Promise<void>;
  /**
   * Calls back at each new block until the returned function is called.
   * @param idle it only wants to be kept informed: while nobody looks at the page, looks may become rare ({@link attend})
   */
  watch(onBlock: (block: number) => void, idle?: boolean): () => void;
  /** How closely to follow from now on; looks at once, unless it is to rest. */
  attend(pace: Pace): void;
}

/** The connected wallet. Every method may show a prompt except `account`. */
export interface Wallet {
  readonly account: Address;
  readonly chainId: number;
  /** `personal_sign`. @returns 65 bytes @throws wallet/declined */
  sign(text: string): Promise<Bytes>;
  /** `eth_signTypedData_v4`: the wallet shows the fields. @returns 65 bytes, a contract account's may be longer @throws wallet/declined, wallet/failed, chain/wrong-chain */
  signTyped(data: TypedData): Promise<Bytes>;
  /**
   * @param nonce asked for when an earlier try may be under way: two transactions of one nonce cannot both be mined (wallets may choose their own)
   * @returns the transaction's hash @throws wallet/declined, wallet/account-changed, chain/wrong-chain */
  send(call: Call, quote: Quote, nonce?: number): Promise<Hex>;
}
