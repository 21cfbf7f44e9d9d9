/**
 * Acts under way, sealed in the cabinet, so that a reload loses nothing and sends nothing twice.
 * An entry is written before the wallet is asked and deleted once the act stands in the verified timeline.
 */
import { fromUtf8, utf8, type Digest, type Hex } from '../core/bytes.ts';
import type { Cabinet, Call } from './ports/index.ts';

export type OutboxEntry = {
  id: string;
  call: Call;
  /** the record or request this act names, to be pushed before it is sent */
  record: Digest | null;
  /** further ones: the sealed capability beside the copy it opens, the bundles of a rotation */
  also?: Digest[];
  /** `ready`: nothing was asked, or the wallet itself said no · `asked`: the wallet was asked, its answer is unknown · `sent`: it gave a hash */
  stage: 'ready' | 'asked' | 'sent';
  /** entries in the own timeline when the wallet was first asked: the act can only come after; null before */
  since: number | null;
  /** the account's next nonce when the wallet was first asked */
  nonce: number;
  tx: Hex | null;
  /** the account is a contract: its hash may be none of a transaction, and its nonce says nothing. Only the timeline does */
  contract?: boolean;
  /** a hash that a node says failed or vanished: it may still be mined while its nonce is free */
  lost: Hex | null;
  created: number;
  /** a draft to delete when done */
  draft: string | null;
};

const PREFIX = 'outbox/';

const plain = (_: string, v: unknown): unknown =>
  typeof v === 'bigint' ? { $n: String(v) } : v instanceof Uint8Array ? { $b: [...v] } : v;

/** JSON with bigint (`{"$n": "1"}`) and bytes (`{"$b": [...]}`), as the calls carry both. */
const encode = (entry: OutboxEntry) => utf8(JSON.stringify(entry, plain));

const decode = (bytes: Uint8Array): OutboxEntry =>
  JSON.parse(fromUtf8(bytes), (_, v: unknown) => {
    if (typeof v !== 'object' || v === null) return v;
    if ('$n' in v) return BigInt(v.$n as string);
    if ('$b' in v) return Uint8Array.from(v.$b as number[]);
    return v;
  }) as OutboxEntry;

/** The same act with the same arguments. */
export const sameCall = (a: Call, b: Call): boolean => JSON.stringify(a, plain) === JSON.stringify(b, plain);

/** @param cabinet open; entries are sealed under the index key */
export const outbox = (cabinet: Cabinet) => ({
  put: (entry: OutboxEntry): Promise<void> => cabinet.set(PREFIX + entry.id, encode(entry)),
  get: async (id: string): Promise<OutboxEntry | null> => {
    const bytes = await cabinet.get(PREFIX + id);
    return bytes ? decode(bytes) : null;
  },
  delete: (id: string): Promise<void> => cabinet.delete(PREFIX + id),
  /** Oldest first. */
  list: async (): Promise<OutboxEntry[]> => {
    const entries: OutboxEntry[] = [];
    for (const name of await cabinet.list(PREFIX)) {
      const bytes = await cabinet.get(name);
      if (bytes) entries.push(decode(bytes));
    }
    return entries.sort((a, b) => a.created - b.created);
  },
});
