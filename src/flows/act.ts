/**
 * How a flow talks to the person while it works. Every flow takes an `Act`: it announces stages, counts bytes, and asks
 * leave before each wallet prompt, so that the page can say what the wallet will show, why, what it costs and how many are left.
 */
import type { SalusError } from '../core/errors.ts';
import type { Hex } from '../core/bytes.ts';
import type { Call, Quote, Receipt } from './ports/chain.ts';
import type { Progress } from './ports/storage.ts';

/** `prepare` → `encrypt` → `store` → `wallet` → `sent` → `confirmed` → `verified` (in the verified timeline); a flow may skip some. */
export type Stage = 'prepare' | 'encrypt' | 'store' | 'wallet' | 'sent' | 'confirmed' | 'verified';

/**
 * What the wallet is about to show. `left` counts the prompts after this one. `again`: the wallet was asked before and its answer
 * never arrived (a reload); nothing of it is on the chain, but the person should look into the wallet first. `onlyHere`: why no other place
 * holds the record the act names; it may be sent all the same, and nobody else can read it until one does.
 */
export type Prompt =
  | { kind: 'signature'; purpose: 'unlock' | 'enrol-first' | 'enrol-again' | 'sign-in'; text: string; left: number }
  | { kind: 'transaction'; call: Call; quote: Quote; left: number; again: boolean; onlyHere: SalusError | null };

export interface Act {
  readonly signal: AbortSignal;
  stage(stage: Stage): void;
  progress(p: Progress): void;
  /** Resolves when the person goes on to the wallet. @throws wallet/declined when they turn back */
  prompt(p: Prompt): Promise<void>;
  sent(tx: Hex): void;
  confirmed(receipt: Receipt): void;
}
