/** One gift: a sealed capability and the call that names it. Sends nothing. */
import { NO_ADDRESS, fromHex, type Digest, type Hex } from '../core/bytes.ts';
import { accessOf, MAX_EPOCHS, type Capability } from '../crypto/capability.ts';
import { SalusError } from '../core/errors.ts';
import type { Identity } from '../crypto/identity.ts';
import type { FolderId } from '../record/folders.ts';
import { newToken, storeCapability } from './capabilities.ts';
import type { Call, Multicall, Ports } from './ports/index.ts';
import type { Rights } from './shareTerms.ts';
import type { Trusted } from './trust.ts';
import type { Vault } from './vault.ts';

/** A call that may stand beside others in one transaction. */
export type Inner = Multicall['args']['calls'][number];
export type ShareCall = Extract<Call, { name: 'share' }>;

/**
 * Whom and how long. `unaddressed`: the chain does not say to whom · `until`: Unix seconds, 0 = until taken back · `re`: the request it
 * answers, 0 = none · `token`: of a gift that this one takes the place of, 32 bytes; a fresh one else
 */
export type Terms = {
  key: Pick<Trusted, 'account' | 'recipient'>;
  unaddressed: boolean;
  until: number;
  delegable: boolean;
  re: number;
  token?: Hex;
};
/** What of a folder. `epochs`: oldest first, none where only writing is given · `recipient`: of the current epoch */
export type FolderGift = {
  folder: FolderId;
  rights: Rights;
  epochs: readonly { nonce: Digest; identity: Identity }[];
  recipient: string;
};
/** One record, or a filing. `key`: the 16-byte file key of its manifest */
export type RecordGift = { digest: Digest; key: Hex };

const give = async (ports: Ports, vault: Vault, terms: Terms, what: (common: Common) => Capability) => {
  const token = terms.token ?? newToken(ports.random).token;
  const access = accessOf(fromHex(token));
  const { until, delegable, re, key } = terms;
  const { chainId, contract } = ports.chain;
  const common = {
    version: 1,
    chainId,
    contract,
    patient: vault.account,
    to: key.account,
    token,
    until,
    delegable,
  } as const;
  const capability = await storeCapability(ports, [key.recipient, vault.identity.recipient], what(common));
  const grantee = terms.unaddressed ? NO_ADDRESS : key.account;
  return { name: 'share', args: { grantee, capability, access, until, re } } as const satisfies ShareCall;
};
type Common = Pick<Capability, 'version' | 'chainId' | 'contract' | 'patient' | 'to' | 'token' | 'until' | 'delegable'>;

/** @throws input/too-large beyond 256 epochs */
export const giveFolder = (ports: Ports, vault: Vault, terms: Terms, gift: FolderGift): Promise<ShareCall> => {
  if (gift.epochs.length > MAX_EPOCHS) throw new SalusError('input/too-large', { epochs: MAX_EPOCHS });
  const epochs = gift.epochs.map(({ nonce, identity }) => ({ nonce, identity: identity.identity }));
  const { folder, rights, recipient } = gift;
  return give(ports, vault, terms, (common) => ({ ...common, kind: 'folder', folder, epochs, recipient, rights }));
};

export const giveRecord = (ports: Ports, vault: Vault, terms: Terms, { digest, key }: RecordGift): Promise<ShareCall> =>
  give(ports, vault, terms, (common) => ({ ...common, kind: 'record', record: digest, manifestKey: key }));
