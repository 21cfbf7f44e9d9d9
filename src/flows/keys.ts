/**
 * The ways into a vault, changed (DESIGN §4, Keyring). A way is added to the same seed by `setKeyring`. To close one, the seed is replaced: keyrings stay
 * public for ever, so whoever still has the old way opens the old seed, and what was sealed under it; nothing sealed afterwards. The
 * new keyring holds the old seeds, so that its owner opens everything.
 */
import { equal, fromHex, NO_DIGEST, toHex, wipe, type Address, type Bytes, type Digest } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import { indexKey, successorKey } from '../crypto/identity.ts';
import {
  checkSignature,
  decodeKeyring,
  encodeKeyring,
  newKeyring,
  openWithWallet,
  phraseFromSeed,
  seedFromPhrase,
  unlockText,
  walletWay,
  wordsOf,
  wrapWithWallet,
  type Keyring,
  type Wrap,
} from '../crypto/keyring.ts';
import { signature, type Act } from './act.ts';
import { countOf } from './calls.ts';
import { earlierEnrolments, learnEpochs } from './earlier.ts';
import { signTwice } from './enroll.ts';
import type { Entry, Ports } from './ports/index.ts';
import { send } from './send.ts';
import { signOut } from './signIn.ts';
import { Vault } from './vault.ts';
import { replacesSeed, type Way } from './ways.ts';

/** @property number of the seed, from 1 · @property entry that published it */
export type KeyEvent = { entry: Entry; number: number; way: Way };
/** Made and confirmed before a last prompt was declined: in memory only, for another try. */
export type PreparedKeys = { account: Address; number: number; way: string; seed: Bytes; wraps: Wrap[] };
export type ChangeInput = {
  way: Way;
  passphrase: string;
  prepared: PreparedKeys | null;
  onPrepared: (prepared: PreparedKeys) => void;
  /** Shows the new 24 words; resolves once the person has proven that they were written down. Not called where the seed stays. */
  confirmPhrase: (words: string[]) => Promise<void>;
};

const wayOf = (keyring: Keyring): Way => {
  const way = walletWay(keyring);
  return way === 'none' ? 'words' : way === 'plain' ? 'wallet' : 'passphrase';
};

/** Every keyring the account published, newest first. What does not parse is left out. */
export const keyHistory = async ({ chain }: Pick<Ports, 'chain'>, account: Address): Promise<KeyEvent[]> => {
  const { entries } = await chain.timeline(account, 'own');
  return entries.flatMap((entry) => {
    if (typeof entry.args.keyring !== 'string') return [];
    try {
      const keyring = decodeKeyring(fromHex(entry.args.keyring));
      return [{ entry, number: keyring.number, way: wayOf(keyring) }];
    } catch {
      return [];
    }
  });
};

const current = async (ports: Pick<Ports, 'chain'>, account: Address) => {
  const proven = await ports.chain.provenKey(account);
  return { proven, keyring: decodeKeyring(proven.keyring) };
};

/**
 * The keys to build on, with the count of own acts under which they are the newest. Taken before anybody is asked anything: a device that
 * changed them while the person wrote words down is not overwritten, the contract refuses the change.
 * @throws chain/stale-head when these are not the newest keys of that count
 */
const base = async (ports: Pick<Ports, 'chain'>, account: Address) => {
  const { head, entries } = await ports.chain.timeline(account, 'own');
  const found = await current(ports, account);
  const keyring = entries.find((e) => typeof e.args.keyring === 'string')?.args.keyring;
  const nonce = entries.find((e) => e.event === 'Enrolled')?.args.nonce;
  if (keyring !== toHex(found.proven.keyring) || nonce !== found.proven.nonce)
    throw new SalusError('chain/stale-head', { account, kind: 'own', count: countOf(head), seen: countOf(head) });
  return { ...found, expected: countOf(head) };
};

/** @returns the vault to go on with: the same, or the one of the new seed @throws wallet/declined, crypto/unrepeatable-signature, chain/reverted, input/invalid */
export const changeWay = async (ports: Ports, act: Act, vault: Vault, input: ChangeInput): Promise<Vault> => {
  act.stage('prepare');
  const { proven, keyring, expected } = await base(ports, vault.account);
  if (!vault.owns(proven.recipient)) throw new SalusError('crypto/wrong-unlock');
  if (input.way === 'words' && wayOf(keyring) === 'words') throw new SalusError('input/invalid', { at: 'way' });
  return replacesSeed(wayOf(keyring), input.way)
    ? replaceSeed(ports, act, vault, { expected, keyring, profile: proven.profile }, input)
    : addWay(ports, act, vault, { expected, keyring }, input);
};

