/** MetaMask's side of a Ledger: cuts requests into APDUs as Ledger's library does, and passes the device's refusals on in MetaMask's words. */
import { concatBytes, hexToBytes, numberToBytes, toHex, type Hex } from 'viem';
import { SW, Unplugged, type Ledger } from './ledger.ts';

/** Signs for a {@link TestWallet} whose key is elsewhere. */
export interface HardwareSigner {
  /** @returns r‖s‖v, 65 bytes */
  message(text: Uint8Array): Promise<Hex>;
  /** @param domain @param message the two hashes of structured data (EIP-712), 32 bytes each @returns r‖s‖v, 65 bytes */
  typed(domain: Hex, message: Hex): Promise<Hex>;
  /** @param unsigned the serialised transaction */
  transaction(unsigned: Hex): Promise<{ r: Hex; s: Hex; yParity: number }>;
}

/** As the extension answers a page (code -32603, the device's word lost): versions since 13, and those before. */
const SAID: Record<number, { now: string; before: string }> = {
  [SW.locked]: { now: 'Ledger: Device is locked', before: 'Ledger device: Locked device (0x5515)' },
  [SW.rejected]: {
    now: 'Ledger: User rejected action on device',
    before: 'Ledger device: Condition of use not satisfied (denied by the user?) (0x6985)',
  },
  [SW.badData]: {
    now: 'Ledger: Blind signing not supported',
    before: 'Please enable Blind signing or Contract data in the Ethereum app Settings',
  },
  [SW.dashboard]: { now: 'Ethereum app closed', before: 'Ledger device: UNKNOWN_ERROR (0x6511)' },
  [SW.otherApp]: { now: 'Ethereum app closed', before: 'Ledger device: CLA_NOT_SUPPORTED (0x6e00)' },
};

const PATH = [44 + 0x80000000, 60 + 0x80000000, 0x80000000, 0, 0];
const path = concatBytes([Uint8Array.of(PATH.length), ...PATH.map((n) => numberToBytes(n, { size: 4 }))]);

export class LedgerBridge implements HardwareSigner {
  /** which generation of the extension it is */
  era: 'now' | 'before' = 'now';
  /** some versions have given the parity itself in `v` of a text's signature */
  parityOnly = false;
  readonly #ledger: Ledger;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  async message(text: Uint8Array): Promise<Hex> {
    const answer = await this.#send(0x08, concatBytes([path, numberToBytes(text.length, { size: 4 }), text]), 150);
    const v = (answer[0] as number) - (this.parityOnly ? 27 : 0);
    return toHex(concatBytes([answer.slice(1), Uint8Array.of(v)]));
  }

  async typed(domain: Hex, message: Hex): Promise<Hex> {
    const answer = await this.#send(0x0c, concatBytes([path, hexToBytes(domain), hexToBytes(message)]), 255);
    return toHex(concatBytes([answer.slice(1), answer.slice(0, 1)]));
  }

  async transaction(unsigned: Hex): Promise<{ r: Hex; s: Hex; yParity: number }> {
    const answer = await this.#send(0x04, concatBytes([path, hexToBytes(unsigned)]), 255);
    return { r: toHex(answer.slice(1, 33)), s: toHex(answer.slice(33, 65)), yParity: answer[0] as number };
  }

  /** @returns what the last chunk was answered with */
  async #send(ins: number, payload: Uint8Array, most: number): Promise<Uint8Array> {
    let answer = new Uint8Array();
    for (let at = 0; at < payload.length; at += most) {
      const chunk = payload.slice(at, at + most);
      const apdu = concatBytes([Uint8Array.of(0xe0, ins, at === 0 ? 0x00 : 0x80, 0x00, chunk.length), chunk]);
      const whole = await this.#ledger.exchange(apdu).catch((error: unknown) => {
        throw error instanceof Unplugged ? refusal(error.message) : error;
      });
      const sw = ((whole.at(-2) as number) << 8) | (whole.at(-1) as number);
      if (sw !== SW.ok) throw refusal(SAID[sw]?.[this.era] ?? `Ledger device: UNKNOWN_ERROR (0x${sw.toString(16)})`);
      answer = whole.slice(0, -2);
    }
    return answer;
  }
}

const refusal = (message: string): Error => Object.assign(new Error(message), { code: -32603 });
