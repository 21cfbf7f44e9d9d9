/**
 * The bundles of rotations: a directory with one age file for each reader that stays, under a name that only its token gives. A bundle is noted
 * before its rotation is sent, so that one that never came about is let go of, and none that may still come.
 */
import { fromUtf8, NO_DIGEST, utf8, type Bytes, type Digest } from '../core/bytes.ts';
import { countOf } from './calls.ts';
import { outbox, type OutboxEntry } from './outbox.ts';
import type { Cabinet, Call, Entry, Ports, ReadPorts } from './ports/index.ts';
import type { Vault } from './vault.ts';

const NAMES = 'bundle/';
const ATTEMPTS = 'rotation/';

/** A rotation that was prepared: it can only come about while the own count is `expected`. */
type Attempt = { nonce: Digest; bundle: Digest | null; expected: number };

/** Stores a bundle here; `send` brings it to the places. @param files by `bundleName` @returns null where nobody stays */
export const storeBundle = async (
  { storage, cabinet }: Pick<ReadPorts, 'storage' | 'cabinet'>,
  files: { name: string; body: Bytes }[],
): Promise<Digest | null> => {
  if (files.length === 0) return null;
  const bundle = await storage.publish(files);
  await cabinet.set(NAMES + bundle, utf8(JSON.stringify(files.map((f) => f.name))));
  return bundle;
};

/** The names in a bundle of one's own; null while no place has it. */
const namesIn = async (
  { storage, cabinet }: Pick<ReadPorts, 'storage' | 'cabinet'>,
  bundle: Digest,
): Promise<string[] | null> => {
  if (bundle === NO_DIGEST) return [];
  const kept = await cabinet.get(NAMES + bundle);
  if (kept) return JSON.parse(fromUtf8(kept)) as string[];
  try {
    const names = (await storage.inspect(bundle)).files.map((f) => f.name);
    await cabinet.set(NAMES + bundle, utf8(JSON.stringify(names)));
    return names;
  } catch {
    return null;
  }
};

/**
 * Whose names stand in the bundle of each epoch of the vault's account that began by a rotation, by its nonce; null where no place has the
 * bundle. An epoch that began by a change of keys has none.
 */
export const bundlesOf = async (
  ports: Pick<ReadPorts, 'chain' | 'storage' | 'cabinet'>,
  vault: Vault,
  nonces: readonly Digest[],
): Promise<Map<Digest, string[] | null>> => {
  const { entries } = await ports.chain.timeline(vault.account, 'own');
  const rotated = entries.filter((e) => e.event === 'Rotated' && nonces.includes(e.args.nonce as Digest));
  const found = new Map<Digest, string[] | null>();
  for (const e of rotated) found.set(e.args.nonce as Digest, await namesIn(ports, e.args.bundle as Digest));
  return found;
};

/** Notes a rotation before it is sent. */
export const noteAttempt = (cabinet: Cabinet, attempt: Attempt): Promise<void> =>
  cabinet.set(ATTEMPTS + attempt.nonce, utf8(JSON.stringify(attempt)));

/** The nonces of the rotations in a call. */
const noncesIn = (call: Call): Digest[] =>
  call.name === 'multicall' ? call.args.calls.flatMap(noncesIn) : call.name === 'rotate' ? [call.args.nonce] : [];

/** True for an act that rotates and does nothing else. */
export const isRotation = ({ call }: Pick<OutboxEntry, 'call'>): boolean =>
  call.name === 'rotate' || (call.name === 'multicall' && call.args.calls.every((c) => c.name === 'rotate'));

/** Acts under way with a rotation in them, oldest first. */
export const rotating = async (cabinet: Cabinet): Promise<OutboxEntry[]> =>
  (await outbox(cabinet).list()).filter((e) => noncesIn(e.call).length > 0);

/**
 * Looks what became of rotations that were prepared: the bundle of one that did not come about is let go of as soon as it never can.
 * @param failed nonces that the wallet was never asked for
 */
export const settleAttempts = async (ports: Ports, failed: readonly Digest[] = []): Promise<void> => {
  const { cabinet, chain, storage, wallet } = ports;
  const names = await cabinet.list(ATTEMPTS);
  if (names.length === 0) return;
  const counted = countOf((await chain.account(wallet.account)).own);
  const { entries } = await chain.timeline(wallet.account, 'own');
  const count = entries[0]?.count ?? 0;
  // a node that is behind does not say yet what came about: a bundle that was let go of too early locks everybody out who stays
  if (count < counted) return;
  const under = new Set((await rotating(cabinet)).flatMap((e) => noncesIn(e.call)));
  for (const name of names) {
    const kept = await cabinet.get(name);
    const attempt = kept && (JSON.parse(fromUtf8(kept)) as Attempt);
    if (!attempt || under.has(attempt.nonce)) continue;
    const done = entries.some((e: Entry) => e.event === 'Rotated' && e.args.nonce === attempt.nonce);
    const never = count > attempt.expected || failed.includes(attempt.nonce);
    if (!done && !never) continue;
    if (!done && attempt.bundle) await storage.discard(attempt.bundle);
    await cabinet.delete(name);
  }
};
