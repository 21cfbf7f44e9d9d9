import { privateKeyToAccount } from 'viem/accounts';
import { describe, expect, it } from 'vitest';
import { Contract, ethers } from '../../../src/chain/ethersShim.ts';
import { sessions } from '../../../src/chain/session.ts';
import type { Address } from '../../../src/core/bytes.ts';
import type { SessionRequest } from '../../../src/flows/ports/session.ts';

const alice = privateKeyToAccount(`0x${'11'.repeat(32)}`);
const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);
const WEEK = 7 * 24 * 3_600_000;
const request: SessionRequest = {
  account: alice.address.toLowerCase() as Address,
  chainId: 31_337,
  peerId: '12D3KooWGC6TvWhfapngX6wvJHMYvKpDMXPb3ZnCZ6dMoaMtimQ5',
  domain: '127.0.0.1:5173',
  uri: 'http://127.0.0.1:5173/',
  nonce: '0123456789abcdef01234567',
  issuedAt: NOW,
  expiresAt: NOW + WEEK,
};
const expected = { ...request, now: NOW + 1000 };

/** Signs whatever text, so that only the text decides. */
const verify = async (text: string, e = expected) =>
  sessions.verify(text, await alice.signMessage({ message: text }), e);
const refused = (field: string) =>
  expect.objectContaining({ code: 'crypto/bad-signature', details: { at: 'session', field } });

describe('a session', () => {
  it('is an ERC-4361 message that names page, account, chain, PeerId and time', async () => {
    const text = await sessions.build(request);
    expect(text.split('\n')).toEqual([
      '127.0.0.1:5173 wants you to sign in with your Ethereum account:',
      alice.address,
      '',
      'Sign in to Salus. This tells peers who is talking. It opens no record and sends nothing.',
      '',
      'URI: http://127.0.0.1:5173/',
      'Version: 1',
      'Chain ID: 31337',
      'Nonce: 0123456789abcdef01234567',
      'Issued At: 2026-01-02T03:04:05.000Z',
      'Expiration Time: 2026-01-09T03:04:05.000Z',
      'Resources:',
      `- p2p:${request.peerId}`,
    ]);
    expect(await verify(text)).toEqual(request);
  });

  it('is refused for another account, chain, PeerId or page', async () => {
    const text = await sessions.build(request);
    for (const [field, value] of Object.entries({
      account: '0x00000000000000000000000000000000000000aa',
      chainId: 1,
      peerId: `${request.peerId.slice(0, -1)}6`,
      domain: 'evil.example',
    }))
      await expect(verify(text, { ...expected, [field]: value })).rejects.toEqual(refused(field));
  });

  it('is refused before it began, once it ended, and when it lasts longer than seven days', async () => {
    const text = await sessions.build(request);
    await expect(verify(text, { ...expected, now: NOW + WEEK })).rejects.toEqual(refused('expirationTime'));
    await expect(verify(text, { ...expected, now: NOW - 3_600_000 })).rejects.toEqual(refused('issuedAt'));
    const long = await sessions.build({ ...request, expiresAt: NOW + WEEK + 1 });
    await expect(verify(long)).rejects.toEqual(refused('expirationTime'));
  });

  it.each([
    ['junk after the message', (t: string) => `${t}\njunk`, 'message'],
    ['a final newline', (t: string) => `${t}\n`, 'message'],
    ['another version', (t: string) => t.replace('Version: 1', 'Version: 2'), 'message'],
    ['a short nonce', (t: string) => t.replace(request.nonce, '1234567'), 'message'],
    ['an address in lower case', (t: string) => t.replace(alice.address, alice.address.toLowerCase()), 'message'],
    ['another statement', (t: string) => t.replace('It opens no record', 'It opens every record'), 'statement'],
    ['a second resource', (t: string) => `${t}\n- p2p:${request.peerId}`, 'fields'],
    ['a resource of another kind', (t: string) => t.replace('p2p:', 'ipns://'), 'peerId'],
    ['no end', (t: string) => t.replace(/Expiration Time: .*\n/, ''), 'expirationTime'],
    ['a request id', (t: string) => t.replace('Resources:', 'Request ID: x\nResources:'), 'fields'],
    ['another place', (t: string) => t.replace('URI: http://127.0.0.1:5173/', 'URI: http://evil.example/'), 'uri'],
  ])('is refused with %s, though its signature is good', async (_, change, field) => {
    await expect(verify(change(await sessions.build(request)))).rejects.toEqual(refused(field));
  });

  it("is refused with another's signature, or a broken one", async () => {
    const text = await sessions.build(request);
    const mallory = privateKeyToAccount(`0x${'22'.repeat(32)}`);
    const others = await mallory.signMessage({ message: text });
    await expect(sessions.verify(text, others, expected)).rejects.toEqual(refused('signature'));
    await expect(sessions.verify(text, '0x1234', expected)).rejects.toEqual(refused('signature'));
  });

  it('is not built with a nonce that can be guessed, or what is no PeerId', async () => {
    await expect(sessions.build({ ...request, nonce: '1234567' })).rejects.toMatchObject({ code: 'input/invalid' });
    await expect(sessions.build({ ...request, nonce: 'with-dash-' })).rejects.toMatchObject({ code: 'input/invalid' });
    await expect(sessions.build({ ...request, peerId: 'x y' })).rejects.toMatchObject({ code: 'input/invalid' });
  });
});

describe("siwe's stand-in for ethers", () => {
  it('spells addresses (EIP-55) and hashes messages (EIP-191), and leaves verifying to viem', () => {
    expect(ethers.getAddress('0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed')).toBe(
      '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed',
    );
    expect(ethers.hashMessage('Hello World')).toBe(
      '0xa1de988600a42c4b4ab089b619297c17d53cffae5d5120d82d8a92d0bb3b78f2',
    );
    expect(() => ethers.verifyMessage()).toThrow();
    expect(() => new Contract()).toThrow();
  });
});
