// @vitest-environment happy-dom
import { privateKeyToAccount } from 'viem/accounts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { encodeCall } from '../../../src/chain/calls.ts';
import { openWallets } from '../../../src/chain/index.ts';
import { Wallets } from '../../../src/chain/wallets.ts';
import { fromHex, NO_DIGEST, toHex, utf8, type Address } from '../../../src/core/bytes.ts';
import type { Call } from '../../../src/flows/ports/chain.ts';
import type { Deployment } from '../../../src/flows/ports/wallet.ts';
import { FakeProvider, refuse, silence } from './fakeProvider.ts';

const alice = privateKeyToAccount(`0x${'11'.repeat(32)}`);
const bob = privateKeyToAccount(`0x${'22'.repeat(32)}`);
const small = (a: { address: string }) => a.address.toLowerCase() as Address;
const deployment: Deployment = {
  chainId: 31_337,
  name: 'Local',
  contract: '0x5fbdb2315678afecb367f032d93f642f64180aa3',
  block: 1,
  founders: [],
  predecessors: [],
  rpcs: ['http://127.0.0.1:8545'],
  explorer: 'https://explorer.example',
  peers: [],
  gateways: [],
  currency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
};
const call: Call = { name: 'accept', args: { id: 1n, note: NO_DIGEST } };
const reading = { to: deployment.contract, selector: '0x00000000', signature: '', size: 4, args: [] } as const;
const quote = { gas: 60_000n, maxFee: 1n, value: 0n, balance: 10n, reading: { ...reading, args: [] } };

let provider: FakeProvider;
let wallets: Wallets;
type Legacy = { ethereum?: unknown };

beforeEach(() => {
  localStorage.clear();
  provider = new FakeProvider([alice.address, bob.address], 31_337);
  provider.announce('io.fox', 'Fox');
  wallets = new Wallets(deployment);
});
afterEach(() => {
  delete (window as Legacy).ethereum;
  vi.restoreAllMocks();
  silence();
});

