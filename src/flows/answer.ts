/** What a wallet says when it was asked to send, in time or late. */
import type { Hex } from '../core/bytes.ts';
import { SalusError, type ErrorCode } from '../core/errors.ts';
import type { Act } from './act.ts';
import type { outbox, OutboxEntry } from './outbox.ts';

/** The wallet, or the device behind it, said so itself: this try sent nothing. */
export const NOT_SENT = new Set<ErrorCode>([
  'wallet/declined',
  'wallet/account-changed',
  'wallet/locked',
  'wallet/pending',
  'wallet/device-locked',
  'wallet/device-app',
  'wallet/device-blind',
  'wallet/device-gone',
  'chain/wrong-chain',
  'chain/insufficient-funds',
]);

/**
 * The wallet's answer, unless the person stops waiting for it: then the entry stays `asked`, and what the wallet says late is still
 * written down, so that a hash is followed and a refusal forgotten.
 * @param first no earlier try of this act may still be sent @throws storage/aborted
 */
export const answer = (
  journal: ReturnType<typeof outbox>,
  act: Act,
  entry: OutboxEntry,
  sending: Promise<Hex>,
  first: boolean,
): Promise<Hex> =>
  new Promise((resolve, reject) => {
    const late = async (change: (kept: OutboxEntry) => Promise<void>) => {
      const kept = await journal.get(entry.id);
      if (kept?.stage === 'asked') await change(kept);
    };
    let left = false;
    const leave = () => {
      left = true;
      reject(new SalusError('storage/aborted'));
    };
    if (act.signal.aborted) leave();
    act.signal.addEventListener('abort', leave, { once: true });
    sending
      .finally(() => act.signal.removeEventListener('abort', leave))
      .then(
        (tx) => (left ? late((kept) => journal.put({ ...kept, stage: 'sent', tx })) : resolve(tx)),
        (error: unknown) => {
          if (!left) return reject(error);
          const refused = error instanceof SalusError && NOT_SENT.has(error.code);
          return first && refused ? late((kept) => journal.delete(kept.id)) : undefined;
        },
      )
      // locked meanwhile: the next unlocking looks on the chain
      .catch(() => undefined);
  });
