/** What a taking back ends, whose folders begin a new epoch, and who stays: computed before anybody is asked. Nothing is sealed or sent. */
import { NO_ADDRESS, NO_DIGEST, type Address, type Hex } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import { idOf, type FolderId } from '../record/folders.ts';
import { givenOf, granteeOf, type Given } from './given.ts';
import { grantEvents } from './grantEvents.ts';
import { grantKey, grantsOf, type Grant } from './grants.ts';
import { isSame, oversteps } from './passedOn.ts';
import type { Entry, Options, ReadPorts } from './ports/index.ts';
import { keysOf, type Left } from './rotate.ts';
import type { Vault } from './vault.ts';

/** What is to be taken back: grants by {@link grantKey}, or everything of one person, passed on to them by others included. */
export type Back = { grants: readonly string[] } | { everythingOf: Address };

/**
 * What a taking back does, before anybody is asked. `ending`: the grants it ends, those passed on by their holders among them · `folders`: those
 * that begin a new epoch · `staying`: everything that stays · `left`: who stays and could not be given a folder's new keys
 */
export type BackPlan = { ending: Given[]; folders: FolderId[]; staying: Given[]; left: Left[]; revokes: Revoke[] };

type Revoke = { name: 'revoke'; args: { grantee: Address; access: Hex } };
type Planning = Pick<ReadPorts, 'chain' | 'storage' | 'cabinet'>;

/** A token ends one grant; one without, everything addressed to a person. Who holds several of them loses them all at once. */
const revokesFor = (chosen: readonly Given[], all: Address | null): Revoke[] => {
  const revoke = (grantee: Address | null, access: Hex): Revoke => ({
    name: 'revoke',
    args: { grantee: grantee ?? NO_ADDRESS, access },
  });
  const addressed = chosen.filter((g) => all !== null && g.grantee === all);
  const rest = chosen.filter((g) => !addressed.includes(g));
  return [
    ...(all !== null && addressed.length > 0 ? [revoke(all, NO_DIGEST)] : []),
    ...rest.map((g) => revoke(g.grantee, g.access)),
  ];
};

/** The events as they will be once these calls are in: every grant that ends with them is found by the same rules as ever. */
const after = (events: readonly Entry[], me: Address, revokes: readonly Revoke[]): Entry[] => {
  const last = events.at(-1);
  return [
    ...events,
    ...revokes.map(({ args }, i) => ({
      event: 'Revoked',
      args: { author: me, subject: args.grantee, access: args.access },
      author: me,
      subject: args.grantee,
      ownCount: null,
      inboxCount: null,
      count: 0,
      block: (last?.block ?? 0) + 1,
      logIndex: i,
      tx: NO_DIGEST,
    })),
  ];
};

/** What ends and what stays. */
const split = (live: readonly Given[], then: readonly Grant[]): [Given[], Given[]] => {
  const stays = new Set(then.filter((g) => g.state === 'live').map(grantKey));
  return [live.filter((g) => !stays.has(grantKey(g))), live.filter((g) => stays.has(grantKey(g)))];
};

/** Passed on by somebody who loses this very thing now, and has it by no other right. */
const isOrphan = (g: Given, ending: readonly Given[], staying: readonly Given[]): boolean => {
  const behind = (p: Given): boolean => !p.delegated && granteeOf(p) === g.giver && isSame(p, g);
  return g.delegated && ending.some(behind) && !staying.some(behind);
};

/**
 * Looks what a taking back does. Nothing is sealed or sent.
 * @throws share/gone when nothing of it is given any more; why the capability of what is taken back could not be opened, where it may be a folder's
 */
export const planBack = async (ports: Planning, vault: Vault, back: Back, options: Options = {}): Promise<BackPlan> => {
  const [events, now] = await Promise.all([grantEvents(ports, vault.account, options.signal), ports.chain.now()]);
  const before = await givenOf(ports, vault, grantsOf(events, vault.account, now), options);
  const live = before.filter((g) => g.state === 'live');
  const everythingOf = 'everythingOf' in back ? back.everythingOf : null;
  const chosen = live.filter((g) =>
    'grants' in back ? back.grants.includes(grantKey(g)) : granteeOf(g) === back.everythingOf,
  );
  if (chosen.length === 0) throw new SalusError('share/gone');
  let revokes = revokesFor(chosen, everythingOf);
  let [ending, staying] = split(live, grantsOf(after(events, vault.account, revokes), vault.account, now));
  // the chain does not say of what something was passed on: what has nothing behind it any more is taken back by name
  const orphans = staying.filter((g) => isOrphan(g, ending, staying));
  if (orphans.length > 0) {
    revokes = [...revokes, ...revokesFor(orphans, null)];
    [ending, staying] = split(live, grantsOf(after(events, vault.account, revokes), vault.account, now));
  }
  const folders = await toRenew(vault, ending, staying);
  const left: Left[] = [];
  for (const folder of folders)
    for (const l of (await keysOf(ports, staying, folder)).left)
      if (!left.some((x) => grantKey(x.given) === grantKey(l.given))) left.push(l);
  return { ending, folders, staying, left, revokes };
};

/**
 * The folders whose current keys somebody holds who is not entitled to them any more. Where nobody can tell what a grant opened, it may have
 * been any of them.
 */
const toRenew = async (vault: Vault, ending: readonly Given[], staying: readonly Given[]): Promise<FolderId[]> => {
  const reading = (g: Given): FolderId | null =>
    g.what?.kind === 'folder' && g.what.rights !== 'write' ? g.what.folder : null;
  const entitled = (folder: FolderId, g: Given): boolean =>
    staying.some((s) => reading(s) === folder && granteeOf(s) === granteeOf(g) && !oversteps(s));
  const folders = new Set<FolderId>();
  for (const g of ending) {
    const folder = reading(g);
    if (folder && !entitled(folder, g)) folders.add(folder);
    if (oversteps(g)) {
      // whoever let them in read these, and no more
      const theirs = [...ending, ...staying].filter((s) => granteeOf(s) === g.giver).map(reading);
      for (const id of theirs) if (id) folders.add(id);
    } else if (g.what === null && g.error !== null)
      for (const id of vault.known()) if (id !== idOf('very-restricted')) folders.add(id);
  }
  await vault.know([...folders]);
  return [...folders];
};
