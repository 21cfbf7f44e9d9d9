/** A voucher of the first hospital for the stack's peer, signed from Node. */
import { privateKeyToAccount } from 'viem/accounts';
import { fromHex, type Address } from '../../../src/core/bytes.ts';
import { voucherData } from '../../../src/core/voucher.ts';
import { writeVoucher } from '../../../src/crypto/voucher.ts';
import { stack } from './chain.ts';
import { hospital } from './people.ts';

/** @param account whom it lets in @returns the text of its link */
export const voucherFor = async (account: Address): Promise<string> => {
  const { chainId, contract } = stack.chain;
  const terms = { account, peer: new URL(stack.peer.url).host, until: Math.floor(Date.now() / 1000) + 90 * 86_400 };
  const data = voucherData(terms, chainId, contract);
  const signature = await privateKeyToAccount(hospital.privateKey).signTypedData(data as never);
  return writeVoucher({ ...terms, hospital: hospital.address, chainId, contract, signature: fromHex(signature) });
};
