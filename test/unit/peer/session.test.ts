import { ed25519 } from '@noble/curves/ed25519.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { privateKeyToAccount } from 'viem/accounts';
import { describe, expect, it, vi } from 'vitest';
import { sessions } from '../../../src/chain/session.ts';
import { toHex } from '../../../src/core/bytes.ts';
import type { Address } from '../../../src/core/bytes.ts';
import { peerIdentity } from '../../../src/crypto/peerId.ts';
import { readSession } from '../../../src/peer/session.ts';
import { bearerFor, digestOf, proofText } from '../../../src/storage/session.ts';
import { memoryService, record } from '../storage/memory.ts';
import { running } from './running.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 }); // megabytes, on machines that have other work

const NOW = Date.parse('2026-05-01T12:00:00Z');
const DAY = 24 * 3_600_000;
const HOST = 'peer.clinic:4012';
const account = privateKeyToAccount(`0x${'11'.repeat(32)}`);
const address = account.address.toLowerCase() as Address;
const { peerId, secret } = peerIdentity(new Uint8Array(32).fill(7), new Uint8Array(16));

const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const session = async (changed: Partial<Record<'issuedAt' | 'expiresAt', number>> = {}) => {
  const times = { issuedAt: NOW, expiresAt: NOW + 7 * DAY, ...changed };
  const place = { domain: 'salus.test:8080', uri: 'https://salus.test:8080/' };
  const request = { account: address, chainId: 31337, peerId, ...place, ...times, nonce: 'abcdefgh12345678' };
  const message = await sessions.build(request);
  return { message, signature: await account.signMessage({ message }), key: toHex(secret) };
};
type Session = Awaited<ReturnType<typeof session>>;
const shown = async (made: Session, host = HOST, at = NOW + DAY) => (await bearerFor(base64url(made), host, at))!;

const read = (bearer: string, now = NOW + DAY) => readSession(bearer, ['localhost:4012', HOST], () => now);
const whyNot = (bearer: string, now?: number): unknown => {
  try {
    return read(bearer, now);
  } catch (error) {
    expect(error).toMatchObject({ code: 'crypto/bad-signature' });
    return (error as { details: { why: string } }).details.why;
  }
};

describe('a session shown to a peer', () => {
  it('names who signed it', async () => expect(read(await shown(await session()))).toBe(address));

  it('is of no use at another peer, and not for long', async () => {
    expect(whyNot(await shown(await session(), 'other.clinic:4012'))).toBe('not for this peer');
    expect(whyNot(await shown(await session()), NOW + DAY + 3_700_000)).toBe('proof expired');
    expect(whyNot(await shown(await session(), HOST, NOW + DAY + 600_000))).toBe('proof expired');
  });

  it('never has the key of the device in it, and is not shown without', async () => {
    const made = await session();
    expect(Buffer.from(await shown(made), 'base64url').toString()).not.toContain(toHex(secret).slice(2));
    const { message, signature } = made;
    expect(await bearerFor(base64url({ message, signature }), HOST, NOW)).toBeNull();
    expect(whyNot(base64url({ message, signature }))).toBe('malformed');
  });

  it.each([
    ['after it ended', () => session(), NOW + 8 * DAY],
    ['before it began', () => session({ issuedAt: NOW + 2 * DAY }), NOW + DAY],
    ['when it would last too long', () => session({ expiresAt: NOW + 8 * DAY }), NOW + DAY],
  ])('is refused %s', async (_, make, now) => {
    expect(whyNot(await shown(await make(), HOST, now), now)).toBe('expired');
  });

  it('is refused when one word of it was changed', async () => {
    const { message, ...made } = await session();
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
      expect(whyNot(await shown({ message: altered, ...made }))).toMatch(/message|signature|uri/);
    }
  });

  it('is refused with another device, another wallet, or the same signature with a high s', async () => {
    const made = await session();
    expect(whyNot(await shown({ ...made, key: toHex(ed25519.utils.randomSecretKey()) }))).toBe('not for this peer');
    const { signature, message } = made;
    const other = await privateKeyToAccount(`0x${'22'.repeat(32)}`).signMessage({ message });
    const s = secp256k1.Point.Fn.ORDER - BigInt(`0x${signature.slice(66, 130)}`);
    const high = `${signature.slice(0, 66)}${s.toString(16).padStart(64, '0')}${signature.endsWith('1b') ? '1c' : '1b'}`;
    for (const bad of [other, high, '0x', signature.slice(0, -2), `${signature.slice(0, -2)}ff`])
      expect(whyNot(await shown({ ...made, signature: bad as `0x${string}` }))).toMatch(/signature|high s|malformed/);
    for (const noise of ['', 'x', base64url({}), base64url(null)]) expect(whyNot(noise)).toBe('malformed');
  });

  it('cannot be made of a proof for another session', async () => {
    const made = await session();
    const at = NOW + DAY;
    const proof = { at, signature: toHex(ed25519.sign(proofText(HOST, at, await digestOf('another')), secret)) };
    expect(whyNot(base64url({ ...made, proof }))).toBe('not for this peer');
  });
});

it('a peer that asks is shown a session made for it, and only then', async () => {
  const seen: (string | null)[] = [];
  const fetching: typeof fetch = (input, init) => {
    seen.push(new Headers(init?.headers).get('authorization'));
    return fetch(input, init);
  };
  const [open, asking] = [await running(), await running({ requireSession: true, members: [address] })];
  const strict = await running({ members: [`0x${'22'.repeat(20)}`] });
  const issuedAt = Date.now();
  const made = base64url(await session({ issuedAt, expiresAt: issuedAt + DAY }));
  const { storage } = await memoryService({ fetch: fetching });
  const at = (url: string) => storage.configure({ peers: [url], gateways: [], session: made });
  const { digest } = await record(storage, 1000);
  await at(open.url);
  await storage.push(digest);
  expect(new Set(seen)).toEqual(new Set([null]));
  await at(asking.url);
  expect((await storage.push(digest)).durable).toBe(true);
  await at(strict.url);
  await expect(storage.push(digest)).rejects.toMatchObject({ details: { status: 403, signIn: false } });
  await storage.configure({ peers: [asking.url], gateways: [] });
  await expect(storage.push(digest)).rejects.toMatchObject({ details: { status: 401, signIn: true } });

  // what another member put is not theirs to see or to remove
  const [bearer] = seen.filter((value) => value !== null);
  const pins = (headers: object) => fetch(`${asking.url}/pins`, { headers: headers as HeadersInit });
  expect((await pins({})).status).toBe(401);
  expect(await (await pins({ authorization: bearer! })).json()).toMatchObject({ count: 1 });
  await Promise.all([open.end(), asking.end(), strict.end()]);
});
