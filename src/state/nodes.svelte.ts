/**
 * Which nodes are asked for the chain's state: those suggested by the deployment, and the person's own. Kept in plain, since they are
 * needed before a vault opens; a URL that carries a key is a secret, and lies sealed in the cabinet until then.
 */
import { fromUtf8, utf8 } from '../core/bytes.ts';
import { asSalusError, type SalusError } from '../core/errors.ts';
import type { Deployment, NodeReport, ReadPorts } from '../flows/ports/index.ts';
import { placeUrl, type Shelf } from './places.svelte.ts';

/** `sealed`: opens with the vault, and is asked from then on */
export type NodeChoice = { url: string; name: string; on: boolean; suggested: boolean; sealed: boolean };

const SHELF = 'salus.nodes';
const CABINET = 'nodes';
/** Own nodes of one chain at most: every one is asked everything. */
export const MOST_NODES = 8;

/** Long and unguessable: letters and digits mixed, or a run of either that is no word. */
const isSecret = (part: string): boolean =>
  (part.length >= 16 && /\d/.test(part) && /[a-z]/i.test(part)) || /[a-z\d]{24}/i.test(part);
/** Names of hosts are long and have numbers in them: a key in one has no dashes, but those of a UUID. */
const isSecretLabel = (label: string): boolean => /^[\da-f-]{24,}$/.test(label) || /^(?=.*\d)[a-z\d]{16,}$/.test(label);

/** True when a URL looks as if it carried a key: a query, or a long unguessable part of the path or of the host's name. */
export const carriesKey = (url: string): boolean => {
  const { hostname, pathname, search, hash } = new URL(url);
  const parts = pathname.split('/').filter(Boolean);
  return search !== '' || hash !== '' || parts.some(isSecret) || hostname.split('.').some(isSecretLabel);
};

/** `own`: not one that was suggested; a suggestion that is gone is not kept */
type Kept = { url: string; on: boolean; own: boolean };

export class NodesState {
  list = $state.raw<NodeChoice[]>([]);
  /** what the last test of each said, by URL; `testing` while it is on its way */
  reports = $state.raw<Record<string, NodeReport | 'testing'>>({});
  error = $state.raw<SalusError | null>(null);
  /** the choice differs from what this page was loaded with */
  changed = $state(false);
  readonly #shelf: Shelf;
  readonly #ports: () => Promise<ReadPorts>;
  #chain = 0;
  #loaded = '';

  constructor(shelf: Shelf, ports: () => Promise<ReadPorts>) {
    this.#shelf = shelf;
    this.#ports = ports;
  }

  /** @returns the deployment with the nodes that the person chose; those suggested where none is left on */
  begin(deployment: Deployment): Deployment {
    this.#chain = deployment.chainId;
    const kept = this.#kept();
    const choices = kept.flatMap(({ url, on, own }) => {
      const suggested = deployment.rpcs.includes(url);
      return suggested || (own && placeUrl(url)) ? [choice(url, on, suggested)] : [];
    });
    const fresh = deployment.rpcs.filter((url) => !kept.some((k) => k.url === url));
    this.list = [...choices, ...fresh.map((url) => choice(url, true, true))];
    this.#loaded = this.#text();
    const rpcs = this.list.filter((n) => n.on).map((n) => n.url);
    return rpcs.length > 0 ? { ...deployment, rpcs } : deployment;
  }

