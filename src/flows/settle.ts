/** Following a transaction from its hash to the verified timeline, and knowing an act that was done already. */
import type { Hex } from '../core/bytes.ts';
import { isSalusError, SalusError } from '../core/errors.ts';
import type { Act } from './act.ts';
import { findMark } from './calls.ts';
import { outbox, type OutboxEntry } from './outbox.ts';
import type { Entry, Ports, Receipt, TxState } from './ports/index.ts';

const ownEntries = async (ports: Ports) => (await ports.chain.timeline(ports.wallet.account, 'own')).entries;

/** The act's entry in the verified own timeline, null while there is none since the wallet was first asked. */
export const alreadyDone = async (ports: Ports, entry: OutboxEntry): Promise<Entry | null> =>
  findMark(entry.call, await ownEntries(ports), entry.since);

/** True for what was sent and comes to its end soon. A contract's owners may take days: until they have acted nothing waits for it. */
export const isFollowed = async (ports: Ports, entry: OutboxEntry): Promise<boolean> =>
  entry.stage === 'sent' && (!entry.contract || (await alreadyDone(ports, entry)) !== null);

/**
 * While anything of this account waits to be mined, or a transaction whose hash we had could still be, asking again could send twice.
 * @throws wallet/pending, chain/stuck: the wallet can speed the old one up or cancel it, which uses its nonce
 */
export const nothingPending = async (ports: Ports, entry: OutboxEntry): Promise<void> => {
  // what waits for a contract's owners is known to its wallet alone: the person is told to look there
  if (entry.contract) return;
  const { mined, pending } = await ports.chain.nonces(ports.wallet.account);
  if (entry.lost && mined <= entry.nonce)
    throw new SalusError('chain/stuck', { call: entry.call.name, tx: entry.lost });
  if (pending > mined) throw new SalusError('wallet/pending', { call: entry.call.name });
};

/**
 * Waits until the hash is mined.
 * @throws chain/reverted, chain/replaced, chain/stuck: a node's word, so the entry stays `asked` and the next try looks for the act first
 */
export const settle = (ports: Ports, act: Act, entry: OutboxEntry): Promise<Receipt> => {
  const tx = entry.tx as Hex;
  act.sent(tx, entry.contract ?? false);
  act.stage('sent');
  return new Promise((resolve, reject) => {
    let looking = false;
    let again = false;
    let ended = false;
    const stop = ports.chain.watch(() => void look());
    const end = (settleWith: () => void) => {
      ended = true;
      stop();
      act.signal.removeEventListener('abort', aborted);
      settleWith();
    };
    const aborted = () => end(() => reject(new SalusError('storage/aborted')));
    act.signal.addEventListener('abort', aborted);
    const look = async () => {
      // a block that comes while one is looked at must not be missed: on a quiet chain none may follow
      again = looking;
      if (looking || ended) return;
      looking = true;
      try {
        const found = await follow(ports, entry, tx);
        if (found.state === 'confirmed') end(() => resolve(found.receipt));
        else if (found.state !== 'pending') {
          const lost = entry.contract ? null : tx;
          await outbox(ports.cabinet).put(Object.assign(entry, { stage: 'asked', tx: null, lost }));
          end(() => reject(failure(found, entry)));
        }
      } catch (error) {
        if (!isSalusError(error, 'chain/unreachable')) end(() => reject(error));
      }
      looking = false;
      if (again) void look();
    };
    void look();
  });
};

/** A person may speed a transaction up in the wallet: then another hash carries the same act. */
const follow = async (ports: Ports, entry: OutboxEntry, tx: Hex): Promise<TxState> => {
  if (entry.contract) return followContract(ports, entry, tx);
  const found = await ports.chain.find(tx, ports.wallet.account, entry.nonce);
  if (found.state !== 'replaced') return found;
  const done = await alreadyDone(ports, entry);
  if (!done) return found;
  entry.tx = done.tx;
  return ports.chain.find(done.tx, ports.wallet.account, entry.nonce);
};

/**
 * A contract's wallet may give the hash of a proposal that its owners still sign, of one owner's confirmation, or of the transaction
 * that carries the act out: what counts is the act itself, in the verified timeline. Until it is there the page waits.
 */
const followContract = async (ports: Ports, entry: OutboxEntry, tx: Hex): Promise<TxState> => {
  const done = await alreadyDone(ports, entry);
  if (done) entry.tx = done.tx;
  const found = await ports.chain.find(done?.tx ?? tx, ports.wallet.account, entry.nonce);
  return found.state === 'reverted' || (done && found.state === 'confirmed') ? found : { state: 'pending' };
};

type Failed = Exclude<TxState, { state: 'pending' | 'confirmed' }>;

const failure = (found: Failed, entry: OutboxEntry): SalusError => {
  const call = entry.call.name;
  if (found.state === 'reverted') return new SalusError('chain/reverted', { call, ...(found.error ?? {}) });
  if (found.state === 'replaced') return new SalusError('chain/replaced', { call, by: found.by });
  return new SalusError('chain/stuck', { call });
};

/** @throws chain/timeline-broken when a mined act is missing from the timeline */
export const inTimeline = async (ports: Ports, entry: OutboxEntry): Promise<Entry> => {
  const mined = entry.contract ? null : (await ownEntries(ports)).find((e) => e.tx === entry.tx);
  // a contract's transaction may hold other acts of it too
  const found = mined ?? (await alreadyDone(ports, entry));
  if (!found) throw new SalusError('chain/timeline-broken', { tx: entry.tx });
  return found;
};
