/** Whether the page stands alone on its origin: keys are only safe where no other page can read along. */

/** `own`: where it would be safe, null when that cannot be told. */
export type Standing = { safe: true } | { safe: false; why: 'frame' | 'shared-origin'; own: string | null };

/**
 * @param href the page's address @param framed whether another page holds it
 * @see https://specs.ipfs.tech/http-gateways/subdomain-gateway/ on why path gateways share one origin
 */
export const standing = (href: string, framed: boolean): Standing => {
  if (framed) return { safe: false, why: 'frame', own: href };
  const url = new URL(href);
  const path = /^\/(ip[fn]s)\/([^/]+)(\/.*)?$/.exec(url.pathname);
  if (!path) return { safe: true };
  const [, kind, name, rest] = path;
  // a subdomain must be a case-insensitive CID or a name without dots, and needs a host name above it
  const fits = /^[a-z0-9-]{1,63}$/.test(name ?? '') && !/^[\d.]+$|^\[/.test(url.hostname);
  const own = fits ? `${url.protocol}//${name}.${kind}.${url.host}${rest ?? '/'}${url.hash}` : null;
  return { safe: false, why: 'shared-origin', own };
};