  /** Takes up the sealed ones; the vault must be open. */
  load = async (): Promise<void> => {
    try {
      const { chain } = await this.#ports();
      const sealed = (await this.#sealed())[this.#chain] ?? [];
      for (const url of sealed) chain.join(url);
      this.list = [...this.list.filter((n) => !n.sealed), ...sealed.map((url) => choice(url, true, false, true))];
      this.error = null;
    } catch (error) {
      this.error = asSalusError(error);
    }
  };

  /** The sealed ones are no longer shown; called on lock. */
  clear(): void {
    this.list = this.list.filter((n) => !n.sealed);
    this.reports = {};
  }

  /** @param url as `placeUrl` returns it @returns false when it is there already, or there are {@link MOST_NODES}; `error` says when it could not be kept */
  add = async (url: string): Promise<boolean> => {
    if (this.list.some((n) => n.url === url) || this.list.filter((n) => !n.suggested).length >= MOST_NODES)
      return false;
    const sealed = carriesKey(url);
    await this.#change([...this.list, choice(url, true, false, sealed)]);
    if (!this.list.some((n) => n.url === url)) return true;
    if (sealed) (await this.#ports()).chain.join(url);
    void this.test(url);
    return true;
  };

  remove = (node: NodeChoice): Promise<void> => this.#change(this.list.filter((n) => n !== node));

  /** The last one that is on stays on. */
  toggle = (node: NodeChoice): Promise<void> =>
    this.#change(this.list.map((n) => (n === node ? { ...n, on: !n.on } : n)));

  /** One place up in the order in which they are asked. */
  raise = (node: NodeChoice): Promise<void> => {
    const at = this.list.indexOf(node);
    const list = [...this.list];
    if (at > 0) list.splice(at - 1, 2, node, list[at - 1] as NodeChoice);
    return this.#change(list);
  };

  /** True when turning this one off would leave nobody to ask. */
  isLast = (node: NodeChoice): boolean => node.on && this.list.filter((n) => n.on && !n.sealed).length === 1;

  test = async (url: string): Promise<void> => {
    this.reports = { ...this.reports, [url]: 'testing' };
    try {
      const report = await (await this.#ports()).chain.probe(url);
      this.reports = { ...this.reports, [url]: report };
    } catch (error) {
      const { [url]: _, ...rest } = this.reports;
      this.reports = rest;
      this.error = asSalusError(error);
    }
  };

  async #change(list: NodeChoice[]): Promise<void> {
    if (!list.some((n) => n.on && !n.sealed)) return;
    const before = this.list;
    this.list = list;
    const all = this.#all();
    all[this.#chain] = list.filter((n) => !n.sealed).map(({ url, on, suggested }) => ({ url, on, own: !suggested }));
    this.#shelf.set(SHELF, JSON.stringify(all));
    this.changed = this.#text() !== this.#loaded;
    const sealed = (nodes: NodeChoice[]) => nodes.filter((n) => n.sealed).map((n) => n.url);
    if (sealed(before).join() === sealed(list).join()) return;
    // one that is taken away is asked until the next load
    this.changed ||= sealed(before).some((url) => !sealed(list).includes(url));
    try {
      const { cabinet } = await this.#ports();
      await cabinet.set(CABINET, utf8(JSON.stringify({ ...(await this.#sealed()), [this.#chain]: sealed(list) })));
      this.error = null;
    } catch (error) {
      this.list = before;
      this.error = asSalusError(error);
    }
  }

  #text(): string {
    return this.list
      .filter((n) => n.on && !n.sealed)
      .map((n) => n.url)
      .join(' ');
  }

  async #sealed(): Promise<Record<string, string[]>> {
    const bytes = await (await this.#ports()).cabinet.get(CABINET);
    return bytes ? (JSON.parse(fromUtf8(bytes)) as Record<string, string[]>) : {};
  }

  #all(): Record<string, Kept[]> {
    try {
      const parsed: unknown = JSON.parse(this.#shelf.get(SHELF) ?? '{}');
      return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, Kept[]>) : {};
    } catch {
      return {};
    }
  }

  #kept(): Kept[] {
    const kept = this.#all()[this.#chain];
    return Array.isArray(kept) ? kept.filter((k) => typeof k?.url === 'string' && URL.canParse(k.url)) : [];
  }
}

/** A name without what may be secret. */
const choice = (url: string, on: boolean, suggested: boolean, sealed = false): NodeChoice => ({
  url,
  name: new URL(url).host,
  on,
  suggested,
  sealed,
});
