/**
 * Adding to a folder of another's that one may write into, and perhaps not read: sealed to the folder's public key and to the author, who keeps what
 * they wrote and reads nothing else. Only accredited accounts write into another's file; what anybody else adds (family, a caregiver) is
 * a record of their own that they share with the patient, who takes it over.
 */
import { SalusError } from '../core/errors.ts';
import { toHex, type Hex } from '../core/bytes.ts';
import { isoWithZone } from '../core/time.ts';
import type { FolderCapability } from '../crypto/capability.ts';
import { accountIdentifier } from '../record/fhir.ts';
import { reportResource, type ReportWords } from '../record/report.ts';
import type { Act } from './act.ts';
import { newToken, storeCapability } from './capabilities.ts';
import type { Draft } from './draft.ts';
import type { Multicall, Entry, Ports } from './ports/index.ts';
import { recipientIn, rightNow } from './readersNow.ts';
import type { Received } from './received.ts';
import { distinct, hintFor, sealDraft, type About } from './seal.ts';
import { earlier, send } from './send.ts';
import { rememberKey, trustedKey, type Trusted } from './trust.ts';
import type { Vault } from './vault.ts';

/** What the author types. */
export type DropFields = ReportWords;

export type DropInput = {
  /** the right to write, opened */
  into: Pick<Received, 'grant' | 'capability'>;
  draft: Draft<DropFields>;
  /** the patient's changed key that the person has accepted, else null */
  acceptKey?: Hex | null;
};

/** The folder that may be written into, null where that is not among what was given. */
export const writable = ({ grant, capability }: Pick<Received, 'grant' | 'capability'>): FolderCapability | null =>
  grant.state === 'live' && capability?.kind === 'folder' && capability.rights !== 'read' ? capability : null;

/** Whether the contract lets this account add to another's file. */
export const mayAddDirectly = async ({ chain, wallet }: Pick<Ports, 'chain' | 'wallet'>): Promise<boolean> => {
  const me = await chain.account(wallet.account);
  return me.accredited || me.hospital?.active === true;
};

const check = ({ fields, files }: Draft<DropFields>): ReportWords => {
  const [title, words] = [fields.title.trim(), fields.words.trim()];
  if (!title || (!words && files.length === 0)) throw new SalusError('input/invalid', { at: 'report' });
  return { kind: fields.kind, title, words };
};

/**
 * @returns the entry that names it, in the verified timeline: Added, or Shared where it is shared with the patient
 * @throws input/invalid, record/ended when the right ended meanwhile, chain/key-unproven, chain/key-changed (details: account, now), chain/reverted
 */
export const addInto = async (ports: Ports, act: Act, vault: Vault, input: DropInput): Promise<Entry> => {
  const { draft } = input;
  const { patient } = input.into.grant;
  act.stage('prepare');
  const before = await earlier(ports, act, draft);
  if ('done' in before) return before.done;
  if (!writable(input.into)) throw new SalusError('input/invalid', { at: 'right' });
  const words = check(draft);
  const into = await rightNow(ports, vault, input.into.grant);
  const folder = writable(into);
  if (!folder) throw new SalusError('input/invalid', { at: 'right' });
  const key = await trustedKey(ports, patient, input.acceptKey ?? null);
  const { chainId } = ports.chain;
  const people = {
    patient: accountIdentifier(chainId, patient),
    author: accountIdentifier(chainId, vault.account),
    written: isoWithZone(ports.clock(), ports.zone()),
  };
  const about: About = {
    kind: 'report',
    title: words.title,
    patient,
    appointment: null,
    folder: folder.folder,
    resources: [reportResource(words, people, draft.files)],
  };
  const how = { draft, about, key, again: before.asked };
  const direct = await mayAddDirectly(ports);
  return direct ? drop(ports, act, vault, how, recipientIn(into)) : handIn(ports, act, vault, how);
};

type How = { draft: Draft<DropFields>; about: About; key: Trusted; again: boolean };

const drop = async (
  ports: Ports,
  act: Act,
  vault: Vault,
  { draft, about, key, again }: How,
  folder: string | null,
): Promise<Entry> => {
  // the patient has other keys since: those from before others may have by now, and the patient alone files it
  const recipient = folder ?? key.recipient;
  const recipients = distinct([recipient, vault.identity.recipient]);
  const record = await sealDraft(ports, act, draft, about, recipients, again);
  await rememberKey(ports, key);
  const args = { patient: key.account, record, via: 0n, hint: hintFor(recipient, record) };
  return send(ports, act, { name: 'add', args }, { record, draft: draft.name, again });
};

/** A record of one's own, and its key to the patient, in one transaction. */
const handIn = async (ports: Ports, act: Act, vault: Vault, { draft, about, key, again }: How): Promise<Entry> => {
  const own = vault.identity.recipient;
  const record = await sealDraft(ports, act, draft, { ...about, patient: vault.account }, [own], again);
  const { manifestKey } = await ports.storage.openManifest(record, { identities: vault.identities() });
  const { token, access } = newToken(ports.random);
  const capability = await storeCapability(ports, [key.recipient, own], {
    version: 1,
    kind: 'record',
    chainId: ports.chain.chainId,
    contract: ports.chain.contract,
    patient: vault.account,
    to: key.account,
    token,
    until: 0,
    delegable: false,
    record,
    manifestKey: toHex(manifestKey),
  });
  await rememberKey(ports, key);
  const calls: Multicall['args']['calls'] = [
    { name: 'add', args: { patient: vault.account, record, via: 0n, hint: hintFor(own, record) } },
    { name: 'share', args: { grantee: key.account, capability, access, until: 0, re: 0 } },
  ];
  const call = { name: 'multicall', args: { calls } } as const;
  return send(ports, act, call, { record, also: [capability], draft: draft.name, again });
};
