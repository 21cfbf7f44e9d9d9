/**
 * One transaction from `ready` to "in the verified timeline", journalled at every step: prepared → waiting for the wallet → sent →
 * confirmed → in the verified timeline. `send` starts one; `resume` takes one up wherever a reload left it.
 */
import { toHex, type Digest } from '../core/bytes.ts';
import { isSalusError, SalusError, type ErrorCode } from '../core/errors.ts';
import type { Act } from './act.ts';
import { countOf } from './calls.ts';
import { finishDraft, isSealedAs, type Draft } from './draft.ts';
import { outbox, sameCall, type OutboxEntry } from './outbox.ts';
import type { Call, Entry, Ports } from './ports/index.ts';
import { answer, NOT_SENT } from './answer.ts';
import { alreadyDone, inTimeline, nothingPending, settle } from './settle.ts';

export type SendOptions = {
  /** the record the call names: brought to a place before the wallet is asked */
  record?: Digest;
  /** what else the call names: brought along in the same way */
  also?: Digest[];
  /** name of the draft to delete once done, unless it was changed meanwhile */
  draft?: string;
  /** prompts still to come after this one */
  left?: number;
  /** an earlier try from the same draft was shown to the wallet and never heard of again */
  again?: boolean;
};

/** @returns the act's entry in the verified own timeline @throws wallet/declined, chain/reverted, chain/replaced, chain/stuck, storage/push-failed */
export const send = async (ports: Ports, act: Act, call: Call, options: SendOptions = {}): Promise<Entry> => {
  const same = (await outbox(ports.cabinet).list()).find((e) => sameCall(e.call, call));
  if (same && same.stage !== 'ready') return resume(ports, act, same);
  const entry: OutboxEntry = {
    id: same?.id ?? toHex(ports.random(8)).slice(2),
    call,
    record: options.record ?? null,
    ...(options.also ? { also: options.also } : {}),
    stage: 'ready',
    since: null,
    nonce: 0,
    tx: null,
    lost: null,
    created: ports.clock(),
    draft: options.draft ?? null,
  };
  await outbox(ports.cabinet).put(entry);
  return run(ports, act, entry, options.left ?? 0, options.again ?? false);
};

/** Takes an entry up again: looks whether it was done, follows what was sent, asks the wallet only when nothing can have been sent. */
export const resume = (ports: Ports, act: Act, entry: OutboxEntry): Promise<Entry> => run(ports, act, entry, 0, false);

/** Forgets an act that was not sent, or that a contract's owners will not carry out. What it named stays in this browser. @throws input/invalid when it was done, wallet/pending when it may still be */
export const forget = async (ports: Ports, entry: OutboxEntry): Promise<void> => {
  if (entry.stage !== 'ready') {
    if ((entry.stage === 'sent' && !entry.contract) || (await alreadyDone(ports, entry)))
      throw new SalusError('input/invalid', { at: 'outbox' });
    await nothingPending(ports, entry);
  }
  await outbox(ports.cabinet).delete(entry.id);
};

/**
 * What became of an earlier try from the same draft.
 * @returns its entry when it was taken up to its end; else whether the wallet had been asked, and a new try may begin
 * @throws input/already-sent when it was done before later changes to the draft (they are kept), wallet/pending while it may still be
 */
export const earlier = async (
  ports: Ports,
  act: Act,
  draft: Draft<unknown>,
): Promise<{ done: Entry } | { asked: boolean }> => {
  const journal = outbox(ports.cabinet);
  const entry = (await journal.list()).find((e) => e.draft === draft.name);
  if (!entry) return { asked: false };
  if (entry.stage !== 'ready') {
    if (isSealedAs(draft, entry.record)) return { done: await resume(ports, act, entry) };
    const done = await alreadyDone(ports, entry);
    if (done) {
      await finish(ports, act, entry, done);
      throw new SalusError('input/already-sent', { call: entry.call.name });
    }
    if (entry.stage === 'sent') throw new SalusError('wallet/pending', { call: entry.call.name });
    await nothingPending(ports, entry);
  }
  await journal.delete(entry.id);
  return { asked: entry.stage !== 'ready' };
};

