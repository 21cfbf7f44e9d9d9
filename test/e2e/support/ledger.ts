/**
 * A Ledger with its Ethereum app, spoken to by APDUs: it shows what the real one shows, refuses with its status words, and signs only what
 * somebody approved. The keys stay in here.
 * @see https://github.com/LedgerHQ/app-ethereum/blob/master/doc/ethapp.adoc
 */
import { secp256k1 } from '@noble/curves/secp256k1.js';
import {
  concatHex,
  formatEther,
  hashMessage,
  hexToBytes,
  keccak256,
  parseTransaction,
  toHex,
  type Hex,
  type TransactionSerializableEIP1559,
} from 'viem';
import { privateKeyToAccount } from 'viem/accounts';

/** What the device's screen led a person through. */
export type Review = {
  title: 'Review message' | 'Review typed message' | 'Review transaction';
  blind: boolean;
  lines: Record<string, string>;
};

const CLA = 0xe0;
const SIGN_TRANSACTION = 0x04;
const SIGN_MESSAGE = 0x08;
const SIGN_TYPED = 0x0c;
const FIRST = 0x00;

export const SW = {
  ok: 0x9000,
  locked: 0x5515,
  rejected: 0x6985,
  /** calldata while the setting for blind signing is off */
  badData: 0x6a80,
  dashboard: 0x6511,
  otherApp: 0x6e00,
  unknownIns: 0x6d00,
} as const;

/** The cable was pulled, or the device fell asleep. */
export class Unplugged extends Error {
  override readonly name = 'DisconnectedDeviceDuringOperation';
}

export class Ledger {
  locked = false;
  /** null: no app is open */
  app: 'Ethereum' | 'Bitcoin' | null = 'Ethereum';
  /** as a new device comes: off */
  blindSigning = false;
  plugged = true;
  /** what the person at the device does; `wait`: nothing until {@link press} */
  person: 'approve' | 'reject' | 'wait' = 'approve';
  /** everything that was shown, whatever became of it */
  readonly shown: Review[] = [];
  readonly #key: Hex;
  #buffer = new Uint8Array();
  #pressed: ((approve: boolean | null) => void) | null = null;

  constructor(key: Hex) {
    this.#key = key;
  }

  get address(): Hex {
    return privateKeyToAccount(this.#key).address;
  }

  /** True while it shows something and waits. */
  get waiting(): boolean {
    return this.#pressed !== null;
  }

  press(approve: boolean): void {
    this.#pressed?.(approve);
  }

  unplug(): void {
    this.plugged = false;
    this.#pressed?.(null);
  }

  /** @param apdu `CLA INS P1 P2 Lc data` @returns data and status word @throws Unplugged */
  async exchange(apdu: Uint8Array): Promise<Uint8Array> {
    if (!this.plugged) throw new Unplugged('The device was disconnected.');
    const [cla, ins, p1, , size] = apdu as unknown as [number, number, number, number, number];
    const data = apdu.subarray(5, 5 + size);
    if (this.locked) return status(SW.locked);
    if (this.app === null) return status(SW.dashboard);
    if (this.app !== 'Ethereum' || cla !== CLA) return status(SW.otherApp);
    if (ins === SIGN_TRANSACTION) return this.#transaction(p1, data);
    if (ins === SIGN_MESSAGE) return this.#message(p1, data);
    if (ins === SIGN_TYPED) return this.#typed(data);
    return status(SW.unknownIns);
  }

  /** Path, then the serialised transaction with its type byte, in chunks; v is the parity for typed ones. */
  async #transaction(p1: number, data: Uint8Array): Promise<Uint8Array> {
    this.#buffer = p1 === FIRST ? data.slice(pathSize(data)) : join(this.#buffer, data);
    if (this.#buffer.length < transactionSize(this.#buffer)) return status(SW.ok);
    const unsigned = toHex(this.#buffer);
    const tx = parseTransaction(unsigned) as TransactionSerializableEIP1559;
    const blind = (tx.data ?? '0x') !== '0x';
    if (blind && !this.blindSigning) return status(SW.badData);
    const value = tx.value ?? 0n;
    const answer = await this.#show({
      title: 'Review transaction',
      blind,
      lines: {
        From: this.address,
        ...(blind && value === 0n ? {} : { Amount: `ETH ${formatEther(value)}` }),
        To: tx.to as Hex,
        'Max fees': `ETH ${formatEther((tx.gas ?? 0n) * (tx.maxFeePerGas ?? 0n))}`,
        ...(tx.chainId === 1 ? {} : { Network: String(tx.chainId) }),
        ...(blind ? { 'Tx hash': keccak256(unsigned) } : {}),
      },
    });
    return answer ? this.#sign(keccak256(unsigned), 0) : status(SW.rejected);
  }

