/** Which accounts may bring records here: members by name, and whoever shows a hospital's voucher for this peer (EIP-712). */
import type { Address, Hex } from '../core/bytes.ts';
import { toHex } from '../core/bytes.ts';
import { SalusError, isSalusError } from '../core/errors.ts';
import type { Clock } from '../core/time.ts';
import { voucherData } from '../core/voucher.ts';
import { typedHash, typedSigner } from '../crypto/typedData.ts';
import { readVoucher } from '../crypto/voucher.ts';
import type { Reader } from './grants.ts';

/** `any`: every active hospital of the contract. */
export type Hospitals = Address[] | 'any';
export type Admission = {
  members: Address[];
  hospitals: Hospitals;
  /** `host:port` under which this peer is known */
  hosts: string[];
  /** null without access to the chain */
  contract: Address | null;
  chain: (() => Promise<Reader>) | null;
  clock: Clock;
};

const refuse = (why: string): never => {
  throw new SalusError('crypto/bad-signature', { why, http: [403, 'FORBIDDEN'] });
};

const isHospital = async (hospital: Address, { hospitals, chain }: Admission): Promise<boolean> => {
  if (hospitals !== 'any') return hospitals.includes(hospital);
  if (chain === null) return false;
  return (await (await chain()).hospitals()).some(({ address, active }) => active && address === hospital);
};

/** @param voucher as it was shown beside the session @throws crypto/bad-signature (403) unless the account may put */
export const admit = async (account: Address, voucher: string | undefined, admission: Admission): Promise<void> => {
  const { members, hospitals, hosts, contract, chain, clock } = admission;
  if (members.includes(account)) return;
  if (hospitals.length === 0) return members.length === 0 ? undefined : refuse('not a member');
  if (voucher === undefined) return refuse('a voucher is wanted');
  try {
    const shown = readVoucher(voucher);
    if (shown.account !== account) refuse('a voucher for another account');
    if (!hosts.includes(shown.peer)) refuse('a voucher for another peer');
    if (shown.until * 1000 <= clock()) refuse('the voucher has ended');
    if (contract !== null && shown.contract !== contract) refuse('a voucher of another contract');
    if (!(await isHospital(shown.hospital, admission))) refuse('no hospital of this peer');
    const data = voucherData(shown, shown.chainId, shown.contract);
    if (typedSigner(data, shown.signature) === shown.hospital) return;
    const hash: Hex = toHex(typedHash(data));
    if (chain === null || !(await (await chain()).isSignedBy(shown.hospital, hash, shown.signature)))
      refuse('the voucher is not signed by that hospital');
  } catch (error) {
    if (isSalusError(error, 'crypto/bad-signature')) throw error;
    throw new SalusError(
      'crypto/bad-signature',
      { why: 'the voucher cannot be read', http: [403, 'FORBIDDEN'] },
      error,
    );
  }
};
