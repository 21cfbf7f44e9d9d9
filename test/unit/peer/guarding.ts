/** A guarding peer over a chain in memory, people who are signed in, and what they do on that chain. */
import { createHash } from 'node:crypto';
import { privateKeyToAccount } from 'viem/accounts';
import { sessions } from '../../../src/chain/session.ts';
import { NO_DIGEST, toHex, type Address, type Hex } from '../../../src/core/bytes.ts';
import { identityFromSecret } from '../../../src/crypto/identity.ts';
import type { Identity } from '../../../src/crypto/identity.ts';
import { peerIdentity } from '../../../src/crypto/peerId.ts';
import type { Call } from '../../../src/flows/ports/chain.ts';
import type { PeerOptions } from '../../../src/peer/peer.ts';
import { FakeWorld, person, type Person } from '../../fakes/chain.ts';
import { memoryService } from '../storage/memory.ts';
import { running } from './running.ts';

const HOUR = 3_600_000;

export const people = {
  hospital: person('hospital a'),
  alice: person('alice'),
  eve: person('eve'),
  drA: person('dr a'),
  drB: person('dr b'),
};

/** 32 bytes, and what stands on the chain for them. */
export const token = (n: number): { token: Hex; access: Hex } => {
  const bytes = new Uint8Array(32).fill(n);
  return { token: toHex(bytes), access: `0x${createHash('sha256').update(bytes).digest('hex')}` };
};

/** What storage is given of somebody who signed in. */
export const sessionOf = async (who: Person): Promise<string> => {
  const { peerId, secret } = peerIdentity(new Uint8Array(32).fill(7), new Uint8Array(16));
  const issuedAt = Date.now();
  const message = await sessions.build({
    account: who.account,
    chainId: 31337,
    peerId,
    domain: 'salus.test',
    uri: 'https://salus.test/',
    nonce: 'abcdefgh12345678',
    issuedAt,
    expiresAt: issuedAt + 24 * HOUR,
  });
  const signature = await privateKeyToAccount(who.privateKey).signMessage({ message });
  return Buffer.from(JSON.stringify({ message, signature, key: toHex(secret) })).toString('base64url');
};

/** A chain at today's time, and acts on it. */
export const worldOf = () => {
  const world = new FakeWorld();
  world.time = Math.floor(Date.now() / 1000);
  const act = (who: Person, call: Call): void => {
    world.submit(who.account, call);
    const { error } = world.sent.at(-1)!;
    if (error) throw error;
  };
  const keys = new Map<Address, Identity>();
  const enroll = async (who: Person, secret = 1): Promise<void> => {
    const key = await identityFromSecret(new Uint8Array(32).fill(secret));
    keys.set(who.account, key);
    const args = {
      expected: Number((world.rules.view(who.account).own >> 176n) & 0xffffffffffn),
      recipient: key.publicKey,
      keyring: new Uint8Array(9),
      successor: person('successor').account,
      nonce: NO_DIGEST,
      profile: NO_DIGEST,
    };
    act(who, { name: 'enroll', args });
  };
  const share = (who: Person, grantee: Address, access: Hex, until = 0): void =>
    act(who, { name: 'share', args: { grantee, capability: access, access, until, re: 0 } });
  const revoke = (who: Person, grantee: Address, access: Hex = NO_DIGEST): void =>
    act(who, { name: 'revoke', args: { grantee, access } });
  const delegate = (who: Person, patient: Address, colleague: Address, access: Hex, until = 0): void =>
    act(who, { name: 'delegate', args: { patient, colleague, capability: access, access, until } });
  const accredit = (who: Person): void =>
    act(people.hospital, {
      name: 'accredit',
      args: { account: who.account, role: 'doctor', licence: `0x${'07'.repeat(32)}` },
    });
  return { world, keys, act, enroll, share, revoke, delegate, accredit };
};
export type World = ReturnType<typeof worldOf>;

/** The chain as a peer reads it; `down` makes it fail. */
export const readerOf = (
  { world }: World,
  state: { down: boolean },
): NonNullable<NonNullable<PeerOptions['chain']>['reader']> => {
  const chain = world.chain();
  return new Proxy(chain, {
    get: (target, name) => {
      const value = Reflect.get(target, name) as unknown;
      if (typeof value !== 'function') return value;
      return async (...args: unknown[]) => {
        if (state.down) throw Object.assign(new Error('down'), { code: 'ECONNREFUSED' });
        return (value as (...a: unknown[]) => unknown).apply(target, args);
      };
    },
  }) as never;
};

/** @returns a peer that guards, reading the chain anew for each request unless told otherwise */
export const guardingPeer = (made: World, state = { down: false }, options: Partial<PeerOptions> = {}) =>
  running({ chain: { contract: made.world.contract, reader: readerOf(made, state) }, guardAge: 0, ...options });

/** A browser of somebody who is signed in, or of nobody. */
export const browser = async (url: string, who: Person | null) => {
  const made = await memoryService();
  await made.storage.configure({ peers: [url], gateways: [], session: who && (await sessionOf(who)) });
  return made;
};
