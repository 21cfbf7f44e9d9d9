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
      if (new URL(url, location.href).origin !== location.origin) throw new TypeError('a worker of another origin');
      return url;
    },
  });
};