/** What failed before the wallet was asked leaves no trace: the draft, or the form, still holds it all. */
const run = async (ports: Ports, act: Act, entry: OutboxEntry, left: number, again: boolean): Promise<Entry> => {
  try {
    return await through(ports, act, entry, left, again);
  } catch (error) {
    if (entry.stage === 'ready') await outbox(ports.cabinet).delete(entry.id);
    throw error;
  }
};

const through = async (ports: Ports, act: Act, entry: OutboxEntry, left: number, again: boolean): Promise<Entry> => {
  const before = entry.stage === 'ready' ? null : await alreadyDone(ports, entry);
  if (before) return finish(ports, act, entry, before);
  if (entry.stage === 'asked') await nothingPending(ports, entry);
  if (entry.stage !== 'sent') {
    const done = await ask(ports, act, entry, left, again || entry.stage === 'asked');
    if (done) return finish(ports, act, entry, done);
  }
  const receipt = await settle(ports, act, entry);
  act.confirmed(receipt);
  act.stage('confirmed');
  return finish(ports, act, entry, await inTimeline(ports, entry));
};

/** @returns the act's entry when it turns out, after the explanation, to have been done already; null once it is sent */
const ask = async (ports: Ports, act: Act, entry: OutboxEntry, left: number, again: boolean): Promise<Entry | null> => {
  const { chain, wallet, storage } = ports;
  const journal = outbox(ports.cabinet);
  const asked = entry.stage === 'asked';
  let onlyHere: SalusError | null = null;
  if (entry.record) {
    act.stage('store');
    for (const digest of [entry.record, ...(entry.also ?? [])])
      onlyHere = (await bring(storage, act, digest)) ?? onlyHere;
  }
  act.stage('wallet');
  const quote = await chain.quote(wallet.account, entry.call);
  await act.prompt({ kind: 'transaction', call: entry.call, quote, left, again, onlyHere });
  if (asked) {
    // pushing and reading took time: an earlier try may have arrived
    const done = await alreadyDone(ports, entry);
    if (done) return done;
    await nothingPending(ports, entry);
  }
  // the first count stays: an act that was asked for earlier may have come at any time since
  const since = entry.since ?? countOf((await chain.account(wallet.account)).own);
  const { mined, pending } = await chain.nonces(wallet.account);
  // one nonce for all tries, while it is free: only one of them can be mined
  const nonce = asked && !entry.lost && mined <= entry.nonce ? entry.nonce : pending;
  if (act.signal.aborted) throw new SalusError('storage/aborted');
  const contract = quote.contract ? { contract: true } : {};
  await journal.put(Object.assign(entry, { stage: 'asked', nonce, since, lost: null, ...contract }));
  try {
    const sending = asked ? wallet.send(entry.call, quote, nonce) : wallet.send(entry.call, quote);
    entry.tx = await answer(journal, act, entry, sending, !asked);
  } catch (error) {
    // the wallet said so itself: this try sent nothing
    if (!asked && error instanceof SalusError && NOT_SENT.has(error.code))
      await journal.put(Object.assign(entry, { stage: 'ready' }));
    throw error;
  }
  await journal.put(Object.assign(entry, { stage: 'sent' }));
  return null;
};

/** Failures after which the record is in this browser alone, and the act may be sent all the same. */
const ONLY_HERE = new Set<ErrorCode>(['storage/push-failed', 'storage/timeout', 'storage/no-guard']);

/**
 * Brings the record to a place that confirms it.
 * @returns null, or why none did: the person decides whether to send all the same @throws storage/push-failed when signing in would help
 */
const bring = async (storage: Ports['storage'], act: Act, record: Digest): Promise<SalusError | null> => {
  try {
    await storage.push(record, { signal: act.signal, onProgress: (p) => act.progress(p) });
    return null;
  } catch (error) {
    const failed = isSalusError(error) && ONLY_HERE.has(error.code);
    if (!failed || error.details.signIn) throw error;
    return error;
  }
};

/** Nothing is let go on a node's word alone: the act must bear this account's own signature. */
const finish = async (ports: Ports, act: Act, entry: OutboxEntry, done: Entry): Promise<Entry> => {
  await ports.chain.proveEntry(done);
  await outbox(ports.cabinet).delete(entry.id);
  if (entry.draft) await finishDraft(ports.cabinet, entry.draft, entry.record);
  act.stage('verified');
  act.arrived(done);
  return done;
};
