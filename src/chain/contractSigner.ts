/** Signatures of contract accounts: their own code says whether they are. @see https://eips.ethereum.org/EIPS/eip-1271 */
import { encodeFunctionData, parseAbi } from 'viem';
import { toHex, type Address, type Bytes, type Hex } from '../core/bytes.ts';
import type { Nodes } from './nodes.ts';
import { revertData } from './reverts.ts';

const abi = parseAbi(['function isValidSignature(bytes32 hash, bytes signature) view returns (bytes4)']);
const VALID = '0x1626ba7e';

/**
 * @param hash 32 bytes, what was signed @returns true when the account is a contract and every node that answers says that it signed
 * @throws chain/unreachable
 */
export const isSignedBy = async (nodes: Nodes, account: Address, hash: Hex, signature: Bytes): Promise<boolean> => {
  const data = encodeFunctionData({ abi, functionName: 'isValidSignature', args: [hash, toHex(signature)] });
  const answers = await nodes.each(async (node) => {
    try {
      return await node.request<Hex>('eth_call', [{ to: account, data }, 'latest']);
    } catch (error) {
      if (revertData(error) === null) throw error;
      return '0x';
    }
  });
  return answers.every(({ value }) => typeof value === 'string' && value.length === 66 && value.startsWith(VALID));
};
