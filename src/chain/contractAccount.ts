/** Accounts that are contracts: a Safe, or any other whose code decides who acts for it. */
import type { Address, Hex } from '../core/bytes.ts';
import type { Nodes } from './nodes.ts';

/** What stands as code where an ordinary account lends itself another's: its key still signs. @see EIP-7702 */
const LENT = '0xef0100';

/** @returns what one node says: it only decides how the page waits, and for whose means it looks. Nothing is believed for it */
export const isContract = async (nodes: Nodes, address: Address): Promise<boolean> => {
  const code = await nodes.first<Hex>('eth_getCode', [address, 'latest']);
  return code.length > 2 && !code.toLowerCase().startsWith(LENT);
};
