import { secp256k1 } from '@noble/curves/secp256k1.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { privateKeyToAccount } from 'viem/accounts';
import { describe, expect, it } from 'vitest';
import { sessions } from '../../../src/chain/session.ts';
import { toHex } from '../../../src/core/bytes.ts';
import type { Address } from '../../../src/core/bytes.ts';
import { authorizer, readSession } from '../../../src/peer/members.ts';
import { memoryService, record } from '../storage/memory.ts';
import { running } from './running.ts';

const NOW = Date.parse('2026-05-01T12:00:00Z');
const DAY = 24 * 3_600_000;
const account = privateKeyToAccount(`0x${'11'.repeat(32)}`);
const address = account.address.toLowerCase() as Address;
const peerId = '12D3KooWQHvbR8y4CWnFqmHaXJ8fndDq67SjrkfGWDTtpdXinRoc';

const request = {
  account: address,
  chainId: 31337,
  peerId,
  domain: 'salus.test:8080',
  uri: 'https://salus.test:8080/',
};
const tokenOf = (message: string, signature: string) =>
  Buffer.from(JSON.stringify({ message, signature })).toString('base64url');
const session = async (changed: Partial<Record<'issuedAt' | 'expiresAt', number>> = {}) => {
  const times = { issuedAt: NOW, expiresAt: NOW + 7 * DAY, ...changed };
  const message = await sessions.build({ ...request, ...times, nonce: 'abcdefgh12345678' });
  return { message, signature: await account.signMessage({ message }) };
};
const refused = expect.objectContaining({ code: 'crypto/bad-signature' });
const clock = () => NOW + DAY;
const throwing = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    return error;
  }
  return null;
};

describe('a session shown to a peer', () => {
  it('names who signed it', async () => {
    const { message, signature } = await session();
    expect(readSession(tokenOf(message, signature), clock)).toBe(address);
  });

  it.each([
    ['after it ended', () => session(), () => NOW + 8 * DAY],
    ['before it began', () => session({ issuedAt: NOW + 2 * DAY }), clock],
    ['when it would last too long', () => session({ expiresAt: NOW + 8 * DAY }), clock],
  ])('is refused %s', async (_, make, at) => {
    const { message, signature } = await make();
    expect(throwing(() => readSession(tokenOf(message, signature), at))).toEqual(refused);
  });

  it('is refused when one word of it was changed', async () => {
    const { message, signature } = await session();
    const changes: [string, string][] = [
      ['salus.test:8080 wants', 'evil.test wants'],
      ['Chain ID: 31337', 'Chain ID: 1'],
      ['Version: 1', 'Version: 2'],
      [account.address, '0x2222222222222222222222222222222222222222'],
      ['Resources:', 'Request ID: 1\nResources:'],
      [peerId, `${peerId}\n- https://evil.test`],
    ];
    for (const [from, to] of changes) {
      const altered = message.replace(from, to);
      expect(altered).not.toBe(message);
      expect(throwing(() => readSession(tokenOf(altered, signature), clock))).toEqual(refused);
    }
  });

  it('is refused with another signature, or the same one with a high s', async () => {
    const { message, signature } = await session();
    const other = await privateKeyToAccount(`0x${'22'.repeat(32)}`).signMessage({ message });
    const { r, s, v } = {
      r: signature.slice(2, 66),
      s: BigInt(`0x${signature.slice(66, 130)}`),
      v: signature.slice(130),
    };
    const high = (secp256k1.Point.Fn.ORDER - s).toString(16).padStart(64, '0');
    const malleable = `0x${r}${high}${v === '1b' ? '1c' : '1b'}`;
    for (const bad of [other, malleable, '0x', signature.slice(0, -2), `${signature.slice(0, -2)}ff`])
      expect(throwing(() => readSession(tokenOf(message, bad), clock))).toEqual(refused);
    for (const noise of ['', 'x', '{}', Buffer.from('null').toString('base64url')])
      expect(throwing(() => readSession(noise, clock))).toEqual(refused);
    expect(toHex(keccak_256(new Uint8Array(0))).slice(0, 10)).toBe('0xc5d24601');
  });

  it('opens a peer to members, its token opens it to whoever holds it', async () => {
    const { message, signature } = await session();
    const asks = (bearer?: string) => ({ headers: bearer ? { authorization: `Bearer ${bearer}` } : {} }) as never;
    const guard = { token: 'word', requireSession: true, members: [] as Address[], clock };
    const token = tokenOf(message, signature);
    for (const bearer of [token, 'word']) expect(throwing(() => authorizer(guard)(asks(bearer)))).toBeNull();
    for (const bearer of [undefined, 'wort']) expect(throwing(() => authorizer(guard)(asks(bearer)))).toEqual(refused);
    const others = { ...guard, members: ['0x2222222222222222222222222222222222222222' as Address] };
    expect(throwing(() => authorizer(others)(asks(token)))).toEqual(refused);
    expect(throwing(() => authorizer({ ...guard, token: null, requireSession: false })(asks()))).toBeNull();
  });
});

it('a peer that asks is shown the session, and only then', async () => {
  const shown: (string | null)[] = [];
  const fetching: typeof fetch = (input, init) => {
    shown.push(new Headers(init?.headers).get('authorization'));
    return fetch(input, init);
  };
  const [open, asking] = [await running(), await running({ requireSession: true, members: [address] })];
  const issuedAt = Date.now();
  const { message, signature } = await session({ issuedAt, expiresAt: issuedAt + DAY });
  const { storage } = await memoryService({ fetch: fetching });
  await storage.configure({ peers: [open.url], gateways: [], session: tokenOf(message, signature) });
  const { digest } = await record(storage, 1000);
  await storage.push(digest);
  expect(new Set(shown)).toEqual(new Set([null]));
  await storage.configure({ peers: [asking.url], gateways: [], session: tokenOf(message, signature) });
  expect((await storage.push(digest)).durable).toBe(true);
  expect(shown).toContain(`Bearer ${tokenOf(message, signature)}`);
  await Promise.all([open.end(), asking.end()]);
});
