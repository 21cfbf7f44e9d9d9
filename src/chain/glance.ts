/**
 * A view, the height it was read at and the chain's number in one answer, so that the head of a timeline costs one request.
 * The call goes to no contract but carries a little code, which calls the contract and returns all three. Answers of up to
 * 24 KiB, since a node takes what the code returns for a contract's. @see EIP-170
 */
import type { Address, Hex } from '../core/bytes.ts';
import type { Node } from './node.ts';
import { isRefusal, revertData } from './reverts.ts';

/** @property chainId and `height` as the code saw them · @property data what the contract returned, `0x` where it has no code */
export type Glance = { chainId: number; height: number; data: Hex };

/** Nodes that refused such a call in this visit. */
const unable = new WeakSet<Node>();

/** Bytes of the code before the calldata that hangs behind it, and where the code goes on after a call that succeeded. */
const LENGTH = '45';
const SUCCEEDED = '35';

const code = (contract: Address, calldata: Hex): Hex =>
  `0x${[
    `60${LENGTH}380380`, // PUSH LENGTH · CODESIZE · SUB · DUP1: the size of the calldata, once for each use
    `60${LENGTH}600039`, // CODECOPY(0, LENGTH, size)
    `6000600082600073${contract.slice(2)}5afa`, // STATICCALL(GAS, contract, 0, size, 0, 0)
    '3d600060403e', // RETURNDATACOPY(64, 0, RETURNDATASIZE)
    `60${SUCCEEDED}57`, // JUMPI
    '3d6040fd', // REVERT(64, RETURNDATASIZE)
    '5b46600052', // JUMPDEST · MSTORE(0, CHAINID)
    '43602052', // MSTORE(32, NUMBER)
    '3d6040016000f3', // RETURN(0, 64 + RETURNDATASIZE)
    calldata.slice(2),
  ].join('')}`;

const WORD = 64;
const ANSWER = /^0x[0-9a-fA-F]{128,}$/;
const numberAt = (answer: string, word: number): number =>
  Number(`0x${answer.slice(2 + word * WORD, 2 + (word + 1) * WORD)}`);

/**
 * @param calldata of a view whose answer is short
 * @returns null where the node takes no such call, or the call reverts: then it is to be asked in single requests
 */
export const glance = async (node: Node, contract: Address, calldata: Hex): Promise<Glance | null> => {
  if (unable.has(node)) return null;
  try {
    const answer = await node.request<unknown>(
      'eth_call',
      [{ data: code(contract, calldata) }, 'latest'],
      undefined,
      true,
    );
    if (typeof answer !== 'string' || !ANSWER.test(answer)) throw Object.assign(new Error('no glance'), { code: 0 });
    const [chainId, height] = [numberAt(answer, 0), numberAt(answer, 1)];
    const data: Hex = `0x${answer.slice(2 + 2 * WORD)}`;
    if (Number.isSafeInteger(chainId) && Number.isSafeInteger(height)) return { chainId, height, data };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    if (revertData(error) !== null) return null;
  }
  unable.add(node);
  return null;
};
