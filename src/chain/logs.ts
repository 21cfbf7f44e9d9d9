/** Finds the logs of one timeline: by the widest range a node allows, down to single blocks (hops) where it allows none. */
import { pad } from 'viem';
import type { Address, Hex } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import type { TimelineKind } from '../flows/ports/chain.ts';
import type { Node } from './node.ts';
import type { Nodes } from './nodes.ts';
import type { RawLog } from './events.ts';

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

/** What to ask for: own acts by the author's topic, an inbox by the subject's and the further account's. */
const filters = (account: Address, kind: TimelineKind): (Hex | null)[][] => {
  const who = pad(account);
  return kind === 'own'
    ? [[null, who]]
    : [
        [null, null, who],
        [null, null, null, who],
      ];
};

export type LogQuery = { contract: Address; account: Address; kind: TimelineKind; signal?: AbortSignal | undefined };

const fetchRange = async (node: Node, query: LogQuery, from: number, to: number): Promise<RawLog[]> => {
  const answers = await Promise.all(
    filters(query.account, query.kind).map((topics) =>
      node.request<RpcLog[]>(
        'eth_getLogs',
        [{ address: query.contract, fromBlock: hex(from), toBlock: hex(to), topics }],
        query.signal,
      ),
    ),
  );
  if (!answers.every(Array.isArray)) throw new SalusError('chain/unreachable', { nodes: [node.name] });
  return answers.flat().flatMap(toRawLog);
};

/** Asks one node, narrowing while it refuses. Refusals of ranges have no common code, so any refusal narrows; a single block must work. */
const around = async (node: Node, query: LogQuery, floor: number, block: number, widest: number): Promise<RawLog[]> => {
  const spans = SPANS.filter((s) => s <= Math.min(widest, remembered.get(node) ?? Number.POSITIVE_INFINITY));
  for (const span of spans) {
    try {
      const logs = await fetchRange(node, query, Math.max(floor, block - span + 1), block);
      return logs;
    } catch (error) {
      if (span === 1 || error instanceof SalusError) throw error;
      remembered.set(node, SPANS[SPANS.indexOf(span) + 1] as number);
    }
  }
  throw new SalusError('chain/unreachable', { nodes: [node.name] });
};

/**
 * @param floor no entry that is wanted is older
 * @param block the newest wanted entry stands in it
 * @returns logs of `block` and, where the node allows, of older blocks
 */
export const findLogs = (nodes: Nodes, query: LogQuery, floor: number, block: number): Promise<RawLog[]> =>
  nodes.try((n) => around(n, query, floor, block, Number.POSITIVE_INFINITY), 'eth_getLogs');

/** Asks every node for that one block: a range answer may have been cut short. @returns what any of them has */
export const hopLogs = async (nodes: Nodes, query: LogQuery, block: number): Promise<RawLog[]> => {
  const answers = await nodes.each((n) => around(n, query, block, block, 1));
  return answers.flatMap((a) => a.value);
};
