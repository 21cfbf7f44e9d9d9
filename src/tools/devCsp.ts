import type { Plugin } from 'vite';

/**
 * The page's policy stands in `index.html` and is served and built as it is, but for this: while developing, Vite adds styles as
 * inline elements, which the page itself never does.
 */
export const devCsp = (): Plugin => ({
  name: 'salus:dev-csp',
  apply: 'serve',
  transformIndexHtml: (html) => {
    if (!html.includes("style-src 'self';"))
      throw new Error("index.html has no Content-Security-Policy with style-src 'self'");
    return html.replace("style-src 'self';", "style-src 'self' 'unsafe-inline';");
  },
});
