/** People who share with each other, for tests: a patient, two doctors, and what each can open with what was given. */
import { toHex, type Digest } from '../../../src/core/bytes.ts';
import { randomIdentity } from '../../../src/crypto/identity.ts';
import { accredit } from '../../../src/flows/accredit.ts';
import { addCall, recipientsFor } from '../../../src/flows/adding.ts';
import { given, type Given } from '../../../src/flows/given.ts';
import { openRecord, type OpenRecord } from '../../../src/flows/openRecord.ts';
import { receivedFrom } from '../../../src/flows/received.ts';
import { fileOf } from '../../../src/flows/records.ts';
import { sealWhole } from '../../../src/flows/seal.ts';
import { send } from '../../../src/flows/send.ts';
import type { ShareInput } from '../../../src/flows/share.ts';
import type { Vault } from '../../../src/flows/vault.ts';
import { eventsOf } from '../../../src/flows/visits.ts';
import { idOf, type Folder } from '../../../src/record/folders.ts';
import type { Confidentiality } from '../../../src/record/manifest.ts';
import { FakeWorld, person } from '../../fakes/chain.ts';
import { Device } from '../../fakes/device.ts';
import type { Blocks } from '../../fakes/storage.ts';

const DOCTOR = { kind: 'doctor', name: 'Dr. A', qualification: 'MD', specialty: 'X', since: null, phone: '' } as const;

/** One person at one browser, unlocked. */
export type Side = { device: Device; vault: Vault };

export type Cast = { world: FakeWorld; peer: Blocks; hospital: Side; patient: Side; anna: Side; bob: Side; carl: Side };

const side = async (world: FakeWorld, peer: Blocks, name: string): Promise<Side> => {
  const device = new Device(world, person(name), peer);
  return { device, vault: await device.enroll() };
};

/** A patient, two accredited doctors, and Carl, whom no hospital vouches for. */
export const cast = async (): Promise<Cast> => {
  const world = new FakeWorld();
  const peer: Blocks = new Map();
  const at = new Device(world, world.founders[0]!, peer);
  const vault = await at.enroll({ profile: { kind: 'hospital', name: 'General', city: '', phone: '' } });
  const doctor = async (name: string): Promise<Side> => {
    const device = new Device(world, person(name), peer);
    const opened = await device.enroll({ profile: { ...DOCTOR, languages: [] }, fee: 1n });
    await accredit(at.ports, at.act, await at.ports.chain.account(device.wallet.account), 'doctor', '1');
    return { device, vault: opened };
  };
  const [anna, bob] = [await doctor('anna'), await doctor('bob')];
  const [patient, carl] = [await side(world, peer, 'patient'), await side(world, peer, 'carl')];
  return { world, peer, hospital: { device: at, vault }, patient, anna, bob, carl };
};

/** Adds a document to a folder of one's own. */
export const keep = async (
  { device: { ports, act }, vault }: Side,
  title: string,
  folder: Folder = 'labs',
  confidentiality: Confidentiality = 'N',
): Promise<OpenRecord> => {
  const { identity, recipient } = await randomIdentity(ports.random);
  const sealed = await ports.storage.sealFile(new File([`MARKER ${title}`], 'a.txt'), recipient);
  const recipients = recipientsFor(vault, idOf(folder), confidentiality);
  const { digest } = await sealWhole(
    ports,
    act,
    {
      kind: 'document',
      title,
      patient: vault.account,
      appointment: null,
      resources: [],
      folder: idOf(folder),
      confidentiality,
    },
    recipients,
    { identity, files: [{ ...sealed, name: 'a.txt', type: 'text/plain' }] },
  );
  await send(ports, act, addCall(vault, digest, recipients), { record: digest });
  return recordOf({ device: { ports } as Device, vault }, digest);
};

/** One's own record, opened. */
export const recordOf = async ({ device: { ports }, vault }: Side, digest: Digest): Promise<OpenRecord> => {
  const filed = fileOf(await eventsOf(ports, vault.account), vault.account).find((f) => f.ref.digest === digest);
  return openRecord(ports, vault, filed!.ref);
};

/** What Anna is given by default: the laboratory folder with all that is in it, until taken back. */
export const gift = (to: Side, over: Partial<ShareInput> = {}): ShareInput => ({
  to: to.vault.account,
  unaddressed: false,
  name: '',
  folders: [idOf('labs')],
  history: true,
  records: [],
  title: '',
  terms: { until: 0, delegable: false, rights: 'read' },
  re: 0,
  veryRestricted: false,
  ...over,
});

/** Titles of everything that a reader can open of a patient's file, with what it holds at this moment. Records given one by one stand by their own title. */
export const opens = async (reader: Side, patient: Side, seek = false): Promise<string[]> => {
  const { ports } = reader.device;
  const { received, events } = await receivedFrom(ports, reader.vault, patient.vault.account, seek);
  const titles = new Set<string>();
  const identities: string[] = [];
  const keys = new Map<Digest, { key: `0x${string}`; token: `0x${string}` }>();
  for (const { capability } of received) {
    if (capability?.kind === 'folder') identities.push(...capability.epochs.map((e) => e.identity));
    if (capability?.kind === 'record')
      keys.set(capability.record, { key: capability.manifestKey, token: capability.token });
  }
  const filed = fileOf(events, patient.vault.account);
  const open = async (
    digest: Digest,
    by: { identities?: string[]; key?: `0x${string}`; token?: `0x${string}` },
  ): Promise<void> => {
    const options = by.token ? { token: by.token } : {};
    const ref = filed.find((f) => f.ref.digest === digest)?.ref;
    if (!ref) return;
    const fileKey =
      by.key &&
      Uint8Array.from(
        by.key
          .slice(2)
          .match(/../g)!
          .map((b) => Number.parseInt(b, 16)),
      );
    const read = fileKey ? { fileKey } : { identities: by.identities ?? [] };
    const opened = await ports.storage.openManifest(digest, read, options).catch(() => null);
    if (!opened) return;
    const record = await openRecord(ports, reader.vault, { ...ref, key: toHex(opened.manifestKey) }, options);
    if (record.manifest.kind !== 'filing') titles.add(record.manifest.title);
    for (const a of record.manifest.attached) await open(a.digest, { key: a.key });
  };
  for (const { ref } of filed) {
    const key = keys.get(ref.digest);
    if (key) await open(ref.digest, key);
    else if (identities.length > 0) await open(ref.digest, { identities });
  }
  return [...titles].sort();
};

/** Everything the patient gave, newest first. */
export const givenBy = async ({ device, vault }: Side): Promise<Given[]> =>
  given(device.ports, vault, await device.ports.chain.now());
