/**
 * Signing in to peers that ask who is talking: one signature lasts seven days on this device, and is kept sealed.
 * It opens nothing: records stay sealed whoever signs in.
 */
import { fromUtf8, toBase64, toHex, utf8 } from '../core/bytes.ts';
import { peerIdentity } from '../crypto/peerId.ts';
import { signature as askSignature, type Act } from './act.ts';
import type { Cabinet, Ports } from './ports/index.ts';
import type { Sessions } from './ports/session.ts';
import type { Vault } from './vault.ts';

/** ms */
export const SESSION_LIFE = 7 * 24 * 3600 * 1000;
/** Where the page stands. */
export type Site = { domain: string; uri: string };
type Kept = { token: string; expiresAt: number; domain: string };

const DEVICE = 'device';
const SESSION = 'session';

const deviceId = async ({ cabinet, random }: Pick<Ports, 'cabinet' | 'random'>) => {
  const kept = await cabinet.get(DEVICE);
  if (kept) return kept;
  const fresh = random(16);
  await cabinet.set(DEVICE, fresh);
  return fresh;
};

/**
 * For storage, kept sealed: base64url of `{"message", "signature", "key"}`. Peers are never shown the device's `key`, but
 * a fresh signature by it for each of them, so that none can use the session at another (`storage/session.ts`).
 */
const tokenOf = (message: string, signature: Uint8Array, key: Uint8Array): string =>
  toBase64(utf8(JSON.stringify({ message, signature: toHex(signature), key: toHex(key) })))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');

/** The session kept on this device, null when there is none or it ended. */
export const keptSession = async (cabinet: Cabinet, site: Site, now: number): Promise<string | null> => {
  const bytes = await cabinet.get(SESSION);
  if (!bytes) return null;
  const kept = JSON.parse(fromUtf8(bytes)) as Kept;
  return kept.expiresAt > now && kept.domain === site.domain ? kept.token : null;
};

/** One signature. @returns the session for storage @throws wallet/declined, crypto/bad-signature */
export const signIn = async (ports: Ports, sessions: Sessions, act: Act, vault: Vault, site: Site): Promise<string> => {
  act.stage('prepare');
  const { peerId, secret } = peerIdentity(vault.seed, await deviceId(ports));
  const issuedAt = ports.clock();
  const request = {
    account: vault.account,
    chainId: ports.chain.chainId,
    peerId,
    ...site,
    nonce: toHex(ports.random(12)).slice(2),
    issuedAt,
    expiresAt: issuedAt + SESSION_LIFE,
  };
  const text = await sessions.build(request);
  act.stage('wallet');
  await act.prompt({ kind: 'signature', purpose: 'sign-in', text, left: 0 });
  const signature = await askSignature(ports.wallet, act, text);
  await sessions.verify(text, signature, { ...request, now: ports.clock() });
  const token = tokenOf(text, signature, secret);
  const kept: Kept = { token, expiresAt: request.expiresAt, domain: site.domain };
  await ports.cabinet.set(SESSION, utf8(JSON.stringify(kept)));
  return token;
};

/** Forgets the session on this device. */
export const signOut = ({ cabinet }: Pick<Ports, 'cabinet'>): Promise<void> => cabinet.delete(SESSION);
