/**
 * A new epoch of a folder: what is sealed from now on opens with keys that only those who stay are given. One act however many stay: each
 * finds the new keys in the rotation's bundle, under a name that nobody else can tell.
 */
import { NO_DIGEST, toHex, type Digest } from '../core/bytes.ts';
import { asSalusError, isSalusError, SalusError } from '../core/errors.ts';
import { MAX_EPOCHS, sealCapability, type FolderCapability } from '../crypto/capability.ts';
import type { Identity } from '../crypto/identity.ts';
import type { FolderId } from '../record/folders.ts';
import { bundlesOf, noteAttempt, storeBundle } from './bundles.ts';
import { bundleName } from './capabilities.ts';
import { learnEpochs } from './earlier.ts';
import { granteeOf, gives, type Given, type GivenFolder } from './given.ts';
import { grantKey } from './grants.ts';
import { oversteps } from './passedOn.ts';
import type { Call, Ports } from './ports/index.ts';
import { rememberKey, trustedKey, type Trusted } from './trust.ts';
import type { Epoch, Vault } from './vault.ts';

/**
 * A reader that cannot be taken along, and why: `chain/key-changed` (to be looked at and accepted), `chain/key-unproven`, or that its
 * capability could not be opened, so that nobody knows whether it is a reader of this folder. Nothing is decided for the person.
 */
export type Left = { given: Given; error: SalusError };

/** `call` and `bundle` (null: nobody stays) go into one transaction; the bundle goes along as `record` or `also` of `send`. */
export type PreparedRotation = {
  folder: FolderId;
  call: Extract<Call, { name: 'rotate' }>;
  bundle: Digest | null;
  epoch: { nonce: Digest; identity: Identity };
  /** who finds the new epoch in the bundle */
  readers: Given[];
};

type Reader = Given & { what: GivenFolder };

/** The live grants of a folder, and those live ones of which nobody can tell whether they are. Who was let in beyond what was allowed is neither. */
export const readersOf = (given: readonly Given[], folder: FolderId): { readers: Reader[]; unsure: Given[] } => {
  const live = given.filter((g) => g.state === 'live' && !oversteps(g));
  return {
    readers: live.filter((g): g is Reader => gives(g, folder)),
    unsure: live.filter((g) => g.what === null && g.error !== null),
  };
};

/**
 * Proves the current key of each reader of a folder. Asks the chain alone; nothing is sealed yet.
 * @returns the keys by {@link grantKey}, and who cannot be taken along
 */
export const keysOf = async (
  ports: Pick<Ports, 'chain' | 'cabinet'>,
  given: readonly Given[],
  folder: FolderId,
): Promise<{ keys: Map<string, Trusted>; readers: Reader[]; left: Left[] }> => {
  const { readers, unsure } = readersOf(given, folder);
  const keys = new Map<string, Trusted>();
  const left: Left[] = unsure.map((g) => ({ given: g, error: g.error as SalusError }));
  for (const reader of readers)
    try {
      const to = granteeOf(reader);
      if (to === null) throw new SalusError('chain/key-unproven', { reason: 'nobody' });
      const same = [...keys.values()].find((k) => k.account === to);
      keys.set(grantKey(reader), same ?? (await trustedKey(ports, to)));
    } catch (cause) {
      if (isSalusError(cause, 'chain/unreachable') || isSalusError(cause, 'crypto/locked')) throw cause;
      left.push({ given: reader, error: asSalusError(cause) });
    }
  return { keys, readers, left };
};

/** The epochs that began since a reader's capability and that it never found in a bundle: it was brought in, or the keys changed, in between. */
const missed = (reader: Reader, epochs: readonly Epoch[], bundles: Map<Digest, string[] | null>): Epoch[] => {
  const from = epochs.findIndex((e) => e.nonce === reader.what.epoch);
  const since = epochs.slice(0, Math.max(0, from));
  return since
    .filter(
      (e) => !bundles.has(e.nonce) || bundles.get(e.nonce)?.includes(bundleName(reader.what.token, e.nonce)) === false,
    )
    .slice(0, MAX_EPOCHS - 1)
    .reverse();
};

/**
 * Makes a new epoch of a folder and seals it to everybody who stays; sends nothing. Its nonce is fresh and used by no other attempt.
 * @param how.expected own count of this account when this very call runs: in a multicall, the count now and the calls before it
 * @param how.keep every grant that stays, of whatever folder; only the live ones of this folder count
 * @param how.without {@link grantKey}s of readers that the person knowingly leaves without the new keys
 * @throws what is wrong with the first reader that cannot be taken along and is not in `without`: chain/key-changed (details: account, now),
 * chain/key-unproven, or why its capability could not be opened; nothing is kept then
 */
export const prepareRotation = async (
  ports: Ports,
  vault: Vault,
  folder: FolderId,
  how: { expected: number; keep: readonly Given[]; without?: readonly string[] },
): Promise<PreparedRotation> => {
  const { keys, readers, left } = await keysOf(ports, how.keep, folder);
  const stop = left.find(({ given }) => !how.without?.includes(grantKey(given)));
  if (stop) throw stop.error;
  await vault.know([folder]);
  await learnEpochs(ports.chain, vault);
  const epochs = vault.epochs(folder);
  const nonce = toHex(ports.random(32));
  const { tag, identity } = await vault.next(folder, nonce);
  const bundles = await bundlesOf(
    ports,
    vault,
    epochs.map((e) => e.nonce),
  );
  const files: { name: string; body: Uint8Array<ArrayBuffer> }[] = [];
  const taken = readers.filter((r) => keys.has(grantKey(r)));
  for (const reader of taken) {
    const { token, rights, delegable, to } = reader.what;
    const given = [...missed(reader, epochs, bundles), { nonce, identity }];
    const capability: FolderCapability = {
      version: 1,
      kind: 'folder',
      chainId: ports.chain.chainId,
      contract: ports.chain.contract,
      patient: vault.account,
      to,
      token,
      until: reader.until,
      delegable,
      folder,
      epochs: rights === 'write' ? [] : given.map((e) => ({ nonce: e.nonce, identity: e.identity.identity })),
      recipient: identity.recipient,
      rights,
    };
    const { recipient } = keys.get(grantKey(reader)) as Trusted;
    files.push({ name: bundleName(token, nonce), body: await sealCapability([recipient], capability) });
  }
  const bundle = await storeBundle(ports, files);
  await noteAttempt(ports.cabinet, { nonce, bundle, expected: how.expected });
  for (const key of new Set(keys.values())) await rememberKey(ports, key);
  const args = { expected: how.expected, tag, nonce, bundle: bundle ?? NO_DIGEST };
  return { folder, call: { name: 'rotate', args }, bundle, epoch: { nonce, identity }, readers: taken };
};
