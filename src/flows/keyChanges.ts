/** Readers whose key is another than the one this account last sealed to: what they read next has to be sealed to the new one. */
import { fromHex, fromUtf8, type Address, type Hex } from '../core/bytes.ts';
import { keyHash } from '../crypto/identity.ts';
import type { ChangedKey } from './dueNotices.ts';
import type { Grant } from './grants.ts';
import type { ReadPorts } from './ports/index.ts';
import { keyName } from './trust.ts';

/** Readers looked at: one view of the contract each. */
const MOST_READERS = 32;

/** Who reads by a live grant, the latest given first. */
export const readersOf = (grants: readonly Grant[]): Address[] => [
  ...new Set(grants.filter((g) => g.state === 'live').flatMap((g) => g.grantee ?? [])),
];

/** @throws chain/unreachable, chain/timeline-broken where the nodes disagree */
export const changedKeys = async (
  { chain, cabinet }: Pick<ReadPorts, 'chain' | 'cabinet'>,
  readers: Address[],
): Promise<ChangedKey[]> => {
  const known = new Map<Address, Hex>();
  for (const reader of readers.slice(0, MOST_READERS)) {
    const key = await cabinet.get(keyName(reader));
    if (key) known.set(reader, keyHash(fromHex(fromUtf8(key) as Hex)));
  }
  if (known.size === 0) return [];
  const views = await chain.accounts([...known.keys()]);
  return views
    .filter((v) => BigInt(v.keyHash) !== 0n && v.keyHash !== known.get(v.address))
    .map((v) => ({ account: v.address, now: v.keyHash }));
};
