/**
 * The page's Content-Security-Policy demands Trusted Types: no string becomes script. The one thing of ours that needs leave is
 * `new Worker(url)`, whose URL must be a script of our own origin.
 */
type Policy = { createPolicy(name: string, rules: { createScriptURL(url: string): string }): unknown };

/**
 * Call once, before any worker is started. Does nothing where Trusted Types are unknown.
 * @throws TypeError later, in the constructor, for a worker of another origin
 */
export const trustOwnWorkers = (): void => {
  const factory = (globalThis as { trustedTypes?: Policy }).trustedTypes;
  factory?.createPolicy('default', {
    createScriptURL: (url) => {
      const { origin, protocol } = new URL(url, location.href);
      // a blob: URL has our origin too, but anything may be in it
      if (origin !== location.origin || protocol !== location.protocol)
        throw new TypeError('not a script of this page');
      return url;
    },
  });
};
