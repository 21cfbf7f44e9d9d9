/** Public profiles: published on purpose by doctors and hospitals, read by anyone. */
import type { Address, Digest } from '../core/bytes.ts';
import { encodeProfile, MAX_PROFILE_BYTES, parseProfile, PROFILE_FILE, type Profile } from '../record/profile.ts';
import type { Act } from './act.ts';
import type { Entry, Ports, ReadPorts } from './ports/index.ts';
import { send } from './send.ts';

/** Adds the profile to storage here; `send` pushes it before the wallet is asked. @returns the digest of its directory */
export const publishProfile = (ports: Pick<Ports, 'storage'>, act: Act, profile: Profile): Promise<Digest> => {
  act.stage('prepare');
  return ports.storage.publish([{ name: PROFILE_FILE, body: encodeProfile(profile) }]);
};

/** Publishes another profile in place of the old one; the old one stays readable to whoever has it. */
export const changeProfile = async (ports: Ports, act: Act, profile: Profile): Promise<Entry> => {
  const digest = await publishProfile(ports, act, profile);
  return send(ports, act, { name: 'setProfile', args: { profile: digest } }, { record: digest });
};

/** A doctor's fee in wei, and whether bookings are taken. */
export const changeFee = (ports: Ports, act: Act, fee: bigint, open: boolean): Promise<Entry> =>
  send(ports, act, { name: 'setFee', args: { fee, open } });

const isNone = (digest: unknown) => typeof digest !== 'string' || BigInt(digest) === 0n;

/** The digest of the latest profile the account itself signed, null when it has none. @throws chain/key-unproven */
export const profileDigest = async ({ chain }: Pick<ReadPorts, 'chain'>, account: Address): Promise<Digest | null> => {
  const { entries } = await chain.timeline(account, 'own');
  const latest = entries.find((e) => e.event === 'ProfileSet' || e.event === 'Enrolled');
  if (!latest || isNone(latest.args.profile)) return null;
  await chain.proveEntry(latest);
  return latest.args.profile as Digest;
};

/** @returns null when the account published none @throws storage/not-found, record/malformed */
export const readProfile = async (
  ports: Pick<ReadPorts, 'chain' | 'storage'>,
  account: Address,
  signal?: AbortSignal,
): Promise<Profile | null> => {
  const digest = await profileDigest(ports, account);
  if (!digest) return null;
  return parseProfile(
    await ports.storage.readPublic(digest, PROFILE_FILE, MAX_PROFILE_BYTES, signal ? { signal } : {}),
  );
};
