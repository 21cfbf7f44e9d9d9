/**
 * Vouchers: a hospital's word, signed as structured data (EIP-712), that an account may use its peer until a date. It opens no record and
 * moves nothing; the peer takes it beside the account's session.
 */
import { fromUtf8, toHex, utf8, type Address } from '../core/bytes.ts';
import { SalusError, isSalusError } from '../core/errors.ts';
import { voucherData, type VoucherTerms } from '../core/voucher.ts';
import { typedHash, typedHashes, typedSigner } from '../crypto/typedData.ts';
import { readVoucher, writeVoucher, type Voucher } from '../crypto/voucher.ts';
import { signature as askSignature, type Act } from './act.ts';
import type { Cabinet, Ports, ReadPorts } from './ports/index.ts';
import type { Vault } from './vault.ts';

export { readVoucher, type Voucher } from '../crypto/voucher.ts';

/** Seconds that a voucher may last. */
export const VOUCHER_LIFE = 366 * 86_400;
/** Vouchers that are kept. */
const MOST = 32;
const PREFIX = 'voucher/';

type Reading = Pick<ReadPorts, 'chain'>;

const refuse = (why: string, details: Record<string, unknown> = {}): never => {
  throw new SalusError('crypto/bad-signature', { at: 'voucher', why, ...details });
};

/** @throws chain/not-accredited unless it is an active hospital now */
const demandHospital = async ({ chain }: Reading, account: Address): Promise<void> => {
  const { hospital } = await chain.account(account);
  if (!hospital?.active) throw new SalusError('chain/not-accredited', { account, reason: 'no-hospital' });
};

/** @throws crypto/bad-signature unless the hospital, or its contract, signed these very terms */
const demandSigned = async ({ chain }: Reading, voucher: Voucher): Promise<void> => {
  const data = voucherData(voucher, voucher.chainId, voucher.contract);
  if (typedSigner(data, voucher.signature) === voucher.hospital) return;
  if (!(await chain.isSignedBy(voucher.hospital, toHex(typedHash(data)), voucher.signature)))
    refuse('signer', { account: voucher.hospital });
};

/**
 * One signature of a hospital's wallet; nothing is sent.
 * @param terms whom it lets in, at which peer (`host`, or `host:port`), until when (Unix seconds, at most {@link VOUCHER_LIFE} away)
 * @returns text for a link or a code @throws wallet/declined, chain/not-accredited, input/invalid, crypto/bad-signature
 */
export const signVoucher = async (ports: Ports, act: Act, terms: VoucherTerms): Promise<string> => {
  const { chain, wallet } = ports;
  act.stage('prepare');
  await demandHospital(ports, wallet.account);
  const left = terms.until - (await chain.now());
  if (!(left > 0 && left <= VOUCHER_LIFE)) throw new SalusError('input/invalid', { what: 'until', until: terms.until });
  const { chainId, contract } = chain;
  const data = voucherData(terms, chainId, contract);
  const voucher = { ...terms, hospital: wallet.account, chainId, contract, signature: new Uint8Array(1) };
  writeVoucher(voucher); // what cannot be written is not asked to be signed
  act.stage('wallet');
  const text = Object.entries(data.message).map(([name, value]) => `${name}: ${value}`);
  const { domain, message } = typedHashes(data);
  const hashes = { domain: toHex(domain), message: toHex(message) };
  await act.prompt({ kind: 'signature', purpose: 'voucher', text: text.join('\n'), left: 0, hashes });
  voucher.signature = await askSignature(wallet, act, data);
  await demandSigned(ports, voucher);
  return writeVoucher(voucher);
};

/**
 * @param text as {@link signVoucher} gave it to somebody @param account whom it must let in
 * @throws record/malformed; record/mismatch when it is for another account, chain or contract; input/invalid once it ended;
 * chain/not-accredited when the hospital is none (any more); crypto/bad-signature
 */
export const checkVoucher = async (ports: Reading, text: string, account: Address): Promise<Voucher> => {
  const { chain } = ports;
  const voucher = readVoucher(text);
  const expected = { chainId: chain.chainId, contract: chain.contract, account };
  for (const field of ['chainId', 'contract', 'account'] as const)
    if (voucher[field] !== expected[field]) throw new SalusError('record/mismatch', { what: 'voucher', field });
  if (voucher.until <= (await chain.now()))
    throw new SalusError('input/invalid', { what: 'voucher', why: 'ended', until: voucher.until });
  await demandHospital(ports, voucher.hospital);
  await demandSigned(ports, voucher);
  return voucher;
};

/** Checks a voucher and keeps it sealed: from now on it is shown to that peer, beside the session. @throws as {@link checkVoucher} */
export const takeVoucher = async (
  ports: Pick<Ports, 'chain' | 'cabinet'>,
  vault: Pick<Vault, 'account'>,
  text: string,
): Promise<Voucher> => {
  const voucher = await checkVoucher(ports, text, vault.account);
  const { cabinet } = ports;
  const kept = await cabinet.list(PREFIX);
  const name = PREFIX + voucher.peer;
  if (kept.length >= MOST && !kept.includes(name)) throw new SalusError('input/too-large', { limit: MOST });
  await cabinet.set(name, utf8(text));
  return voucher;
};

/** What storage shows to which peer. @param now ms; what ended is let go of */
export const keptVouchers = async (cabinet: Cabinet, now: number): Promise<{ host: string; voucher: string }[]> => {
  const vouchers: { host: string; voucher: string }[] = [];
  for (const name of await cabinet.list(PREFIX)) {
    const kept = await cabinet.get(name);
    if (!kept) continue;
    try {
      const voucher = fromUtf8(kept);
      const { peer, until } = readVoucher(voucher);
      if (until * 1000 > now) vouchers.push({ host: peer, voucher });
      else await cabinet.delete(name);
    } catch (error) {
      if (!isSalusError(error, 'record/malformed')) throw error;
      await cabinet.delete(name); // of an older version
    }
  }
  return vouchers;
};
