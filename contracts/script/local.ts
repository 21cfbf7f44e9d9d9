/** A local chain and the contract on it: for `npm start`, `npm run gas` and the browser tests. */
import { createHash } from 'node:crypto';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { createPublicClient, createWalletClient, decodeErrorResult, defineChain, http, toHex, type Chain } from 'viem';
import { mnemonicToAccount, privateKeyToAccount } from 'viem/accounts';
import { salusAbi } from '../../src/chain/abi.ts';
import { salusBytecode } from '../../src/chain/bytecode.ts';
import { foundryBinary } from './foundry.ts';

/** Tells this version of the contract from another: the digest of its creation code. */
export const contractId = createHash('sha256').update(salusBytecode).digest('hex');

type Hex = `0x${string}`;
export type LocalAccount = { address: Hex; privateKey: Hex };
export type Anvil = { url: string; chainId: number; accounts: LocalAccount[]; stop(): Promise<void> };
/** `block` is the one that holds the deployment: no event of the contract is older. */
export type Deployment = { address: Hex; block: number; hash: Hex };

/** The chain id of a local chain, unless told otherwise. */
export const LOCAL_CHAIN_ID = 31337;
/** Foundry's public test phrase: its accounts are everybody's. */
const PHRASE = 'test test test test test test test test test test test junk';
const ACCOUNTS = 10;
const START_MS = 15_000;

/** The accounts that a local chain funds with 10,000 ether each. */
export const localAccounts = (): LocalAccount[] =>
  Array.from({ length: ACCOUNTS }, (_, addressIndex) => {
    const account = mnemonicToAccount(PHRASE, { addressIndex });
    return {
      address: account.address.toLowerCase() as Hex,
      privateKey: toHex(account.getHdKey().privateKey as Uint8Array),
    };
  });

/** @param url of the node @returns what viem needs to know of a chain it has no entry for */
export const chainAt = async (url: string): Promise<Chain> => {
  const id = await createPublicClient({ transport: http(url) }).getChainId();
  return defineChain({
    id,
    name: `chain ${id}`,
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: [url] } },
  });
};

/**
 * Starts anvil on 127.0.0.1 and waits until it answers. It ends with this process at the latest.
 * @param options.port 0 or none: a free one
 * @param options.blockTime seconds between blocks; none: a block for each transaction
 * @param options.state file from which the chain's state is read at the start, and to which it is written at the end
 * @throws Error with anvil's own words when it does not start
 */
export const startAnvil = async (
  options: { port?: number; blockTime?: number; chainId?: number; state?: string } = {},
): Promise<Anvil> => {
  const chainId = options.chainId ?? LOCAL_CHAIN_ID;
  const args = ['--host', '127.0.0.1', '--port', String(options.port ?? 0), '--chain-id', String(chainId)];
  args.push('--mnemonic', PHRASE, '--accounts', String(ACCOUNTS));
  if (options.blockTime !== undefined) args.push('--block-time', String(options.blockTime));
  if (options.state !== undefined) args.push('--state', options.state);

  const child = spawn(foundryBinary('anvil'), args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const stop = async () => {
    process.off('exit', kill);
    child.kill('SIGINT'); // on which it writes its state
    await ended;
  };

  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const lines = createInterface({ input: child.stdout });
  const url = await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`anvil did not start in ${START_MS / 1000} s\n${said}`)), START_MS);
    lines.on('line', (line) => {
      const port = /^Listening on 127\.0\.0\.1:(\d+)/.exec(line)?.[1];
      if (port === undefined) return;
      clearTimeout(timer);
      resolve(`http://127.0.0.1:${port}`);
    });
    child.once('error', reject);
    void ended.then(() => reject(new Error(`anvil ended at once\n${said}`)));
  }).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return { url, chainId, accounts: localAccounts(), stop };
};

/** The contract's own error inside viem's, in its words; anything else as it is. */
const inWords = (error: unknown): Error => {
  for (let e = error as { data?: unknown; cause?: unknown } | undefined; e; e = e.cause as typeof e) {
    if (typeof e.data !== 'string' || !e.data.startsWith('0x')) continue;
    const { errorName, args } = decodeErrorResult({ abi: salusAbi, data: e.data as Hex });
    return new Error(`the contract refuses: ${errorName}(${(args ?? []).join(', ')})`, { cause: error });
  }
  return error as Error;
};

/**
 * Deploys the contract and checks that its code is there.
 * @param options.founders at least three different addresses
 * @param options.privateKey of who pays; none: the first local account
 * @throws Error when the transaction fails or leaves no code
 */
export const deploySalus = async (
  rpcUrl: string,
  options: { founders: readonly Hex[]; privateKey?: Hex },
): Promise<Deployment> => {
  const chain = await chainAt(rpcUrl);
  const node = createPublicClient({ chain, transport: http(rpcUrl) });
  const account = privateKeyToAccount(options.privateKey ?? (localAccounts()[0] as LocalAccount).privateKey);
  const wallet = createWalletClient({ account, chain, transport: http(rpcUrl) });
  const args = [options.founders] as const;
  const hash = await wallet.deployContract({ abi: salusAbi, bytecode: salusBytecode, args }).catch((error: unknown) => {
    throw inWords(error);
  });
  const receipt = await node.waitForTransactionReceipt({ hash });
  const address = receipt.contractAddress;
  if (receipt.status !== 'success' || !address) throw new Error(`the deployment ${hash} reverted`);
  const code = await node.getCode({ address });
  if (!code) throw new Error(`there is no code at ${address}`);
  return { address: address.toLowerCase() as Hex, block: Number(receipt.blockNumber), hash };
};
