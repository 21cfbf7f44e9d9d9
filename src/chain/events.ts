/** The contract's events, decoded from logs together with what their timelines' words are computed over. */
import { decodeAbiParameters, encodeAbiParameters, keccak256, toEventSelector, type AbiEvent } from 'viem';
import type { Address, Hex } from '../core/bytes.ts';
import type { TimelineKind } from '../flows/ports/chain.ts';
import { salusAbi } from './abi.ts';

/** A log as a node gives it, with the fields we use. */
export type RawLog = { topics: Hex[]; data: Hex; block: number; index: number; tx: Hex };

/** A decoded event. `hash` covers every field except the previous words, whose place in the log is not itself proof of anything. */
export type Decoded = {
  event: string;
  args: Record<string, unknown>;
  author: Address;
  subject: Address;
  other: Address | null;
  hash: Hex;
  own: bigint;
  inbox: bigint | null;
  others: bigint | null;
};

const WORDS = ['ownPrev', 'inboxPrev', 'otherPrev'];
const events = new Map<string, AbiEvent>(
  salusAbi.filter((item) => item.type === 'event').map((item) => [toEventSelector(item), item]),
);

/** Addresses in lower case; the rest as viem gives it. */
const plain = (value: unknown): unknown => (typeof value === 'string' ? value.toLowerCase() : value);

/** @returns null when the log is none of the contract's events, or malformed */
export const decodeLog = (log: Pick<RawLog, 'topics' | 'data'>): Decoded | null => {
  const selector = log.topics[0];
  const event = selector && events.get(selector);
  if (!event) return null;
  try {
    const topics = log.topics.slice(1);
    const rest = [
      ...decodeAbiParameters(
        event.inputs.filter((i) => !i.indexed),
        log.data,
      ),
    ];
    const values = event.inputs.map((input) =>
      input.indexed ? decodeAbiParameters([input], topics.shift() as Hex)[0] : rest.shift(),
    );
    const fields = event.inputs.filter((i) => !WORDS.includes(i.name as string));
    const hashed = encodeAbiParameters([{ type: 'bytes32' }, ...fields], [selector, ...values.slice(0, fields.length)]);
    const all = Object.fromEntries(event.inputs.map((i, n) => [i.name, plain(values[n])]));
    const { ownPrev, inboxPrev, otherPrev, ...args } = all;
    return {
      event: event.name,
      args,
      author: args.author as Address,
      subject: args.subject as Address,
      other: (args.other as Address | undefined) ?? null,
      hash: keccak256(hashed),
      own: ownPrev as bigint,
      inbox: (inboxPrev as bigint | undefined) ?? null,
      others: (otherPrev as bigint | undefined) ?? null,
    };
  } catch {
    return null;
  }
};

/** @returns the word before this event in the given timeline, or null when the event does not stand in it */
export const previous = (e: Decoded, account: Address, kind: TimelineKind): bigint | null => {
  if (kind === 'own') return e.author === account ? e.own : null;
  if (e.author === account) return null;
  if (e.subject === account) return e.inbox;
  return e.other === account ? e.others : null;
};
