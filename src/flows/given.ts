/** What each grant of one's own file opens: its capability, opened by the vault that it is sealed to as well, held against the event and kept sealed. */
import { fromUtf8, utf8, type Address, type Digest, type Hex } from '../core/bytes.ts';
import { asSalusError, isSalusError, SalusError } from '../core/errors.ts';
import type { Capability, FolderCapability } from '../crypto/capability.ts';
import type { FolderId } from '../record/folders.ts';
import { openGrant } from './capabilities.ts';
import { learnEpochs } from './earlier.ts';
import { grantEvents } from './grantEvents.ts';
import { grantsOf, type Grant } from './grants.ts';
import { heldToRight } from './passedOn.ts';
import type { Cabinet, Entry, Options, ReadPorts } from './ports/index.ts';
import type { Vault } from './vault.ts';

/** Said by both kinds. `to`: who got it, also where the chain does not say; null for whoever can open it. `token`: 32 bytes, secret. */
type Common = { to: Address | null; delegable: boolean; token: Hex };

/**
 * A folder: what is in it now and what is filed into it later. `history`: also what was sealed before the epoch in which it was given.
 * `epoch`: nonce of the newest epoch in the capability itself; later ones come by the bundles of rotations
 */
export type GivenFolder = Common & {
  kind: 'folder';
  folder: FolderId;
  rights: FolderCapability['rights'];
  history: boolean;
  epoch: Digest;
};
/** One record: a document, a copy made for this grantee, or a filing, which opens all that it names. */
export type GivenRecord = Common & { kind: 'record'; record: Digest };
export type GivenWhat = GivenFolder | GivenRecord;

/**
 * A grant with what it opens. `what` is null when the capability could not be opened (`error` says why: it may be out of reach, corrupt, or
 * not sealed to the patient by who passed it on) and when nobody looked (`error` null): passed on by somebody who had no right to. Both are
 * there where somebody passed on more than they may ({@link heldToRight}): nothing new is given for it.
 */
export type Given = Grant & { what: GivenWhat | null; error: SalusError | null };

/** Ports that reading takes. */
type Ports = Pick<ReadPorts, 'chain' | 'storage' | 'cabinet'>;

const PREFIX = 'given/';
/** Capabilities opened at once. */
const AT_ONCE = 4;
/** Passed-on grants whose capability is fetched: a reader who passes on without end fills neither disk nor time. */
const MOST_PASSED_ON = 500;

const nameOf = (g: Grant): string => `${PREFIX}${g.capability}/${g.access}/${g.until}`;

/** Holds a folder capability against the epochs that this vault made. @throws record/mismatch when it names another's key */
const factsOf = async (vault: Vault, capability: Capability): Promise<GivenWhat> => {
  const { to, delegable, token } = capability;
  if (capability.kind === 'record') return { kind: 'record', record: capability.record, to, delegable, token };
  const { folder, rights, recipient, epochs } = capability;
  await vault.know([folder]);
  const own = vault.epochs(folder);
  const newest = own.find((e) => e.identity.recipient === recipient);
  if (!newest) throw new SalusError('record/mismatch', { what: 'capability', field: 'recipient' });
  const history = epochs.length > 1 || epochs[0]?.nonce === own.at(-1)?.nonce;
  return { kind: 'folder', folder, rights, history, epoch: newest.nonce, to, delegable, token };
};

const readFacts = async (cabinet: Cabinet, vault: Vault, g: Grant): Promise<GivenWhat | null> => {
  const kept = await cabinet.get(nameOf(g));
  const what = kept ? (JSON.parse(fromUtf8(kept)) as GivenWhat) : null;
  if (what?.kind === 'folder') await vault.know([what.folder]);
  return what;
};

const open = async (ports: Ports, vault: Vault, grant: Grant, options: Options): Promise<Given> => {
  try {
    const kept = await readFacts(ports.cabinet, vault, grant);
    const what = kept ?? (await factsOf(vault, await openGrant(ports, vault, grant, options)));
    if (!kept) await ports.cabinet.set(nameOf(grant), utf8(JSON.stringify(what)));
    return { ...grant, what, error: null };
  } catch (cause) {
    if (options.signal?.aborted || isSalusError(cause, 'crypto/locked')) throw cause;
    return { ...grant, what: null, error: asSalusError(cause) };
  }
};

/** Passed on while a right stood behind it. */
const stands = (g: Grant): boolean => g.state !== 'outlived' || g.ended !== null;

/**
 * Opens what these grants of the vault's own account give; what was opened once is not fetched again. In the order given.
 * @param grants all of this account as patient ({@link grantsOf}) @throws crypto/locked, storage/aborted
 */
export const givenOf = async (
  ports: Ports,
  vault: Vault,
  grants: readonly Grant[],
  options: Options = {},
): Promise<Given[]> => {
  const opened = new Map<Entry, Given>();
  const openAll = async (some: readonly Grant[]): Promise<void> => {
    for (let at = 0; at < some.length; at += AT_ONCE)
      for (const g of await Promise.all(some.slice(at, at + AT_ONCE).map((one) => open(ports, vault, one, options))))
        opened.set(g.entry, g);
  };
  await openAll(grants.filter((g) => !g.delegated));
  // what comes from somebody who may pass on nothing is worth no look
  const may = new Set([...opened.values()].filter((g) => g.what?.delegable ?? g.error !== null).map((g) => g.grantee));
  const passedOn = grants.filter((g) => g.delegated && stands(g) && may.has(g.giver));
  await openAll(passedOn.slice(0, MOST_PASSED_ON));
  return heldToRight(grants.map((g) => opened.get(g.entry) ?? { ...g, what: null, error: null }));
};

/**
 * Everything the vault's account gave, and what was passed on of it, newest first, in whatever state, with what each opens.
 * @param now Unix seconds: decides what has expired
 * @throws chain/timeline-broken, chain/unreachable, crypto/locked, storage/aborted
 */
export const given = async (ports: Ports, vault: Vault, now: number, options: Options = {}): Promise<Given[]> => {
  const { account } = vault;
  await learnEpochs(ports.chain, vault);
  const events = await grantEvents(ports, account, options.signal);
  return givenOf(ports, vault, grantsOf(events, account, now), options);
};

/** True for a grant of this folder, in whatever state. */
export const gives = (g: Given, folder: FolderId): g is Given & { what: GivenFolder } =>
  g.what?.kind === 'folder' && g.what.folder === folder;

/** Who got it, also where only the capability says; null for whoever can open it. */
export const granteeOf = (g: Given): Address | null => g.grantee ?? g.what?.to ?? null;
