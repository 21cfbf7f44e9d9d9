/** A guarding peer's log of requests for what the signed-in account guards: fetched sealed, and cleared once it is kept here. */
import type { Address } from '../core/bytes.ts';
import { concat, fromBase64, fromUtf8 } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import { isBoolean, isInteger, isList, isMatch, isObject, parseJson } from '../core/json.ts';
import type { AccessLogPage } from '../flows/ports/storage.ts';
import { ask, bodyOf } from './gateway.ts';
import type { Asking, Site } from './gateway.ts';
import { underGuard } from './guarding.ts';
import { within } from './waiting.ts';

/** Bytes of one answer, and entries in it. */
const MOST_BYTES = 2 * 1024 * 1024;
const MOST_ENTRIES = 200;

const id = isInteger(1, Number.MAX_SAFE_INTEGER);
const isPage = isObject(
  {
    entries: isList(isObject({ id, sealed: isMatch(/^[0-9A-Za-z+/]+={0,2}$/, 16_384) }), MOST_ENTRIES),
    dropped: isInteger(0, Number.MAX_SAFE_INTEGER),
    more: isBoolean,
    last: isInteger(0, Number.MAX_SAFE_INTEGER),
  },
  { open: true },
);

/** @param site with the session's bearer as its token @param account who is signed in @throws record/malformed, storage/not-found, storage/timeout */
export const fetchLog = async (site: Site, account: Address, after: number, asking: Asking): Promise<AccessLogPage> => {
  const limit = within(asking.limits.block, { place: site.name }, asking.signal);
  try {
    const from = underGuard(site, account);
    const response = await ask(from, `/access-log?after=${after}`, {}, asking, limit.signal);
    const parts: Uint8Array[] = [];
    for await (const part of bodyOf(response, site, limit, MOST_BYTES)) parts.push(part);
    const page = isPage(parseJson(concat(...parts), { maxBytes: MOST_BYTES, maxDepth: 4 }));
    let last = after;
    for (const entry of page.entries) {
      // whoever repeats itself could keep us here for ever
      if (entry.id <= last) throw new SalusError('record/malformed', { why: 'order', place: site.name });
      last = entry.id;
    }
    if (page.more && page.entries.length === 0)
      throw new SalusError('record/malformed', { why: 'empty', place: site.name });
    const entries = page.entries.map((entry) => ({ id: entry.id, sealed: fromBase64(entry.sealed) }));
    return { entries, dropped: page.dropped, more: page.more, last: page.last };
  } finally {
    limit.done();
  }
};

/** @param through id of the last entry that is kept here */
export const clearLog = async (site: Site, account: Address, through: number, asking: Asking): Promise<void> => {
  const limit = within(asking.limits.block, { place: site.name }, asking.signal);
  try {
    const path = `/access-log?through=${through}`;
    await ask(underGuard(site, account), path, { method: 'DELETE' }, asking, limit.signal);
  } finally {
    limit.done();
  }
};

/** @param session as storage was given it @returns who is signed in */
export const accountOf = (session: string): Address => {
  const json = fromUtf8(fromBase64(session.replaceAll('-', '+').replaceAll('_', '/')));
  const { message } = JSON.parse(json) as { message: string };
  const account = /\n(0x[0-9a-fA-F]{40})\n/.exec(message)?.[1];
  if (account === undefined) throw new SalusError('record/malformed', { what: 'session' });
  return account.toLowerCase() as Address;
};