  /** Path, length (4 bytes), text, in chunks; v is 27 or 28. Text that is ASCII is shown whole. */
  async #message(p1: number, data: Uint8Array): Promise<Uint8Array> {
    this.#buffer = p1 === FIRST ? data.slice(pathSize(data)) : join(this.#buffer, data);
    const length = new DataView(this.#buffer.buffer).getUint32(0);
    const text = this.#buffer.slice(4);
    if (text.length < length) return status(SW.ok);
    const plain = text.every((b) => b === 0x0a || (b >= 0x20 && b < 0x7f));
    const message = plain ? new TextDecoder().decode(text) : toHex(text);
    const answer = await this.#show({ title: 'Review message', blind: false, lines: { Message: message } });
    return answer ? this.#sign(hashMessage({ raw: text }), 27) : status(SW.rejected);
  }

  /** Path, hash of the domain, hash of the message: all that it shows of structured data is these two, so it wants blind signing. */
  async #typed(data: Uint8Array): Promise<Uint8Array> {
    if (!this.blindSigning) return status(SW.badData);
    const [domain, message] = [data.slice(pathSize(data), -32), data.slice(-32)];
    const lines = { 'Domain hash': toHex(domain), 'Message hash': toHex(message) };
    const answer = await this.#show({ title: 'Review typed message', blind: true, lines });
    return answer
      ? this.#sign(keccak256(concatHex(['0x1901', toHex(domain), toHex(message)])), 27)
      : status(SW.rejected);
  }

  async #show(review: Review): Promise<boolean> {
    this.shown.push(review);
    if (this.person !== 'wait') return this.person === 'approve';
    const pressed = await new Promise<boolean | null>((resolve) => (this.#pressed = resolve));
    this.#pressed = null;
    if (pressed === null) throw new Unplugged('The device was disconnected.');
    return pressed;
  }

  #sign(hash: Hex, base: number): Uint8Array {
    const bytes = secp256k1.sign(hexToBytes(hash), hexToBytes(this.#key), { prehash: false, format: 'recovered' });
    return join(Uint8Array.of(base + (bytes[0] as number), ...bytes.subarray(1)), status(SW.ok));
  }
}

const status = (sw: number): Uint8Array => Uint8Array.of(sw >> 8, sw & 0xff);
const join = (a: Uint8Array, b: Uint8Array) => hexToBytes(concatHex([toHex(a), toHex(b)])) as Uint8Array<ArrayBuffer>;
/** number of steps (1 byte), four bytes each */
const pathSize = (data: Uint8Array): number => 1 + 4 * (data[0] as number);

/** Bytes of a typed transaction, by its list's own header. @see the RLP specification */
const transactionSize = (bytes: Uint8Array): number => {
  const head = bytes[1] as number;
  const wide = head > 0xf7 ? head - 0xf7 : 0;
  const length = wide ? Number(BigInt(toHex(bytes.subarray(2, 2 + wide)))) : head - 0xc0;
  return 2 + wide + length;
};
