/** Rotations that are due: somebody who may no longer read still holds a folder's current keys, or somebody who may does not hold them. */
import type { Digest } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import type { FolderId } from '../record/folders.ts';
import type { Act } from './act.ts';
import { together } from './adding.ts';
import { bundlesOf, isRotation, rotating, settleAttempts } from './bundles.ts';
import { bundleName } from './capabilities.ts';
import { countOf } from './calls.ts';
import { learnEpochs } from './earlier.ts';
import { granteeOf, type Given, type GivenFolder } from './given.ts';
import { outbox, type OutboxEntry } from './outbox.ts';
import { oversteps } from './passedOn.ts';
import type { Entry, Multicall, Ports, ReadPorts } from './ports/index.ts';
import { prepareRotation } from './rotate.ts';
import { resume, send } from './send.ts';
import { alreadyDone } from './settle.ts';
import type { Vault } from './vault.ts';

/** `ended`: grants that are over whose holders still read what is sealed now. `waiting`: live ones who cannot read it yet. One of them is not empty. */
export type Due = { folder: FolderId; ended: Given[]; waiting: Given[] };

type OfFolder = Given & { what: GivenFolder };
const ofFolder = (g: Given): g is OfFolder => g.what?.kind === 'folder';
const reads = (g: OfFolder): boolean => g.what.rights !== 'write';

/**
 * The folders that should begin a new epoch, in no order. Nobody is asked but the own timeline and the bundles of this account.
 * @param given everything the account gave, in whatever state
 */
export const dueRotations = async (
  ports: Pick<ReadPorts, 'chain' | 'storage' | 'cabinet'>,
  vault: Vault,
  given: readonly Given[],
): Promise<Due[]> => {
  await learnEpochs(ports.chain, vault);
  const all = given.filter(ofFolder);
  const folders = [...new Set(all.map((g) => g.what.folder))];
  await vault.know(folders);
  const current = new Map(folders.map((f) => [f, vault.epochs(f)[0]?.nonce as Digest]));
  const bundles = await bundlesOf(ports, vault, [...current.values()]);
  const due: Due[] = [];
  for (const folder of folders) {
    const nonce = current.get(folder) as Digest;
    const mine = all.filter((g) => g.what.folder === folder);
    const names = bundles.get(nonce);
    // a bundle that no place has is taken for whole, and for everybody's
    const holds = (g: OfFolder): boolean =>
      g.what.epoch === nonce || names === null || names?.includes(bundleName(g.what.token, nonce)) === true;
    const live = mine.filter((g) => g.state === 'live' && !oversteps(g));
    const entitled = new Set(live.filter(reads).map(granteeOf));
    const ended = mine.filter((g) => g.state !== 'live' && reads(g) && !entitled.has(granteeOf(g)) && holds(g));
    const waiting = live.filter((g) => !holds(g));
    if (ended.length + waiting.length > 0) due.push({ folder, ended, waiting });
  }
  return due;
};

/**
 * Forgets one that was not mined. Should its transaction turn up all the same, `expected` lets only one of it and the next come about, and its
 * bundle stays until it never can.
 */
const undo = async ({ chain, cabinet, wallet }: Ports, entry: OutboxEntry): Promise<void> => {
  const { mined, pending } = await chain.nonces(wallet.account);
  if (entry.stage === 'asked' && pending > mined) throw new SalusError('wallet/pending', { call: entry.call.name });
  await outbox(cabinet).delete(entry.id);
};

/**
 * Takes up a rotation that a reload, or a wallet that never answered, left behind: it is followed to its end when it was sent, else undone.
 * @returns its entry, null when there is none @throws wallet/pending while it may still be sent, chain/reverted
 */
export const takeUpRotation = async (ports: Ports, act: Act, vault: Vault): Promise<Entry | null> => {
  let done: Entry | null = null;
  for (const entry of await rotating(ports.cabinet)) {
    // with other acts in it: it is the person's to take up or to forget
    if (!isRotation(entry)) {
      if (entry.stage === 'sent') throw new SalusError('wallet/pending', { call: entry.call.name });
    } else if (entry.stage === 'sent' || (await alreadyDone(ports, entry))) done = await resume(ports, act, entry);
    else await undo(ports, entry);
  }
  await settleAttempts(ports);
  if (done) await learnEpochs(ports.chain, vault);
  return done;
};

/**
 * Begins a new epoch of each of these folders, in one transaction.
 * @param given everything the account gave: the live ones stay
 * @param without as {@link prepareRotation} has it
 * @returns the entry of the last; that of an earlier try, when a reload had left one that arrived
 * @throws what {@link prepareRotation} and `send` throw
 */
export const renew = async (
  ports: Ports,
  act: Act,
  vault: Vault,
  folders: readonly FolderId[],
  { given, without = [] }: { given: readonly Given[]; without?: readonly string[] },
): Promise<Entry> => {
  act.stage('prepare');
  const before = await takeUpRotation(ports, act, vault);
  if (before) return before;
  const expected = countOf((await ports.chain.account(vault.account)).own);
  act.stage('encrypt');
  const nonces: Digest[] = [];
  const bundles: Digest[] = [];
  const calls: Multicall['args']['calls'] = [];
  try {
    for (const folder of new Set(folders)) {
      const prepared = await prepareRotation(ports, vault, folder, {
        expected: expected + calls.length,
        keep: given,
        without,
      });
      nonces.push(prepared.epoch.nonce);
      if (prepared.bundle) bundles.push(prepared.bundle);
      calls.push(prepared.call);
    }
    const [record, ...also] = bundles;
    const entry = await send(ports, act, together(calls), record ? { record, also } : {});
    await learnEpochs(ports.chain, vault);
    return entry;
  } finally {
    await settleAttempts(ports, nonces).catch(() => undefined);
  }
};
