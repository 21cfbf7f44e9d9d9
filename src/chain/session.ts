/**
 * Signing in (ERC-4361): siwe builds and strictly parses, viem verifies. Its own lazy chunk.
 *
 * The PeerId stands among the resources as `p2p:<PeerId>`: a URI by RFC 3986 whose case is kept, as base58 needs
 * (a host, as in `ipns://…`, would be folded to lower case). One session has exactly that one resource.
 */
import { SiweMessage } from 'siwe';
import { createClient, http, getAddress, isAddressEqual, recoverMessageAddress, toHex, type Client } from 'viem';
import { verifyMessage } from 'viem/actions';
import type { Address, Bytes, Hex } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import type { SessionRequest, Sessions } from '../flows/ports/session.ts';

const STATEMENT = 'Sign in to Salus. This tells peers who is talking. It opens no record and sends nothing.';
const PEER = 'p2p:';
/** base58btc or base32: what libp2p writes PeerIds in */
const PEER_ID = /^[1-9A-HJ-NP-Za-km-z]{40,70}$|^[a-z2-7]{40,70}$/;
const NONCE = /^[0-9A-Za-z]{8,64}$/;
/** Milliseconds that clocks may differ. */
const SKEW = 5 * 60_000;
/** Longest life of a session: seven days. */
const LIFE = 7 * 24 * 3_600_000;

const refuse = (field: string, cause?: unknown): never => {
  throw new SalusError('crypto/bad-signature', { at: 'session', field }, cause);
};

const build = async (r: SessionRequest): Promise<string> => {
  if (!NONCE.test(r.nonce) || !PEER_ID.test(r.peerId))
    throw new SalusError('input/invalid', { at: 'session', field: NONCE.test(r.nonce) ? 'peerId' : 'nonce' });
  try {
    return new SiweMessage({
      domain: r.domain,
      address: getAddress(r.account),
      statement: STATEMENT,
      uri: r.uri,
      version: '1',
      chainId: r.chainId,
      nonce: r.nonce,
      issuedAt: new Date(r.issuedAt).toISOString(),
      expirationTime: new Date(r.expiresAt).toISOString(),
      resources: [PEER + r.peerId],
    }).prepareMessage();
  } catch (cause) {
    throw new SalusError('input/invalid', { at: 'session', field: 'message' }, cause);
  }
};

/** The message that says exactly this text, as siwe's grammar reads it. */
const parse = (text: string): SiweMessage => {
  try {
    const message = new SiweMessage(text);
    // what cannot be written the same way again is not what the wallet showed
    if (message.prepareMessage() === text) return message;
  } catch (cause) {
    return refuse('message', cause);
  }
  return refuse('message');
};

const time = (value: string | undefined, field: string): number => {
  const ms = value === undefined ? Number.NaN : Date.parse(value);
  return Number.isNaN(ms) ? refuse(field) : ms;
};

/** @returns what the message says, all of it */
const read = (text: string): SessionRequest => {
  const m = parse(text);
  const [resource, ...more] = m.resources ?? [];
  const peerId = resource?.startsWith(PEER) ? resource.slice(PEER.length) : '';
  if (m.version !== '1') refuse('version');
  if (m.scheme || m.notBefore || m.requestId || more.length > 0) refuse('fields');
  if (m.statement !== STATEMENT) refuse('statement');
  if (!PEER_ID.test(peerId)) refuse('peerId');
  if (!NONCE.test(m.nonce)) refuse('nonce');
  return {
    account: m.address.toLowerCase() as Address,
    chainId: m.chainId,
    peerId,
    domain: m.domain,
    uri: m.uri,
    nonce: m.nonce,
    issuedAt: time(m.issuedAt, 'issuedAt'),
    expiresAt: time(m.expirationTime, 'expirationTime'),
  };
};

const check = (said: SessionRequest, expected: Parameters<Sessions['verify']>[2]): void => {
  for (const field of ['account', 'chainId', 'peerId', 'domain'] as const)
    if (said[field] !== expected[field]) refuse(field);
  if (URL.parse(said.uri)?.host !== said.domain) refuse('uri');
  if (said.issuedAt > expected.now + SKEW) refuse('issuedAt');
  if (said.expiresAt <= expected.now || said.expiresAt - said.issuedAt > LIFE) refuse('expirationTime');
};

/** @returns true when the account signed it, or its contract says so (ERC-1271, ERC-6492) */
const signedBy = async (account: Address, message: string, signature: Hex, client?: Client): Promise<boolean> => {
  const signer = await recoverMessageAddress({ message, signature }).catch(() => null);
  if (signer && isAddressEqual(signer, account)) return true;
  return client ? verifyMessage(client, { address: account, message, signature }) : false;
};

/** @param client of a node, for contract accounts; without one only ordinary accounts can sign in */
export const openSessions = (client?: Client): Sessions => ({
  build,
  verify: async (text, signature: Bytes | Hex, expected) => {
    const said = read(text);
    check(said, expected);
    const hex = typeof signature === 'string' ? signature : toHex(signature);
    if (!(await signedBy(said.account, text, hex, client))) refuse('signature');
    return said;
  },
});

/** For ordinary accounts. */
export const sessions: Sessions = openSessions();

/** For contract accounts too, which are asked through a node. @param rpc its URL */
export const sessionsOf = (rpc: string): Sessions => openSessions(createClient({ transport: http(rpc) }));
