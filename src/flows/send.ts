/**
 * One transaction from `ready` to "in the verified timeline", journalled at every step (issue words: prepared → waiting for the
 * wallet → sent → confirmed → in the verified timeline). `send` starts one; `resume` takes one up wherever a reload left it.
 */
import { toHex, type Digest, type Hex } from '../core/bytes.ts';
import { isSalusError, SalusError, type ErrorCode } from '../core/errors.ts';
import type { Act } from './act.ts';
import { countOf, findMark } from './calls.ts';
import { outbox, type OutboxEntry } from './outbox.ts';
import type { Call, Entry, Ports, Receipt, TxState } from './ports/index.ts';

export type SendOptions = {
  /** the record the call names: pushed until a place confirms it, before the wallet is asked */
  record?: Digest;
  /** name of the draft to delete once done */
  draft?: string;
  /** prompts still to come after this one */
  left?: number;
};

/** @returns the act's entry in the verified own timeline @throws wallet/declined, chain/reverted, chain/replaced, chain/stuck, storage/push-failed */
export const send = async (ports: Ports, act: Act, call: Call, options: SendOptions = {}): Promise<Entry> => {
  const entry: OutboxEntry = {
    id: toHex(ports.random(8)).slice(2),
    call,
    record: options.record ?? null,
    stage: 'ready',
    since: 0,
    nonce: 0,
    tx: null,
    created: ports.clock(),
    draft: options.draft ?? null,
  };
  await outbox(ports.cabinet).put(entry);
  return run(ports, act, entry, options.left ?? 0);
};

/** Takes an entry up again: looks whether it was done, follows what was sent, asks the wallet only when nothing can have been sent. */
export const resume = (ports: Ports, act: Act, entry: OutboxEntry): Promise<Entry> => run(ports, act, entry, 0);

/** Forgets an act that was never sent. What it named stays in this browser. @throws input/invalid when it may have been sent */
export const forget = async (ports: Ports, entry: OutboxEntry): Promise<void> => {
  if (entry.stage === 'sent') throw new SalusError('input/invalid', { at: 'outbox' });
  await outbox(ports.cabinet).delete(entry.id);
};

const run = async (ports: Ports, act: Act, entry: OutboxEntry, left: number): Promise<Entry> => {
  if (entry.stage !== 'ready') {
    const done = await alreadyDone(ports, entry);
    if (done) return finish(ports, act, entry, done);
  }
  if (entry.stage === 'asked') await nothingPending(ports, entry);
  if (entry.stage !== 'sent') await ask(ports, act, entry, left);
  const receipt = await settle(ports, act, entry);
  act.confirmed(receipt);
  act.stage('confirmed');
  return finish(ports, act, entry, await inTimeline(ports, entry));
};

const ownEntries = async (ports: Ports) => (await ports.chain.timeline(ports.wallet.account, 'own')).entries;

const alreadyDone = async (ports: Ports, entry: OutboxEntry): Promise<Entry | null> =>
  findMark(entry.call, await ownEntries(ports), entry.since);

/** The wallet was asked and its answer never arrived: while anything of this account waits to be mined, asking again could send twice. */
const nothingPending = async (ports: Ports, entry: OutboxEntry): Promise<void> => {
  const { mined, pending } = await ports.chain.nonces(ports.wallet.account);
  if (pending > mined) throw new SalusError('wallet/pending', { call: entry.call.name });
};

const ask = async (ports: Ports, act: Act, entry: OutboxEntry, left: number): Promise<void> => {
  const { chain, wallet, storage } = ports;
  const journal = outbox(ports.cabinet);
  if (entry.record) {
    act.stage('store');
    await storage.push(entry.record, { signal: act.signal, onProgress: (p) => act.progress(p) });
  }
  act.stage('wallet');
  const quote = await chain.quote(wallet.account, entry.call);
  await act.prompt({ kind: 'transaction', call: entry.call, quote, left, again: entry.stage === 'asked' });
  const { mined } = await chain.nonces(wallet.account);
  const since = countOf((await chain.account(wallet.account)).own);
  Object.assign(entry, { stage: 'asked', nonce: mined, since });
  await journal.put(entry);
  try {
    entry.tx = await wallet.send(entry.call, quote);
  } catch (error) {
    // the wallet said so itself: nothing was sent, and the next try may ask at once
    if (error instanceof SalusError && NOT_SENT.has(error.code))
      await journal.put(Object.assign(entry, { stage: 'ready' }));
    throw error;
  }
  await journal.put(Object.assign(entry, { stage: 'sent' }));
};

const NOT_SENT = new Set<ErrorCode>([
  'wallet/declined',
  'wallet/account-changed',
  'wallet/locked',
  'wallet/pending',
  'chain/wrong-chain',
  'chain/insufficient-funds',
]);

const settle = (ports: Ports, act: Act, entry: OutboxEntry): Promise<Receipt> => {
  const tx = entry.tx as Hex;
  act.sent(tx);
  act.stage('sent');
  return new Promise((resolve, reject) => {
    let looking = false;
    let again = false;
    const stop = ports.chain.watch(() => void look());
    const end = (settleWith: () => void) => {
      stop();
      act.signal.removeEventListener('abort', aborted);
      settleWith();
    };
    const aborted = () => end(() => reject(new SalusError('storage/aborted')));
    act.signal.addEventListener('abort', aborted);
    const look = async () => {
      // a block that comes while one is looked at must not be missed: on a quiet chain none may follow
      if (looking) {
        again = true;
        return;
      }
      looking = true;
      again = false;
      try {
        const found = await follow(ports, entry, tx);
        if (found.state === 'confirmed') end(() => resolve(found.receipt));
        else if (found.state !== 'pending') {
          await outbox(ports.cabinet).put(Object.assign(entry, { stage: 'ready', tx: null }));
          end(() => reject(failure(found, entry)));
        }
      } catch (error) {
        if (!isSalusError(error, 'chain/unreachable')) end(() => reject(error));
      } finally {
        looking = false;
        if (again) void look();
      }
    };
    void look();
  });
};

/** A person may speed a transaction up in the wallet: then another hash carries the same act. */
const follow = async (ports: Ports, entry: OutboxEntry, tx: Hex): Promise<TxState> => {
  const found = await ports.chain.find(tx, ports.wallet.account, entry.nonce);
  if (found.state !== 'replaced') return found;
  const done = await alreadyDone(ports, entry);
  if (!done) return found;
  entry.tx = done.tx;
  return ports.chain.find(done.tx, ports.wallet.account, entry.nonce);
};

type Failed = Exclude<TxState, { state: 'pending' | 'confirmed' }>;

const failure = (found: Failed, entry: OutboxEntry): SalusError => {
  const call = entry.call.name;
  if (found.state === 'reverted') return new SalusError('chain/reverted', { call, ...(found.error ?? {}) });
  if (found.state === 'replaced') return new SalusError('chain/replaced', { call, by: found.by });
  return new SalusError('chain/stuck', { call });
};

const inTimeline = async (ports: Ports, entry: OutboxEntry): Promise<Entry> => {
  const found = (await ownEntries(ports)).find((e) => e.tx === entry.tx) ?? (await alreadyDone(ports, entry));
  if (!found) throw new SalusError('chain/timeline-broken', { tx: entry.tx });
  return found;
};

const finish = async (ports: Ports, act: Act, entry: OutboxEntry, done: Entry): Promise<Entry> => {
  await outbox(ports.cabinet).delete(entry.id);
  if (entry.draft) await ports.cabinet.delete(entry.draft);
  act.stage('verified');
  return done;
};
