/** Handing records over as a file, and taking one in: the one route that needs nobody else at all. */
import { SalusError } from '../core/errors.ts';
import type { Address, Digest } from '../core/bytes.ts';
import type { Call, Options, ReadPorts } from './ports/index.ts';

type Files = Pick<ReadPorts, 'storage'>;

/** @property blob a CAR: ciphertext, and what was published · @property digests of what is in it */
export type HandedFile = { name: string; blob: Blob; digests: Digest[] };

/** Characters of a digest in a file's name: enough to tell a few files apart, and public anyway. */
const SHOWN = 8;
/** Bytes of a file that is taken in. */
const MOST = 16 * 1024 ** 3;

/** `salus-1a2b3c4d.car`, with how many more there are in it. */
export const fileNameOf = (digests: Digest[]): string => {
  const [first = '0x'] = digests;
  const more = digests.length > 1 ? `-and-${digests.length - 1}-more` : '';
  return `salus-${first.slice(2, 2 + SHOWN)}${more}.car`;
};

/**
 * Everything of these records in one file; what is not here is fetched first.
 * @param digests 1 to 64, in the order in which they are read @throws input/invalid when there are none, storage/not-found
 */
export const handOver = async ({ storage }: Files, digests: Digest[], options: Options = {}): Promise<HandedFile> => {
  const wanted = [...new Set(digests)];
  if (wanted.length === 0) throw new SalusError('input/invalid', { at: 'hand over' });
  return { name: fileNameOf(wanted), blob: await storage.exportCar(wanted, options), digests: wanted };
};

/** Takes in what somebody handed over. @returns the records in it @throws car/damaged, car/incomplete, car/foreign, input/too-large, storage/quota */
export const takeIn = async ({ storage }: Files, file: Blob, options: Options = {}): Promise<Digest[]> => {
  if (file.size > MOST) throw new SalusError('input/too-large', { size: file.size, limit: MOST });
  return storage.importCar(file, options);
};

/** What a person has published, null when nothing. @throws chain/key-unproven */
export const profileOf = async ({ chain }: Pick<ReadPorts, 'chain'>, account: Address): Promise<Digest | null> =>
  (await chain.provenKey(account)).profile;

const NAMED = ['record', 'request', 'reason', 'note', 'comment', 'profile', 'capability', 'bundle'];

/** What an act names that its reader will need: records, sealed keys, published words; of several acts in one, all of it, each once. */
export const recordsOf = (call: Call): Digest[] => {
  if (call.name === 'multicall') return [...new Set(call.args.calls.flatMap(recordsOf))];
  const args: Record<string, unknown> = call.args;
  return NAMED.map((name) => args[name]).filter(
    (d): d is Digest => typeof d === 'string' && /^0x[0-9a-f]{64}$/.test(d) && BigInt(d) !== 0n,
  );
};