describe('wallets', () => {
  it('are those that announce themselves, also late; without window.ethereum there is no generic one', async () => {
    const seen = vi.fn();
    wallets.onChange(seen);
    expect(wallets.wallets().filter((w) => w.id === 'io.fox')).toEqual([
      { id: 'io.fox', name: 'Fox', icon: 'data:image/svg+xml,<svg/>' },
    ]);
    new FakeProvider([], 1).announce('io.late', 'Late', 'https://tracker.example/icon.png');
    await vi.waitFor(() => expect(seen).toHaveBeenCalled());
    expect(wallets.wallets()).toContainEqual({ id: 'io.late', name: 'Late', icon: null });
    expect(wallets.wallets().some((w) => w.id === 'injected')).toBe(false);
  });

  it('include window.ethereum where it is none of those', async () => {
    (window as Legacy).ethereum = new FakeProvider([], 1);
    expect(wallets.wallets().at(-1)).toEqual({ id: 'injected', name: 'Browser wallet', icon: null });
    (window as Legacy).ethereum = provider;
    await wallets.reconnect();
    expect(wallets.wallets().some((w) => w.id === 'injected')).toBe(false);
  });

  it('connect through window.ethereum alone', async () => {
    const legacy = new FakeProvider([bob.address], 31_337);
    (window as Legacy).ethereum = legacy;
    expect(await wallets.connect('injected')).toMatchObject({ account: small(bob), walletName: 'Browser wallet' });
  });

  it('connect, say which account on which chain, and disconnect', async () => {
    expect(wallets.current()).toBeNull();
    expect(() => wallets.asWallet()).toThrow(expect.objectContaining({ code: 'wallet/none' }));
    const connection = await wallets.connect('io.fox');
    expect(connection).toEqual({ account: small(alice), chainId: 31_337, walletId: 'io.fox', walletName: 'Fox' });
    expect(wallets.current()).toEqual(connection);
    expect(await wallets.connect('io.fox')).toEqual(connection);
    await wallets.disconnect();
    expect(wallets.current()).toBeNull();
  });

  it.each([
    ['declined', refuse(4001), 'wallet/declined'],
    ['already asked', refuse(-32002), 'wallet/pending'],
  ])('say %s when they do not connect', async (_, error, code) => {
    provider.answers.wallet_requestPermissions = error;
    await expect(wallets.connect('io.fox')).rejects.toMatchObject({ code });
    expect(wallets.current()).toBeNull();
  });

  it('say none for one that is not there', async () => {
    await expect(wallets.connect('io.none')).rejects.toMatchObject({ code: 'wallet/none' });
  });

  it('are taken up again after a reload without a prompt, unless disconnected', async () => {
    await wallets.connect('io.fox');
    provider.asked.length = 0;
    const reloaded = new Wallets(deployment);
    expect(await reloaded.reconnect()).toMatchObject({ account: small(alice), walletId: 'io.fox' });
    expect(provider.asked.map((a) => a.method)).not.toContain('wallet_requestPermissions');
    expect(provider.asked.map((a) => a.method)).not.toContain('eth_requestAccounts');
    await reloaded.disconnect();
    expect(await new Wallets(deployment).reconnect()).toBeNull();
  });

  it('are not taken up again when locked or no longer allowed', async () => {
    await wallets.connect('io.fox');
    provider.locked = true;
    expect(await new Wallets(deployment).reconnect()).toBeNull();
  });

  it('keep nothing of the account between visits', async () => {
    await wallets.connect('io.fox');
    const kept = Object.entries({ ...localStorage }).join();
    expect(kept).toContain('io.fox');
    expect(kept.toLowerCase()).not.toContain(small(alice).slice(2));
  });

  it('work where the browser blocks localStorage', async () => {
    vi.spyOn(window, 'localStorage', 'get').mockImplementation(() => {
      throw new DOMException('blocked', 'SecurityError');
    });
    const blocked = new Wallets(deployment);
    expect(await blocked.reconnect()).toBeNull();
    expect(await blocked.connect('io.fox')).toMatchObject({ account: small(alice) });
    await blocked.disconnect();
  });

  it('follow the person to another account and chain, and notice a lock', async () => {
    await wallets.connect('io.fox');
    const seen = vi.fn();
    const stop = wallets.onChange(seen);
    provider.select(bob.address, alice.address);
    expect(wallets.current()?.account).toBe(small(bob));
    provider.move(1);
    expect(wallets.current()?.chainId).toBe(1);
    await vi.waitFor(() => expect(seen).toHaveBeenCalled());
    provider.select();
    await vi.waitFor(() => expect(wallets.current()).toBeNull());
    stop();
  });

  it('let the person choose another account', async () => {
    await wallets.connect('io.fox');
    provider.answers.wallet_requestPermissions = () => {
      provider.accounts = [bob.address];
      return [];
    };
    expect((await wallets.switchAccount()).account).toBe(small(bob));
    provider.answers.wallet_requestPermissions = refuse(4001);
    await expect(wallets.switchAccount()).rejects.toMatchObject({ code: 'wallet/declined' });
  });

  it('switch to our chain, adding it where it is unknown', async () => {
    provider = new FakeProvider([alice.address], 1);
    provider.announce('io.far');
    const far = new Wallets(deployment);
    await far.connect('io.far');
    await far.switchChain();
    expect(far.current()?.chainId).toBe(31_337);
    expect(provider.asked.find((a) => a.method === 'wallet_addEthereumChain')?.params).toEqual([
      {
        chainId: '0x7a69',
        chainName: 'Local',
        nativeCurrency: deployment.currency,
        rpcUrls: deployment.rpcs,
        blockExplorerUrls: [deployment.explorer],
      },
    ]);
  });

  it('say so when the person declines the switch, the wallet refuses the chain, or stays where it is', async () => {
    provider = new FakeProvider([alice.address], 1);
    provider.announce('io.far');
    const far = new Wallets(deployment);
    await far.connect('io.far');
    provider.answers.wallet_switchEthereumChain = refuse(4001);
    await expect(far.switchChain()).rejects.toMatchObject({ code: 'wallet/declined' });
    provider.answers.wallet_switchEthereumChain = refuse(4902);
    provider.answers.wallet_addEthereumChain = refuse(-32602, 'Expected an HTTPS URL');
    await expect(far.switchChain()).rejects.toMatchObject({ code: 'wallet/failed', details: { code: -32602 } });
    provider.answers.wallet_switchEthereumChain = null;
    await expect(far.switchChain()).rejects.toMatchObject({ code: 'chain/wrong-chain', details: { actual: 1 } });
  });

  it('lend their node to the comparison of heads only while on our chain', async () => {
    const chain = { useWallet: vi.fn() };
    const opened = await openWallets(deployment, chain as never);
    await opened.connect('io.fox');
    await vi.waitFor(() => expect(chain.useWallet).toHaveBeenLastCalledWith(provider));
    provider.move(1);
    await vi.waitFor(() => expect(chain.useWallet).toHaveBeenLastCalledWith(null));
    provider.move(31_337);
    await vi.waitFor(() => expect(chain.useWallet).toHaveBeenLastCalledWith(provider));
    await opened.disconnect();
    await vi.waitFor(() => expect(chain.useWallet).toHaveBeenLastCalledWith(null));
  });
});

