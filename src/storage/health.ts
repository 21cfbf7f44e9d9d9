/** How places were last found: whether they answered, and if not, why. Kept beside the records, by the place's address; no secret. */
import { Key } from 'interface-datastore';
import { fromUtf8, utf8 } from '../core/bytes.ts';
import { SalusError, isSalusError } from '../core/errors.ts';
import type { ErrorCode } from '../core/errors.ts';
import type { PlaceState } from '../flows/ports/storage.ts';
import type { Site } from './gateway.ts';
import type { Node } from './node.ts';

type State = Omit<PlaceState, 'url' | 'holds'>;

const PREFIX = '/salus/place/';
/** Milliseconds between two notes of a place that works. */
const EVERY = 30_000;

const keyOf = (url: string): Key => new Key(PREFIX + encodeURIComponent(url).replaceAll('%', '~'));

export class Health {
  readonly #data: Node['datastore'];
  readonly #now: () => number;
  readonly #states = new Map<string, State>();
  readonly #written = new Map<string, number>();

  constructor({ datastore }: Pick<Node, 'datastore'>, now: () => number = Date.now) {
    this.#data = datastore;
    this.#now = now;
  }

  /** The place answered, whatever it said. */
  async used(url: string): Promise<void> {
    const now = this.#now();
    const known = this.#states.has(url);
    const before = await this.of(url);
    this.#states.set(url, { ...before, used: now, failed: null });
    if (known && before.failed === null && now - (this.#written.get(url) ?? 0) < EVERY) return;
    await this.#write(url);
  }

  /** It did not, or it refused. What the person stopped is no failure. */
  async failed(url: string, error: unknown): Promise<void> {
    if (!isSalusError(error) || error.code === 'storage/aborted') return;
    const why = typeof error.details['why'] === 'string' ? (error.details['why'] as ErrorCode) : error.code;
    const reason = String(error.details['reason'] ?? '');
    const before = await this.of(url);
    this.#states.set(url, { ...before, failed: { at: this.#now(), code: why, reason } });
    await this.#write(url);
  }

  /** It was asked whether it checks access tokens, and said so. */
  async guards(url: string, guards: boolean): Promise<void> {
    const before = await this.of(url);
    this.#states.set(url, { ...before, guards });
    if (before.guards !== guards) await this.#write(url);
  }

  async of(url: string): Promise<State> {
    const known = this.#states.get(url);
    if (known) return known;
    const kept = (await this.#data.has(keyOf(url)))
      ? (JSON.parse(fromUtf8(await this.#data.get(keyOf(url)))) as Partial<State>)
      : {};
    if (!this.#states.has(url)) this.#states.set(url, { used: null, failed: null, guards: null, ...kept });
    return this.#states.get(url) as State;
  }

  /** Without the place's own words, which may repeat the token it was shown. */
  async #write(url: string): Promise<void> {
    this.#written.set(url, this.#now());
    const { used, failed, guards } = this.#states.get(url) as State;
    await this.#data.put(
      keyOf(url),
      utf8(JSON.stringify({ used, guards, failed: failed && { ...failed, reason: '' } })),
    );
  }

  /** A fetch whose outcome is noted for the site that the address belongs to. Notes never disturb the work. */
  watch(fetch: typeof globalThis.fetch, sites: () => Site[]): typeof globalThis.fetch {
    const note = (work: Promise<void>): void => void work.catch(() => undefined);
    return async (input, init) => {
      const asked = input instanceof Request ? input.url : String(input);
      const [site] = sites()
        .filter(({ url }) => asked === url || asked.startsWith(`${url}/`))
        .sort((a, b) => b.url.length - a.url.length); // a service and its gateway may share a host
      try {
        const response = await fetch(input, init);
        const down = response.status >= 500 || response.status === 429;
        if (site && down) note(this.failed(site.url, trouble('pinning/down', site, response.status)));
        else if (site && (response.ok || response.status === 404)) note(this.used(site.url));
        else if (site?.token && (response.status === 401 || response.status === 403))
          note(this.failed(site.url, trouble('pinning/token', site, response.status)));
        return response;
      } catch (error) {
        if (site && !init?.signal?.aborted) note(this.failed(site.url, trouble('pinning/blocked', site, 0)));
        throw error;
      }
    };
  }
}

const trouble = (code: ErrorCode, site: Site, status: number): SalusError =>
  new SalusError(code, { place: site.name, reason: status > 0 ? `HTTP ${status}` : '' });
