/** The chain, as a peer reads it: verified timelines of the accounts that guard records here, compared across all its nodes. */
import { openChain } from '../chain/index.ts';
import { httpNode } from '../chain/node.ts';
import type { Address, Hex } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import type { Reader } from './grants.ts';

/** @property rpcs URLs of nodes; all of them must say the same · @property reader in place of nodes */
export type ChainAccess = { contract: Address; rpcs?: string[]; reader?: Reader };
/** @property open the chain; throws while no node answers, and may be asked again */
export type Chain = { contract: Address; open: () => Promise<Reader> };

/** Opened when it is first needed: a peer starts without its nodes. */
export const chainOf = ({ contract, rpcs = [], reader }: ChainAccess): Chain => {
  let opened: Reader | null = reader ?? null;
  const chainId = async (): Promise<number> => {
    const failures: unknown[] = [];
    for (const rpc of rpcs) {
      try {
        return Number(await httpNode(rpc).request<Hex>('eth_chainId', []));
      } catch (error) {
        failures.push(error);
      }
    }
    throw new SalusError('chain/unreachable', { nodes: rpcs.length }, failures[0]);
  };
  const open = async (): Promise<Reader> => {
    opened ??= openChain({
      chainId: await chainId(),
      name: '',
      contract,
      block: 0,
      founders: [],
      predecessors: [],
      rpcs,
      explorer: null,
      peers: [],
      gateways: [],
      currency: { name: '', symbol: '', decimals: 18 },
    });
    return opened;
  };
  return { contract, open };
};
