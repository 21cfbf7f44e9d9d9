/**
 * How a flow talks to the person while it works. Every flow takes an `Act`: it announces stages, counts bytes, and asks
 * leave before each wallet prompt, so that the page can say what the wallet will show, why, what it costs and how many are left.
 */
import type { Bytes, Hex } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import type { TypedData } from '../core/voucher.ts';
import type { Call, Entry, Quote, Receipt, Wallet } from './ports/chain.ts';
import type { Progress } from './ports/storage.ts';

/** `prepare` → `encrypt` → `store` → `wallet` → `sent` → `confirmed` → `verified` (in the verified timeline); a flow may skip some. */
export type Stage = 'prepare' | 'encrypt' | 'store' | 'wallet' | 'sent' | 'confirmed' | 'verified';

/**
 * What the wallet is about to show. `left` counts the prompts after this one. `again`: the wallet was asked before and its answer
 * never arrived (a reload); nothing of it is on the chain, but the person should look into the wallet first. `onlyHere`: why no other place
 * holds the record the act names; it may be sent all the same, and nobody else can read it until one does.
 */
export type Prompt =
  | {
      kind: 'signature';
      purpose: 'unlock' | 'reveal' | 'enrol-first' | 'enrol-again' | 'sign-in' | 'voucher';
      text: string;
      left: number;
      /** of structured data: what hardware devices show of it, 32 bytes each */
      hashes?: { domain: Hex; message: Hex };
    }
  | { kind: 'transaction'; call: Call; quote: Quote; left: number; again: boolean; onlyHere: SalusError | null };

export interface Act {
  readonly signal: AbortSignal;
  stage(stage: Stage): void;
  progress(p: Progress): void;
  /** Resolves when the person goes on to the wallet. @throws wallet/declined when they turn back */
  prompt(p: Prompt): Promise<void>;
  /** @param contract the account is a contract: `tx` may be a hash of its wallet's own, and its owners may still have to confirm */
  sent(tx: Hex, contract: boolean): void;
  confirmed(receipt: Receipt): void;
  /** The act's entry stands in the verified timeline. Once for each transaction of the act. */
  arrived(entry: Entry): void;
}

/**
 * Asks for a signature, which may be left at any time: a wallet that never answers must not hold the page, and nothing is sent.
 * @returns 65 bytes @throws wallet/declined, storage/aborted
 */
export const signature = (wallet: Wallet, act: Act, what: string | TypedData): Promise<Bytes> =>
  new Promise((resolve, reject) => {
    const leave = () => reject(new SalusError('storage/aborted'));
    if (act.signal.aborted) return leave();
    act.signal.addEventListener('abort', leave, { once: true });
    const signed = typeof what === 'string' ? wallet.sign(what) : wallet.signTyped(what);
    signed.then(resolve, reject).finally(() => act.signal.removeEventListener('abort', leave));
  });
