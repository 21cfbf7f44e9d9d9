/** A real Safe on a local chain, 2 of 3: the wallet of a hospital whose acts need more than one person. @see https://docs.safe.global */
import { createRequire } from 'node:module';
import {
  concat,
  createPublicClient,
  createTestClient,
  createWalletClient,
  encodeAbiParameters,
  encodeFunctionData,
  hashMessage,
  http,
  parseAbi,
  parseEventLogs,
  zeroAddress,
  type Abi,
  type Hex,
} from 'viem';
import { generatePrivateKey, privateKeyToAccount, sign } from 'viem/accounts';

type Artifact = { abi: Abi; bytecode: Hex };
const artifact = (path: string): Artifact =>
  createRequire(import.meta.url)(`@safe-global/safe-smart-account/build/artifacts/contracts/${path}.json`) as Artifact;

const abi = parseAbi([
  'function setup(address[] owners, uint256 threshold, address to, bytes data, address fallbackHandler, address paymentToken, uint256 payment, address paymentReceiver)',
  'function nonce() view returns (uint256)',
  'function getTransactionHash(address to, uint256 value, bytes data, uint8 operation, uint256 safeTxGas, uint256 baseGas, uint256 gasPrice, address gasToken, address refundReceiver, uint256 nonce) view returns (bytes32)',
  'function execTransaction(address to, uint256 value, bytes data, uint8 operation, uint256 safeTxGas, uint256 baseGas, uint256 gasPrice, address gasToken, address refundReceiver, bytes signatures) payable returns (bool)',
  'function getMessageHash(bytes message) view returns (bytes32)',
  'function createProxyWithNonce(address singleton, bytes initializer, uint256 salt) returns (address)',
  'event ProxyCreation(address indexed proxy, address singleton)',
]);

const ETHER = 10n ** 18n;
const THRESHOLD = 2;

export type SafeCall = { to: Hex; data: Hex; value: bigint };
export type Safe = {
  address: Hex;
  /** What the Safe's wallet answers when it is asked to send: the hash of what its owners are to sign, which no node knows. */
  propose(call: SafeCall): Promise<Hex>;
  /** Two owners sign the oldest proposal, one of them sends it. @returns the transaction, mined */
  carryOut(): Promise<Hex>;
  /** Two owners' signatures, which the Safe itself confirms (ERC-1271). @param text as in `personal_sign` */
  signMessage(text: string): Promise<Hex>;
};

/** Deploys Safe, its handler and factory, and one Safe of three new owners. @param url of an anvil */
export const deploySafe = async (url: string): Promise<Safe> => {
  const node = createPublicClient({ transport: http(url), cacheTime: 0, pollingInterval: 20 });
  const test = createTestClient({ mode: 'anvil', transport: http(url) });
  const keys = [generatePrivateKey(), generatePrivateKey(), generatePrivateKey()];
  const owners = keys.map((key) => ({ key, account: privateKeyToAccount(key) }));
  // a Safe wants signatures in the order of their signers
  owners.sort((a, b) => (a.account.address.toLowerCase() < b.account.address.toLowerCase() ? -1 : 1));
  const [first] = owners as [(typeof owners)[0]];
  await test.setBalance({ address: first.account.address, value: 10n * ETHER });
  const wallet = createWalletClient({ account: first.account, transport: http(url) });
  const mined = async (hash: Hex) => {
    const receipt = await node.waitForTransactionReceipt({ hash });
    if (receipt.status !== 'success') throw new Error(`the Safe's transaction ${hash} reverted`);
    return receipt;
  };
  const deployed = async (path: string): Promise<Hex> => {
    const { abi: made, bytecode } = artifact(path);
    const { contractAddress } = await mined(await wallet.deployContract({ abi: made, bytecode, chain: null }));
    return contractAddress as Hex;
  };
  const singleton = await deployed('Safe.sol/Safe');
  const handler = await deployed('handler/CompatibilityFallbackHandler.sol/CompatibilityFallbackHandler');
  const factory = await deployed('proxies/SafeProxyFactory.sol/SafeProxyFactory');
  const setup = encodeFunctionData({
    abi,
    functionName: 'setup',
    args: [
      owners.map((o) => o.account.address),
      BigInt(THRESHOLD),
      zeroAddress,
      '0x',
      handler,
      zeroAddress,
      0n,
      zeroAddress,
    ],
  });
  const created = await mined(
    await wallet.writeContract({
      address: factory,
      abi,
      functionName: 'createProxyWithNonce',
      args: [singleton, setup, 1n],
      chain: null,
    }),
  );
  const [event] = parseEventLogs({ abi, logs: created.logs, eventName: 'ProxyCreation' });
  const address = (event as { args: { proxy: Hex } }).args.proxy.toLowerCase() as Hex;

  const signed = async (hash: Hex): Promise<Hex> =>
    concat(await Promise.all(owners.slice(0, THRESHOLD).map((o) => sign({ hash, privateKey: o.key, to: 'hex' }))));
  const fields = ({ to, value, data }: SafeCall) => [to, value, data, 0, 0n, 0n, 0n, zeroAddress, zeroAddress] as const;
  const hashOf = async (call: SafeCall, ahead: number): Promise<Hex> => {
    const nonce = await node.readContract({ address, abi, functionName: 'nonce' });
    const args = [...fields(call), nonce + BigInt(ahead)] as const;
    return node.readContract({ address, abi, functionName: 'getTransactionHash', args });
  };
  const waiting: SafeCall[] = [];
  return {
    address,
    propose: async (call) => {
      waiting.push(call);
      return hashOf(call, waiting.length - 1);
    },
    carryOut: async () => {
      const call = waiting.shift();
      if (!call) throw new Error('nothing was proposed');
      const args = [...fields(call), await signed(await hashOf(call, 0))] as const;
      const request = { address, abi, functionName: 'execTransaction', args, chain: null } as const;
      return (await mined(await wallet.writeContract(request))).transactionHash;
    },
    signMessage: async (text) => {
      const message = encodeAbiParameters([{ type: 'bytes32' }], [hashMessage(text)]);
      return signed(await node.readContract({ address, abi, functionName: 'getMessageHash', args: [message] }));
    },
  };
};
