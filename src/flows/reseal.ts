/**
 * Sealing a folder anew: every record of it gets a copy under the current keys, a few in each transaction. What was sealed and not yet sent is
 * noted, so that a reload does not do it twice; what the chain names is done.
 */
import { fromUtf8, utf8, type Digest, type Hex } from '../core/bytes.ts';
import type { FolderId } from '../record/folders.ts';
import type { Act } from './act.ts';
import { together, type Sealed } from './adding.ts';
import { copyRecord } from './copy.ts';
import { learnEpochs } from './earlier.ts';
import type { OpenRecord } from './openRecord.ts';
import { outbox, type OutboxEntry } from './outbox.ts';
import { RESEAL_AT_ONCE } from './placing.ts';
import type { Cabinet, Entry, Ports } from './ports/index.ts';
import { resume, send } from './send.ts';
import { alreadyDone, nothingPending } from './settle.ts';
import type { Vault } from './vault.ts';

/** One record to be sealed anew, opened. `history`: every earlier ciphertext of it. */
export type ToReseal = { what: OpenRecord; history: readonly Digest[] };
/** Copies by the record they are of. `nonce`: of the epoch they are sealed under. */
type Journal = { nonce: Digest; copies: Record<Digest, { digest: Digest; key: Hex; hint: Hex; via: string }> };

const nameOf = (folder: FolderId): string => `reseal/${folder}`;
const empty = (nonce: Digest): Journal => ({ nonce, copies: {} });

const read = async (cabinet: Cabinet, folder: FolderId): Promise<Journal | null> => {
  const kept = await cabinet.get(nameOf(folder));
  return kept ? (JSON.parse(fromUtf8(kept)) as Journal) : null;
};
const write = (cabinet: Cabinet, folder: FolderId, journal: Journal): Promise<void> =>
  cabinet.set(nameOf(folder), utf8(JSON.stringify(journal)));

/** An act that adds nothing but copies of this journal. */
const isOf = ({ call }: OutboxEntry, made: ReadonlySet<Digest>): boolean => {
  const calls = call.name === 'multicall' ? call.args.calls : [call];
  return calls.every((c) => c.name === 'add' && made.has(c.args.record));
};

/** Takes up what a reload left: what was sent is followed to its end, what was only asked for and is not under way is asked for anew. */
const takeUp = async (ports: Ports, act: Act, journal: Journal): Promise<void> => {
  const made = new Set(Object.values(journal.copies).map((c) => c.digest));
  for (const entry of await outbox(ports.cabinet).list()) {
    if (!isOf(entry, made)) continue;
    if (entry.stage === 'sent' || (await alreadyDone(ports, entry))) await resume(ports, act, entry);
    else {
      if (entry.stage === 'asked') await nothingPending(ports, entry);
      await outbox(ports.cabinet).delete(entry.id);
    }
  }
};

/** Drops from the journal what the chain names already. */
const settled = async (ports: Ports, vault: Vault, journal: Journal): Promise<Journal> => {
  const { entries } = await ports.chain.timeline(vault.account, 'own');
  const added = new Set(entries.filter((e) => e.event === 'Added').map((e) => e.args.record));
  const left = Object.entries(journal.copies).filter(([, c]) => !added.has(c.digest));
  return { ...journal, copies: Object.fromEntries(left) as Journal['copies'] };
};

/**
 * Seals copies of at most {@link RESEAL_AT_ONCE} records into a folder and sends them in one transaction. What an earlier try sealed is used.
 * @param onSealed how many of them are sealed
 * @returns the last one's entry; null when an earlier try turned out to have arrived: look again what is left
 * @throws storage/not-found, record/file-mismatch, storage/quota, storage/aborted, chain/reverted, wallet/declined (what was sealed is kept)
 */
export const resealBatch = async (
  ports: Ports,
  act: Act,
  vault: Vault,
  folder: FolderId,
  records: readonly ToReseal[],
  onSealed: (done: number) => void = () => undefined,
): Promise<Entry | null> => {
  act.stage('prepare');
  const { cabinet } = ports;
  await learnEpochs(ports.chain, vault);
  const nonce = vault.epochs(folder)[0]?.nonce as Digest;
  let journal = (await read(cabinet, folder)) ?? empty(nonce);
  if (Object.keys(journal.copies).length > 0) {
    await takeUp(ports, act, journal);
    const before = Object.keys(journal.copies).length;
    journal = await settled(ports, vault, journal);
    await write(cabinet, folder, journal);
    if (Object.keys(journal.copies).length < before) return null;
  }
  if (journal.nonce !== nonce) {
    // another epoch began since: what was sealed and never sent is under keys that are old by now
    await discard(ports, journal);
    journal = empty(nonce);
  }
  const sealed: Sealed[] = [];
  for (const { what, history } of records.slice(0, RESEAL_AT_ONCE)) {
    const kept = journal.copies[what.ref.digest];
    const copy = kept
      ? callOf(vault, kept)
      : await copyRecord(ports, act, vault, what, { for: null, folder, replaces: history });
    sealed.push(copy);
    if (!kept) {
      const { hint, via } = copy.call.args;
      journal.copies[what.ref.digest] = { digest: copy.digest, key: copy.key, hint, via: String(via) };
      await write(cabinet, folder, journal);
    }
    onSealed(sealed.length);
  }
  const [first, ...rest] = sealed.map((s) => s.digest);
  const entry = await send(ports, act, together(sealed.map((s) => s.call)), { record: first as Digest, also: rest });
  await write(cabinet, folder, await settled(ports, vault, journal));
  return entry;
};

const callOf = (vault: Vault, c: Journal['copies'][Digest]): Sealed => ({
  digest: c.digest,
  key: c.key,
  call: { name: 'add', args: { patient: vault.account, record: c.digest, via: BigInt(c.via), hint: c.hint } },
});

const discard = async ({ storage }: Ports, journal: Journal): Promise<void> => {
  for (const { digest } of Object.values(journal.copies)) await storage.discard(digest).catch(() => undefined);
};

/** The person gives it up: what was sealed and never sent is let go of. @throws wallet/pending while something of it may still be sent */
export const forgetReseal = async (ports: Ports, act: Act, vault: Vault, folder: FolderId): Promise<void> => {
  const journal = await read(ports.cabinet, folder);
  if (!journal) return;
  await takeUp(ports, act, journal);
  await discard(ports, await settled(ports, vault, journal));
  await ports.cabinet.delete(nameOf(folder));
};