/** Same seed, same words. Ways that this version does not know stay. */
const addWay = async (
  ports: Ports,
  act: Act,
  vault: Vault,
  { expected, keyring }: { expected: number; keyring: Keyring },
  input: ChangeInput,
): Promise<Vault> => {
  const { account } = vault;
  const { number } = keyring;
  const seeds = vault.seeds;
  try {
    const rs = await signTwice(ports, act, unlockText(account, number), 1);
    const passphrase = input.way === 'passphrase' ? { passphrase: input.passphrase } : {};
    const wrap = await wrapWithWallet({
      seed: seeds.current,
      account,
      number,
      rs,
      ...passphrase,
      random: ports.random,
    });
    const wraps = [wrap, ...keyring.wraps.filter((w) => w.kind !== 'wallet')];
    const encoded = encodeKeyring(newKeyring({ seeds, account, number, wraps, random: ports.random }));
    await send(ports, act, { name: 'setKeyring', args: { expected, keyring: encoded } });
    return vault;
  } finally {
    wipe(seeds.current, ...seeds.older);
  }
};

const replaceSeed = async (
  ports: Ports,
  act: Act,
  vault: Vault,
  { expected, keyring, profile }: { expected: number; keyring: Keyring; profile: Digest | null },
  input: ChangeInput,
): Promise<Vault> => {
  const { chain, cabinet, random } = ports;
  const { account } = vault;
  const { number, seed, wraps } = await prepare(ports, act, account, keyring.number + 1, input);
  const before = vault.seeds;
  const seeds = { current: seed.slice(), older: [before.current, ...before.older] };
  const nonce = toHex(random(32));
  const next = await Vault.open(account, nonce, seeds, await earlierEnrolments(chain, account, nonce), expected + 1);
  await learnEpochs(chain, next);
  await send(ports, act, {
    name: 'enroll',
    args: {
      expected,
      recipient: next.identity.publicKey,
      keyring: encodeKeyring(newKeyring({ seeds, account, number, wraps, random })),
      successor: successorKey(seed).address,
      nonce,
      profile: profile ?? NO_DIGEST,
    },
  });
  // signed in as the PeerId of the old seed; and what this browser keeps lies under the old one's key
  await signOut(ports);
  await cabinet.unlock(account, indexKey(seed));
  await cabinet.takeOver(indexKey(before.current));
  return next;
};

/** A new seed with its way and its words confirmed, or what an earlier try had made of them. */
const prepare = async (
  ports: Ports,
  act: Act,
  account: Address,
  number: number,
  input: ChangeInput,
): Promise<PreparedKeys> => {
  const { random } = ports;
  const way = `${input.way}/${input.passphrase}`;
  const kept = input.prepared;
  if (kept?.account === account && kept.number === number && kept.way === way) return kept;
  const seed = random(32);
  const wraps: Wrap[] = [];
  if (input.way !== 'words') {
    const rs = await signTwice(ports, act, unlockText(account, number), 1);
    const passphrase = input.way === 'passphrase' ? { passphrase: input.passphrase } : {};
    wraps.push(await wrapWithWallet({ seed, account, number, rs, ...passphrase, random }));
  }
  await input.confirmPhrase(wordsOf(phraseFromSeed(seed)));
  const prepared = { account, number, way, seed, wraps };
  input.onPrepared(prepared);
  return prepared;
};

/**
 * The 24 words once more, after a fresh signature (and the passphrase, where there is one): an unlocked page alone does not show them.
 * @throws wallet/declined, crypto/wrong-unlock, also where only the words open this vault
 */
export const revealPhrase = async (ports: Ports, act: Act, vault: Vault, passphrase: string): Promise<string[]> => {
  act.stage('prepare');
  const { keyring } = await current(ports, vault.account);
  const text = unlockText(vault.account, keyring.number);
  act.stage('wallet');
  await act.prompt({ kind: 'signature', purpose: 'reveal', text, left: 0 });
  const rs = checkSignature(vault.account, text, await signature(ports.wallet, act, text));
  act.stage('prepare');
  const seeds = await openWithWallet(keyring, vault.account, rs, passphrase || undefined);
  try {
    if (!equal(seeds.current, vault.seed)) throw new SalusError('crypto/wrong-unlock');
    return wordsOf(phraseFromSeed(seeds.current));
  } finally {
    wipe(seeds.current, ...seeds.older);
  }
};

/** Whether the words on somebody's paper are this vault's. @throws crypto/bad-phrase saying what is mistyped */
export const checkPhrase = (vault: Vault, words: string): boolean => {
  const seed = seedFromPhrase(words);
  const right = equal(seed, vault.seed);
  wipe(seed);
  return right;
};
