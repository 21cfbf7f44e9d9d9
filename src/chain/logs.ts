/** Finds the logs of one timeline: by the widest range a node allows, down to single blocks (hops) where it allows none. */
import { pad } from 'viem';
import type { Address, Hex } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import type { TimelineKind } from '../flows/ports/chain.ts';
import type { Node } from './node.ts';
import type { Nodes } from './nodes.ts';
import type { RawLog } from './events.ts';
import { isRefusal } from './reverts.ts';

/** A log as a node gives it, believed in nothing. */
type RpcLog = Partial<Record<'topics' | 'data' | 'blockNumber' | 'logIndex' | 'transactionHash' | 'removed', unknown>>;

/** Blocks asked for at once, tried in turn and remembered for each node. */
const SPANS = [Number.POSITIVE_INFINITY, 10_000, 1_000, 1];
const remembered = new WeakMap<Node, number>();

const hex = (n: number): Hex => `0x${n.toString(16)}`;

const WORD = /^0x[0-9a-f]{64}$/;
const DATA = /^0x[0-9a-f]*$/;
const lower = (v: unknown, pattern: RegExp): Hex | null => {
  const hex = typeof v === 'string' ? v.toLowerCase() : '';
  return hex.length % 2 === 0 && pattern.test(hex) ? (hex as Hex) : null;
};
const integer = (v: unknown, max: number): number | null => {
  const n = typeof v === 'string' ? Number(v) : Number.NaN;
  return Number.isSafeInteger(n) && n >= 0 && n <= max ? n : null;
};

/** In one spelling, so that what is kept is what was verified. @returns nothing when it is no mined log */
export const toRawLog = (log: RpcLog | null): RawLog[] => {
  if (typeof log !== 'object' || log === null || log.removed === true || !Array.isArray(log.topics)) return [];
  const topics = log.topics.map((t) => lower(t, WORD));
  const [data, tx] = [lower(log.data, DATA), lower(log.transactionHash, WORD)];
  const [block, index] = [integer(log.blockNumber, 2 ** 40 - 1), integer(log.logIndex, 2 ** 32)];
  if (topics.length < 1 || topics.length > 4 || topics.includes(null)) return [];
  if (data === null || tx === null || block === null || index === null) return [];
  return [{ topics: topics as Hex[], data, block, index, tx }];
};

/** Where an account is named: own acts by the author's topic, an inbox by the subject's, and by the further account's. */
const PLACES: Record<TimelineKind, number[]> = { own: [1], inbox: [2, 3] };
const filter = (account: Address, place: number): (Hex | null)[] => [...Array<null>(place).fill(null), pad(account)];

export type LogQuery = { contract: Address; account: Address; kind: TimelineKind; signal?: AbortSignal | undefined };
/** Logs of a range down to its lowest block. `all`: wherever they name the account, not only in the place asked for. */
export type Range = { logs: RawLog[]; from: number; all: boolean };
/** @param floor no entry that is wanted is older @param block the newest wanted entry stands in it */
export type Find = (floor: number, block: number) => Promise<Range>;

const ask = async (
  node: Node,
  { contract, signal }: LogQuery,
  from: number,
  to: number,
  topics?: (Hex | null)[],
  once = false,
): Promise<RawLog[]> => {
  const range = { address: contract, fromBlock: hex(from), toBlock: hex(to), ...(topics && { topics }) };
  const answer = await node.request<RpcLog[]>('eth_getLogs', [range], signal, once);
  if (!Array.isArray(answer)) throw new SalusError('chain/unreachable', { nodes: [node.name] });
  return answer.flatMap(toRawLog);
};

/** All of one block that may concern the account: an inbox by one request too, which then brings what the contract did for others. */
const fetchBlock = async (node: Node, query: LogQuery, block: number): Promise<RawLog[]> => {
  const [first, ...more] = PLACES[query.kind].map((place) => filter(query.account, place));
  if (more.length === 0) return ask(node, query, block, block, first);
  try {
    return await ask(node, query, block, block);
  } catch (error) {
    if (error instanceof SalusError) throw error;
    // a block so full that the node gives it only in parts
    const parts = [first, ...more].map((topics) => ask(node, query, block, block, topics));
    return (await Promise.all(parts)).flat();
  }
};

/** What a range holds, null where the node refuses a range as wide as that. Any refusal counts, since they have no common code. */
const inRange = async (
  node: Node,
  query: LogQuery,
  from: number,
  to: number,
  topics: (Hex | null)[],
): Promise<RawLog[] | null> => {
  try {
    return await ask(node, query, from, to, topics, true);
  } catch (error) {
    if (error instanceof SalusError) throw error;
    if (isRefusal(error)) return null;
  }
  return ask(node, query, from, to, topics);
};

/** Asks one node, narrowing while it refuses; a single block must work. */
const around = async (node: Node, query: LogQuery, floor: number, block: number, place: number): Promise<Range> => {
  const topics = filter(query.account, place);
  for (const span of SPANS.filter((s) => s <= (remembered.get(node) ?? Number.POSITIVE_INFINITY))) {
    const from = Math.max(floor, block - span + 1);
    if (from === block) break;
    const logs = await inRange(node, query, from, block, topics);
    if (logs) return { logs, from, all: false };
    remembered.set(node, SPANS[SPANS.indexOf(span) + 1] as number);
  }
  return { logs: await fetchBlock(node, query, block), from: block, all: true };
};

/**
 * For each place in which events name the account, the likeliest first, what asks for logs of a block and, where the node allows, of
 * older ones.
 */
export const findLogs = (nodes: Nodes, query: LogQuery): Find[] =>
  PLACES[query.kind].map(
    (place) => (floor, block) => nodes.try((n) => around(n, query, floor, block, place), 'eth_getLogs'),
  );

/** Asks every node for that one block: a range answer may have been cut short. @returns what any of them has */
export const hopLogs = async (nodes: Nodes, query: LogQuery, block: number): Promise<RawLog[]> => {
  const answers = await nodes.each((n) => fetchBlock(n, query, block));
  return answers.flatMap((a) => a.value);
};