describe('the connected wallet', () => {
  beforeEach(() => wallets.connect('io.fox'));

  it('signs text as hexadecimal and gives the 65 bytes back', async () => {
    provider.answers.personal_sign = ([message]: unknown[]) =>
      alice.signMessage({ message: { raw: message as `0x${string}` } });
    const text = 'Unlock ✓';
    const signature = await wallets.asWallet().sign(text);
    expect(signature).toHaveLength(65);
    expect(toHex(signature)).toBe(await alice.signMessage({ message: text }));
    expect(provider.asked.at(-1)).toEqual({ method: 'personal_sign', params: [toHex(utf8(text)), small(alice)] });
  });

  it('sends what was quoted, once, and gives the hash back', async () => {
    const hash = `0x${'ab'.repeat(32)}`;
    provider.answers.eth_sendTransaction = hash;
    const wallet = wallets.asWallet();
    expect([wallet.account, wallet.chainId]).toEqual([small(alice), 31_337]);
    expect(await wallet.send(call, { ...quote, value: 5n })).toBe(hash);
    const sent = provider.asked.filter((a) => /send/i.test(a.method));
    expect(sent).toEqual([
      {
        method: 'eth_sendTransaction',
        params: [
          {
            from: small(alice),
            to: deployment.contract,
            data: encodeCall(call),
            value: '0x5',
            gas: '0xea60',
            chainId: '0x7a69',
          },
        ],
      },
    ]);
  });

  it('takes the nonce of an earlier try that may still be mined', async () => {
    provider.answers.eth_sendTransaction = `0x${'ab'.repeat(32)}`;
    await wallets.asWallet().send(call, quote, 17);
    expect(provider.asked.at(-1)?.params).toEqual([expect.objectContaining({ nonce: '0x11' })]);
  });

  const nested = { code: -32603, message: 'Internal JSON-RPC error.', data: { code: 3, data: '0x2e9d7a8f' } };
  it.each([
    ['4001', refuse(4001, 'User rejected the request.'), 'wallet/declined'],
    ['4001 inside', refuse(-32603, 'wrapped', { originalError: { code: 4001 } }), 'wallet/declined'],
    [
      'a refusal in words',
      Object.assign(new Error('MetaMask Tx Signature: User denied transaction signature.')),
      'wallet/declined',
    ],
    ["ethers' code", Object.assign(new Error('x'), { code: 'ACTION_REJECTED' }), 'wallet/declined'],
    ["WalletConnect's code", refuse(5000), 'wallet/declined'],
    ['4100', refuse(4100), 'wallet/locked'],
    ['-32002', refuse(-32002), 'wallet/pending'],
    ['4901', refuse(4901), 'chain/wrong-chain'],
    ['too little money', refuse(-32000, 'insufficient funds for gas * price + value'), 'chain/insufficient-funds'],
    ['a revert inside', Object.assign(new Error('x'), nested), 'chain/reverted'],
    ['4900', refuse(4900), 'wallet/failed'],
    ['anything else', new Error('Internal JSON-RPC error.'), 'wallet/failed'],
    ["a device's refusal", refuse(-32603, 'Ledger: Device is locked'), 'wallet/device-locked'],
  ])('says %s in our words', async (_, error, code) => {
    provider.answers.eth_sendTransaction = error;
    await expect(wallets.asWallet().send(call, quote)).rejects.toMatchObject({ code });
    expect(provider.asked.filter((a) => /send/i.test(a.method))).toHaveLength(1);
  });

  it('refuses once the account changed or the wallet is locked, before anything is shown', async () => {
    const wallet = wallets.asWallet();
    // the event may be late: the wallet itself is asked
    provider.accounts = [bob.address];
    await expect(wallet.send(call, quote)).rejects.toMatchObject({ code: 'wallet/account-changed' });
    await expect(wallet.sign('x')).rejects.toMatchObject({ code: 'wallet/account-changed' });
    provider.locked = true;
    await expect(wallet.send(call, quote)).rejects.toMatchObject({ code: 'wallet/locked' });
    expect(provider.asked.some((a) => /send|sign/i.test(a.method))).toBe(false);
  });

  it('refuses to send on another chain, but signs there', async () => {
    const wallet = wallets.asWallet();
    provider.chainId = 1;
    await expect(wallet.send(call, quote)).rejects.toMatchObject({
      code: 'chain/wrong-chain',
      details: { expected: 31_337, actual: 1 },
    });
    expect(provider.asked.some((a) => /send/i.test(a.method))).toBe(false);
    provider.answers.personal_sign = `0x${'01'.repeat(65)}`;
    expect(await wallet.sign('x')).toEqual(fromHex('01'.repeat(65)));
  });

  it('refuses an answer that is no signature or hash', async () => {
    provider.answers.personal_sign = 'nonsense';
    await expect(wallets.asWallet().sign('x')).rejects.toMatchObject({ code: 'wallet/failed' });
    provider.answers.eth_sendTransaction = null;
    await expect(wallets.asWallet().send(call, quote)).rejects.toMatchObject({ code: 'wallet/failed' });
  });
});
