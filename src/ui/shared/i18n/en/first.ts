/** The words that are there before anything else is fetched: the landing page's, and those for whatever goes wrong. */
import errors from './errors.json' with { type: 'json' };
import shell from './shell.json' with { type: 'json' };

export const first = { ...errors, ...shell };
