/** Unlocking: the keyring comes from the chain, its key from the wallet or the 24 words. Nothing is kept across a lock. */
import { wipe, type Bytes } from '../core/bytes.ts';
import { isSalusError, SalusError } from '../core/errors.ts';
import { indexKey } from '../crypto/identity.ts';
import {
  checkSignature,
  decodeKeyring,
  openWithPhrase,
  openWithWallet,
  unlockText,
  walletWay,
  type Keyring,
  type Seeds,
} from '../crypto/keyring.ts';
import { signature, type Act } from './act.ts';
import { earlierEnrolments, rotationsIn } from './earlier.ts';
import type { Ports, ProvenKey } from './ports/index.ts';
import { Vault } from './vault.ts';

/** How a keyring may be opened, so that the page asks only for what is needed. */
export type Ways = { wallet: boolean; passphrase: boolean };

/** @throws chain/key-unproven when the node shows an enrolment the account did not sign */
export const unlockWays = async (ports: Pick<Ports, 'chain' | 'wallet'>): Promise<Ways> => {
  const { keyring } = await enrolment(ports);
  const way = walletWay(keyring);
  return { wallet: way !== 'none', passphrase: way === 'passphrase' };
};

/** One signature. @throws wallet/declined, crypto/wrong-unlock */
export const unlockWithWallet = async (ports: Ports, act: Act, passphrase: string): Promise<Vault> => {
  const { keyring, proven } = await enrolment(ports);
  const account = ports.wallet.account;
  const text = unlockText(account, keyring.number);
  act.stage('wallet');
  await act.prompt({ kind: 'signature', purpose: 'unlock', text, left: 0 });
  const rs = checkSignature(account, text, await signature(ports.wallet, act, text));
  act.stage('prepare');
  const seeds = await openWithWallet(keyring, account, rs, passphrase || undefined);
  return admit(ports, await open(ports, proven, seeds), proven.recipient);
};

/** No prompt at all. @throws crypto/bad-phrase, crypto/wrong-unlock */
export const unlockWithPhrase = async (ports: Ports, words: string): Promise<Vault> => {
  const { keyring, proven } = await enrolment(ports);
  const account = ports.wallet.account;
  const seeds = openWithPhrase(keyring, account, words);
  return admit(ports, await open(ports, proven, seeds), proven.recipient);
};

const enrolment = async (ports: Pick<Ports, 'chain' | 'wallet'>) => {
  const proven = await ports.chain.provenKey(ports.wallet.account);
  const keyring: Keyring = decodeKeyring(proven.keyring);
  return { proven, keyring };
};

/** With the keys from before each change of them. */
const open = async ({ chain }: Pick<Ports, 'chain'>, { account, nonce }: ProvenKey, seeds: Seeds): Promise<Vault> => {
  const { entries } = await chain.timeline(account, 'own');
  const at = entries.find((e) => e.event === 'Enrolled' && e.args.nonce === nonce)?.count;
  const earlier = seeds.older.length > 0 ? await earlierEnrolments(chain, account, nonce) : [];
  const vault = await Vault.open(account, nonce, seeds, earlier, at);
  await vault.learn(rotationsIn(entries));
  return vault;
};

/** The keys must be those the account published; then the sealed caches open too. */
const admit = async (ports: Ports, vault: Vault, recipient: Uint8Array): Promise<Vault> => {
  if (!vault.owns(recipient)) {
    vault.lock();
    throw new SalusError('crypto/wrong-unlock');
  }
  await ports.cabinet.unlock(vault.account, indexKey(vault.seed));
  const { older } = vault.seeds;
  for (const seed of older) await ports.cabinet.takeOver(indexKey(seed));
  wipe(...older);
  const cache = await ports.cabinet.get(TIMELINES);
  // what cannot be read is read anew: nothing kept here may lock anybody out. A node that does not answer is no reason to forget
  if (cache)
    await ports.chain.importCache(cache).catch(async (error: unknown) => {
      if (isSalusError(error, 'record/malformed')) await ports.cabinet.delete(TIMELINES);
    });
  return vault;
};

const TIMELINES = 'timelines';

/**
 * Keeps the verified timelines sealed, so that the next visit reads only what is new.
 * @param kept what was kept last: sealing the same again is spared @returns what is kept now
 */
export const keepTimelines = async (
  { chain, cabinet }: Pick<Ports, 'chain' | 'cabinet'>,
  kept: Bytes | null,
): Promise<Bytes> => {
  const cache = await chain.exportCache();
  if (cache !== kept) await cabinet.set(TIMELINES, cache);
  return cache;
};
