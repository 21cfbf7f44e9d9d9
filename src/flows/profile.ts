/**
 * Public profiles: published on purpose by doctors and hospitals, read by anyone. One directory holds all of it (profile, photo,
 * a doctor's answers to reviews), so every change takes over what it does not change from the newest one on the chain.
 */
import type { Address, Digest } from '../core/bytes.ts';
import { isSalusError, SalusError } from '../core/errors.ts';
import { isoWithZone } from '../core/time.ts';
import { MAX_PHOTO_BYTES, photoName, readPhoto, type Photo } from '../record/photo.ts';
import {
  encodePublished,
  MAX_PROFILE_BYTES,
  parsePublished,
  PROFILE_FILE,
  type Profile,
  type Published,
} from '../record/profile.ts';
import { reviewCid, type Reply } from '../record/review.ts';
import type { Act } from './act.ts';
import type { Entry, Ports, ReadPorts } from './ports/index.ts';
import { send } from './send.ts';

/** What is to be otherwise than it is. `photo: null` takes it away; `answer` with no words takes an answer away. */
export type Change = {
  profile?: Profile;
  photo?: Photo | null;
  answer?: { comment: Digest; text: string };
};
/** A directory as it is published, with the photo itself. */
type Whole = Omit<Published, 'photo'> & { photo: Photo | null };

/** Adds the profile to storage here; `send` pushes it before the wallet is asked. @returns the digest of its directory */
export const publishProfile = (
  ports: Pick<Ports, 'storage'>,
  act: Act,
  profile: Profile,
  photo: Photo | null = null,
): Promise<Digest> => {
  act.stage('prepare');
  return publish(ports, { profile, photo, replies: [] });
};

const publish = ({ storage }: Pick<Ports, 'storage'>, { profile, photo, replies }: Whole): Promise<Digest> =>
  storage.publish([
    { name: PROFILE_FILE, body: encodePublished({ profile, photo: photo?.type ?? null, replies }) },
    ...(photo ? [{ name: photoName(photo.type), body: photo.body }] : []),
  ]);

/**
 * Publishes another directory in place of the newest one; the old one stays readable to whoever has it. Where another device
 * published between our reading and our transaction, the change is made again on top of that one: no answer is lost.
 * @param anew leaves behind what is published now, when no place has it any more
 * @throws storage/not-found when what is published cannot be had, input/invalid when there is neither an old profile nor a new one
 */
export const changeProfile = async (ports: Ports, act: Act, change: Change, anew = false): Promise<Entry> => {
  act.stage('prepare');
  const { account } = ports.wallet;
  let base = await profileDigest(ports, account);
  let expected = base;
  for (let again = 0; ; again++) {
    const digest = await publish(ports, changed(ports, base && !anew ? await readWhole(ports, base) : null, change));
    const entry = await sendProfile(ports, act, digest, base);
    const before = await profileBefore(ports, account, entry);
    // a third device at work in the same minute is left alone
    if (anew || before === expected || again >= MOST_AGAIN) return entry;
    base = before;
    expected = digest;
  }
};

const MOST_AGAIN = 2;

/** A directory that was declined is not kept, unless it is the one that stands. */
const sendProfile = async (ports: Ports, act: Act, profile: Digest, base: Digest | null): Promise<Entry> => {
  try {
    return await send(ports, act, { name: 'setProfile', args: { profile } }, { record: profile });
  } catch (error) {
    if (isSalusError(error, 'wallet/declined') && profile !== base) await ports.storage.discard(profile);
    throw error;
  }
};

const changed = (ports: Ports, now: Whole | null, { profile, photo, answer }: Change): Whole => {
  const face = profile ?? now?.profile;
  if (!face) throw new SalusError('input/invalid', { at: 'profile' });
  const sent = isoWithZone(ports.clock(), ports.zone());
  const replies = now?.replies ?? [];
  return {
    profile: face,
    photo: photo === undefined ? (now?.photo ?? null) : photo,
    replies: answer ? answered(replies, { review: reviewCid(answer.comment), text: answer.text, sent }) : replies,
  };
};

const answered = (replies: Reply[], reply: Reply): Reply[] => {
  const others = replies.filter((r) => r.review !== reply.review);
  return reply.text.trim() === '' ? others : [...others, reply];
};

const readWhole = async (ports: Pick<ReadPorts, 'storage'>, digest: Digest): Promise<Whole> => {
  const published = await readPublished(ports, digest);
  return { ...published, photo: published.photo && (await readPublishedPhoto(ports, digest, published)) };
};

/** A doctor's fee in wei, and whether bookings are taken. */
export const changeFee = (ports: Ports, act: Act, fee: bigint, open: boolean): Promise<Entry> =>
  send(ports, act, { name: 'setFee', args: { fee, open } });

const isProfile = (e: Entry) => e.event === 'ProfileSet' || e.event === 'Enrolled';
const digestOf = (entry: Entry | undefined): Digest | null => {
  const digest = entry?.args.profile;
  return typeof digest === 'string' && BigInt(digest) !== 0n ? (digest as Digest) : null;
};

/** Entries asked for first: whoever published lately is read at once, a long timeline no further than needed. */
const FIRST = 64;

/** The newest entry for which it holds. */
const newest = async (
  { chain }: Pick<ReadPorts, 'chain'>,
  account: Address,
  is: (entry: Entry) => boolean,
): Promise<Entry | undefined> => {
  for (let limit = FIRST; ; limit *= 8) {
    const { entries, complete } = await chain.timeline(account, 'own', { limit });
    const found = entries.find(is);
    if (found || complete) return found;
  }
};

/** The digest of the latest profile the account itself signed, null when it has none. @throws chain/key-unproven */
export const profileDigest = async (ports: Pick<ReadPorts, 'chain'>, account: Address): Promise<Digest | null> => {
  const latest = await newest(ports, account, isProfile);
  const digest = digestOf(latest);
  if (latest && digest) await ports.chain.proveEntry(latest);
  return digest;
};

/** What stood before an entry of one's own timeline. */
const profileBefore = async (
  ports: Pick<ReadPorts, 'chain'>,
  account: Address,
  { count }: Entry,
): Promise<Digest | null> => digestOf(await newest(ports, account, (e) => e.count < count && isProfile(e)));

/** @param digest of the directory @throws storage/not-found, record/malformed */
export const readPublished = async (
  { storage }: Pick<ReadPorts, 'storage'>,
  digest: Digest,
  signal?: AbortSignal,
): Promise<Published> =>
  parsePublished(await storage.readPublic(digest, PROFILE_FILE, MAX_PROFILE_BYTES, signal ? { signal } : {}));

/** The photo beside a profile; its bytes say what it is. @throws storage/not-found, record/malformed, input/too-large */
export const readPublishedPhoto = async (
  { storage }: Pick<ReadPorts, 'storage'>,
  digest: Digest,
  { photo }: Published,
  signal?: AbortSignal,
): Promise<Photo | null> =>
  photo && readPhoto(await storage.readPublic(digest, photoName(photo), MAX_PHOTO_BYTES, signal ? { signal } : {}));

/** @returns null when the account published none @throws storage/not-found, record/malformed */
export const readProfile = async (
  ports: Pick<ReadPorts, 'chain' | 'storage'>,
  account: Address,
  signal?: AbortSignal,
): Promise<Profile | null> => {
  const digest = await profileDigest(ports, account);
  return digest && (await readPublished(ports, digest, signal)).profile;
};
