/**
 * A node that lies well: it answers with another key for an account, and forges everything a node can forge to match, the events, the key's
 * hash and every word of the timeline. What it cannot forge is the account's own signature.
 */
import { decodeAbiParameters, encodeAbiParameters, hexToBytes, toHex, type AbiEvent, type Hex } from 'viem';
import { salusAbi } from '../../../src/chain/abi.ts';
import { decodeLog } from '../../../src/chain/events.ts';
import { advance } from '../../../src/chain/words.ts';
import { keyHash } from '../../../src/crypto/identity.ts';
import { chain, stack } from './chain.ts';

/** Replaces each of some hexadecimal strings by another, wherever it stands. */
export type Rewrite = (text: string) => string;

const hex64 = (word: bigint): string => word.toString(16).padStart(64, '0');

/** @param publicKey 1216 bytes to put in the place of the account's own @returns what the node does to all it answers */
export const forgeKey = async (account: Hex, publicKey: Uint8Array): Promise<Rewrite> => {
  const logs = await chain().getLogs({ address: stack.chain.contract, fromBlock: 0n, toBlock: 'latest' });
  const replaced: [string, string][] = [];
  let [word, forged] = [0n, 0n];
  for (const log of logs) {
    const real = decodeLog(log as { topics: Hex[]; data: Hex });
    if (!real || real.author !== account) continue;
    let { hash } = real;
    if (real.event === 'Enrolled') {
      const { inputs } = salusAbi.find((item) => item.type === 'event' && item.name === 'Enrolled') as AbiEvent;
      const plain = inputs.filter((input) => !input.indexed);
      const values = decodeAbiParameters(plain, log.data);
      const at = plain.findIndex((input) => input.name === 'recipient');
      const [own, other] = [values[at] as Hex, toHex(publicKey)];
      const data = encodeAbiParameters(plain, values.with(at, other));
      hash = decodeLog({ topics: log.topics as Hex[], data })?.hash ?? hash;
      replaced.push([own.slice(2), other.slice(2)]);
      replaced.push([keyHash(hexToBytes(own)).slice(2), keyHash(publicKey).slice(2)]);
    }
    word = advance(word, real.hash, Number(log.blockNumber));
    forged = advance(forged, hash, Number(log.blockNumber));
    replaced.push([hex64(word), hex64(forged)]);
  }
  return (text) => replaced.reduce((all, [from, to]) => all.replaceAll(from, to), text);
};
