/** Enrolment: a fresh seed, a keyring the wallet can open, 24 words the person has confirmed, one transaction (two for a doctor with a fee). */
import { NO_DIGEST, toHex, type Address, type Bytes } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import { indexKey, successorKey } from '../crypto/identity.ts';
import {
  checkRepeated,
  checkSignature,
  encodeKeyring,
  newKeyring,
  phraseFromSeed,
  unlockText,
  wordsOf,
  wrapWithWallet,
  type Wrap,
} from '../crypto/keyring.ts';
import type { Photo } from '../record/photo.ts';
import type { Profile } from '../record/profile.ts';
import { signature, type Act } from './act.ts';
import { countOf } from './calls.ts';
import type { Ports } from './ports/index.ts';
import { publishProfile } from './profile.ts';
import { send } from './send.ts';
import { Vault } from './vault.ts';

/** What was made and confirmed before a last prompt was declined: in memory only, for another try of the same visit. */
export type Prepared = { account: Address; way: string; seed: Bytes; wraps: Wrap[] };

export type EnrolInput = {
  /** what a doctor or hospital publishes; null for a patient, of whom nothing is published */
  profile: Profile | null;
  /** published beside the profile */
  photo?: Photo | null;
  /** a doctor's fee in wei; null otherwise */
  fee: bigint | null;
  /** whether a doctor takes patients from the start */
  open: boolean;
  /** `wallet`: a wrap opened by the wallet's signature; `phrase`: the 24 words alone (for wallets that do not repeat a signature) */
  way: 'wallet' | 'phrase';
  passphrase: string;
  /** of an earlier try, used when it fits */
  prepared: Prepared | null;
  /** Called once the words were confirmed, for {@link prepared} of the next try. */
  onPrepared: (prepared: Prepared) => void;
  /** Shows the 24 words; resolves once the person has proven that they were written down. */
  confirmPhrase: (words: string[]) => Promise<void>;
};

/** @returns the open vault @throws wallet/declined, crypto/unrepeatable-signature, chain/reverted. Until the words are confirmed nothing is kept */
export const enroll = async (ports: Ports, act: Act, input: EnrolInput): Promise<Vault> => {
  const { chain, wallet, cabinet, random } = ports;
  const account = wallet.account;
  act.stage('prepare');
  const before = await chain.account(account);
  if (BigInt(before.keyHash) !== 0n) throw new SalusError('input/already-enrolled');

  const transactions = input.fee === null ? 1 : 2;
  const { seed, wraps } = await prepare(ports, act, input, transactions);
  const seeds = { current: seed.slice(), older: [] };
  const nonce = toHex(random(32));
  const expected = countOf(before.own);
  const vault = await Vault.open(account, nonce, seeds, [], expected + 1);
  await cabinet.unlock(account, indexKey(seed));
  const profile = input.profile ? await publishProfile(ports, act, input.profile, input.photo) : NO_DIGEST;
  await send(
    ports,
    act,
    {
      name: 'enroll',
      args: {
        expected,
        recipient: vault.identity.publicKey,
        keyring: encodeKeyring(newKeyring({ seeds, account, number: FIRST, wraps, random })),
        successor: successorKey(seed).address,
        nonce,
        profile,
      },
    },
    { left: transactions - 1, ...(input.profile ? { record: profile } : {}) },
  );
  // the account is enrolled by now, whatever becomes of the fee: it can be set again from the profile
  if (input.fee !== null)
    await send(ports, act, { name: 'setFee', args: { fee: input.fee, open: input.open } }).catch(() => null);
  return vault;
};

/** The number of a new account's keyring. */
const FIRST = 1;

/** Seed, ways to it, and its words confirmed; or what an earlier try had made of them. */
const prepare = async (ports: Ports, act: Act, input: EnrolInput, transactions: number): Promise<Prepared> => {
  const { wallet, random } = ports;
  const account = wallet.account;
  const way = `${input.way}/${input.passphrase}`;
  if (input.prepared?.account === account && input.prepared.way === way) return input.prepared;
  const seed = random(32);
  const wraps: Wrap[] = [];
  if (input.way === 'wallet') {
    const rs = await signTwice(ports, act, unlockText(account, FIRST), transactions);
    const passphrase = input.passphrase ? { passphrase: input.passphrase } : {};
    wraps.push(await wrapWithWallet({ seed, account, number: FIRST, rs, ...passphrase, random }));
  }
  await input.confirmPhrase(wordsOf(phraseFromSeed(seed)));
  const prepared = { account, way, seed, wraps };
  input.onPrepared(prepared);
  return prepared;
};

/** Some wallets do not repeat a signature, and contract accounts have none; they would lock their owner out. @returns r‖s, 64 bytes */
export const signTwice = async (ports: Ports, act: Act, text: string, left: number) => {
  // its owners may sign for it, each time otherwise, and none of them is the account
  if (await ports.chain.isContract(ports.wallet.account))
    throw new SalusError('crypto/unrepeatable-signature', { contract: true });
  act.stage('wallet');
  const ask = async (purpose: 'enrol-first' | 'enrol-again', after: number) => {
    await act.prompt({ kind: 'signature', purpose, text, left: after });
    return checkSignature(ports.wallet.account, text, await signature(ports.wallet, act, text));
  };
  const first = await ask('enrol-first', left + 1);
  const again = await ask('enrol-again', left);
  // the wallet has answered: what takes time now is the passphrase
  act.stage('encrypt');
  checkRepeated(first, again);
  return first;
};
