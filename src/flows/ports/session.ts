/** Signing in with the wallet (ERC-4361). `src/chain/session.ts` builds, parses strictly and verifies; peers read the same text. */
import type { Address, Bytes, Hex } from '../../core/bytes.ts';

/** Times in ms since the epoch. */
export type SessionRequest = {
  account: Address;
  chainId: number;
  /** who is talking: derived from seed and device, so that another device is another session */
  peerId: string;
  /** host of the page, with its port */
  domain: string;
  uri: string;
  /** at least 8 alphanumeric characters */
  nonce: string;
  issuedAt: number;
  expiresAt: number;
};

export interface Sessions {
  /** @returns the ERC-4361 message for the wallet to sign */
  build(request: SessionRequest): Promise<string>;
  /**
   * @param signature 65 bytes, or a contract account's
   * @throws crypto/bad-signature when message, account, chain, domain, PeerId or time are not what was expected, or the signature is another's
   */
  verify(
    text: string,
    signature: Bytes | Hex,
    expected: Pick<SessionRequest, 'account' | 'chainId' | 'peerId' | 'domain'> & { now: number },
  ): Promise<SessionRequest>;
}
