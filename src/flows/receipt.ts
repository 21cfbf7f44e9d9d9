/** Everything that can be said of an act that was confirmed, for the person's own files. */
import type { Address, Digest } from '../core/bytes.ts';
import { cidOf } from '../core/cid.ts';
import type { Entry, Receipt, ReadPorts, Signature } from './ports/index.ts';
import { namedBy } from './verify.ts';

/**
 * @property receipt as all nodes give it · @property signature re-verified here; null where a contract account acted
 * @property seconds Unix time of the block · @property named what the event names: its field, digest and CID
 */
export type FullReceipt = {
  chainId: number;
  contract: Address;
  entry: Entry;
  receipt: Receipt;
  signature: Signature | null;
  seconds: number;
  named: { field: string; digest: Digest; cid: string }[];
};

/** @throws chain/not-found while not all nodes have it, chain/key-unproven, chain/unreachable */
export const readReceipt = async ({ chain }: Pick<ReadPorts, 'chain'>, entry: Entry): Promise<FullReceipt> => {
  const [{ seconds, ...receipt }, signature] = await Promise.all([chain.receiptOf(entry), chain.signatureOf(entry)]);
  const named = namedBy(entry).map((n) => ({ ...n, cid: cidOf(n.digest) }));
  return { chainId: chain.chainId, contract: chain.contract, entry, receipt, signature, seconds, named };
};

/** Longest value of an event's field that a receipt spells out: keys and keyrings are longer. Characters. */
const LONGEST = 200;

/** A field's value as text. Bytes beyond {@link LONGEST} are told by their length. */
export const fieldText = (value: unknown): string => {
  if (typeof value !== 'string') return String(value);
  return value.length > LONGEST ? `${value.slice(0, 66)}… (${(value.length - 2) / 2} bytes)` : value;
};

/** JSON with everything spelled out, amounts as decimal text in wei. */
export const receiptJson = (r: FullReceipt): string => {
  const plain = (_: string, v: unknown) => (typeof v === 'bigint' ? v.toString() : v);
  const { tx, block, blockHash, index, gasUsed, fee } = r.receipt;
  return JSON.stringify(
    {
      version: 1,
      chainId: r.chainId,
      contract: r.contract,
      time: new Date(r.seconds * 1000).toISOString(),
      transaction: { hash: tx, block, blockHash, index, gasUsed, fee },
      event: { name: r.entry.event, logIndex: r.entry.logIndex, author: r.entry.author, fields: r.entry.args },
      records: r.named,
      signature: r.signature,
    },
    plain,
    2,
  );
};
