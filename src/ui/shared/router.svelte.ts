/** Hash routes: the page runs from any static host and from `/ipfs/<cid>/`, so the path is not ours. */

/** Values of a pattern's `:names`. */
export type Params = Record<string, string>;

/** `/doctors/:address` against `/doctors/0xab`. @returns the params, or null when it does not match */
export const matchPath = (pattern: string, path: string): Params | null => {
  const want = pattern.split('/');
  const have = path.split('/');
  if (want.length !== have.length) return null;
  const params: Params = {};
  for (const [i, part] of want.entries()) {
    const value = have[i] as string;
    if (part.startsWith(':')) {
      if (value === '') return null;
      params[part.slice(1)] = decode(value);
    } else if (part !== value) return null;
  }
  return params;
};

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

/** Fills a pattern. */
export const fillPath = (pattern: string, params: Params = {}): string =>
  pattern.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));

const read = (): string => {
  const path = location.hash.replace(/^#/, '').split('?')[0] ?? '';
  return path.startsWith('/') ? path.replace(/(.)\/$/, '$1') : '/';
};

/** The current path, followed by components. */
class Router {
  #path = $state(typeof location === 'undefined' ? '/' : read());

  /** Starts following the address bar. @returns stops */
  start(): () => void {
    const follow = () => (this.#path = read());
    follow();
    window.addEventListener('hashchange', follow);
    return () => window.removeEventListener('hashchange', follow);
  }

  get path(): string {
    return this.#path;
  }

  /**
   * Goes to a path; `replace` leaves no entry to go back to. `from`: only if the page is still there: whoever has gone elsewhere while
   * something came to its end is not fetched back.
   */
  go(path: string, { replace = false, from }: { replace?: boolean; from?: string } = {}): void {
    if (from !== undefined && from !== this.#path) return;
    if (replace) {
      history.replaceState(null, '', `#${path}`);
      this.#path = read();
    } else location.hash = path;
  }
}

/** The one router. */
export const router = new Router();
