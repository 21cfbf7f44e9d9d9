/**
 * The nodes of a deployment, asked one after the other, or all at once where their answers are to be compared. A node that
 * fails rests for a while, so that a dead one does not slow every read.
 */
import { isSalusError, SalusError } from '../core/errors.ts';
import type { Clock } from '../core/time.ts';
import type { Node } from './node.ts';
import { revertData } from './reverts.ts';

/** Milliseconds that a node rests after a failure. */
const REST = 30_000;

/** True when the node did answer, and the answer is that the call reverts. */
const isAnswer = (error: unknown): boolean =>
  revertData(error) !== null || (error instanceof SalusError && error.code === 'storage/aborted');

export class Nodes {
  #nodes: Node[];
  readonly #out: Node[] = [];
  readonly #clock: Clock;
  readonly #chainId: number;
  readonly #checked = new WeakMap<Node, Promise<boolean>>();

  /** @param chainId every node must be on it: others are left out */
  constructor(nodes: Node[], chainId: number, clock: Clock) {
    this.#nodes = nodes;
    this.#clock = clock;
    this.#chainId = chainId;
  }

  /** Names of all that are configured: those that rest, or were left out, included. */
  get names(): string[] {
    return [...this.#nodes, ...this.#out].map((n) => n.name);
  }

  /** Asks a node no more in this visit: an explicit act of a person. @throws input/invalid when none would be left */
  leaveOut(name: string): void {
    const rest = this.#nodes.filter((n) => n.name !== name);
    if (rest.length === 0) throw new SalusError('input/invalid', { at: 'nodes', node: name });
    this.#out.push(...this.#nodes.filter((n) => n.name === name));
    this.#nodes = rest;
  }

  add(node: Node): void {
    this.#nodes.push(node);
  }

  remove(node: Node): void {
    for (const list of [this.#nodes, this.#out]) if (list.includes(node)) list.splice(list.indexOf(node), 1);
  }

  /** The rested ones first, otherwise in the order of the deployment; while all rest, all of them. */
  #ordered(): { awake: Node[]; resting: Node[] } {
    const now = this.#clock();
    const awake = this.#nodes.filter((n) => n.restsUntil <= now);
    return { awake, resting: this.#nodes.filter((n) => n.restsUntil > now) };
  }

  /** Asks one node once whether it is on our chain. @throws chain/wrong-chain, or what the node fails with */
  async #request<T>(n: Node, ask: (n: Node) => Promise<T>, chainOf?: (value: T) => number | null): Promise<T> {
    let ours = this.#checked.get(n);
    if (!ours && chainOf) {
      const value = await ask(n);
      const chain = chainOf(value);
      if (chain === null) return value;
      this.#checked.set(n, Promise.resolve(chain === this.#chainId));
      if (chain === this.#chainId) return value;
      throw new SalusError('chain/wrong-chain', { expected: this.#chainId, node: n.name });
    }
    if (!ours) {
      ours = n.request<string>('eth_chainId', []).then((id) => Number(id) === this.#chainId);
      this.#checked.set(n, ours);
      ours.catch(() => this.#checked.delete(n));
    }
    if (!(await ours)) throw new SalusError('chain/wrong-chain', { expected: this.#chainId, node: n.name });
    return await ask(n);
  }

  #failed(n: Node, error: unknown): void {
    if (!isAnswer(error)) n.restsUntil = this.#clock() + REST;
  }

  #unreachable(errors: unknown[], method?: string): SalusError {
    const wrong = errors.find((e) => isSalusError(e, 'chain/wrong-chain'));
    if (wrong && errors.every((e) => isSalusError(e, 'chain/wrong-chain'))) return wrong as SalusError;
    return new SalusError('chain/unreachable', { nodes: this.#nodes.map((n) => n.name), method }, errors.at(-1));
  }

  /** Tries node after node until one gives what is asked. @throws chain/unreachable when none does; a revert as viem's error */
  async try<T>(ask: (n: Node) => Promise<T>, method?: string): Promise<T> {
    const errors: unknown[] = [];
    const { awake, resting } = this.#ordered();
    for (const n of [...awake, ...resting]) {
      try {
        return await this.#request(n, ask);
      } catch (error) {
        if (isAnswer(error)) throw error;
        this.#failed(n, error);
        errors.push(error);
      }
    }
    throw this.#unreachable(errors, method);
  }

  /** One JSON-RPC request, answered by the first node that can. */
  first<T>(method: string, params: unknown[], signal?: AbortSignal): Promise<T> {
    return this.try((n) => n.request<T>(method, params, signal), method);
  }

  /**
   * Asks all nodes at once, but those that rest.
   * @param chainOf what the answer itself says of the chain, null for nothing: it spares asking a node that was not asked before
   * @returns the answers that came, at least one @throws chain/unreachable
   */
  async each<T>(
    ask: (n: Node) => Promise<T>,
    chainOf?: (value: T) => number | null,
  ): Promise<{ node: Node; value: T }[]> {
    const { awake, resting } = this.#ordered();
    const asked = awake.length > 0 ? awake : resting;
    const answers = await Promise.allSettled(asked.map((n) => this.#request(n, ask, chainOf)));
    const good: { node: Node; value: T }[] = [];
    const errors: unknown[] = [];
    answers.forEach((a, i) => {
      const n = asked[i] as Node;
      if (a.status === 'fulfilled') good.push({ node: n, value: a.value });
      else {
        this.#failed(n, a.reason);
        errors.push(a.reason);
      }
    });
    if (good.length > 0) return good;
    throw errors.find(isAnswer) ?? this.#unreachable(errors);
  }
}
