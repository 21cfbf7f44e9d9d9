import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createPublicClient, http } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readDeployments, writeDeployment } from '../../../contracts/script/deployments.ts';
import { foundryBinary } from '../../../contracts/script/foundry.ts';
import { openKeystore } from '../../../contracts/script/keystore.ts';
import { deploySalus, localAccounts, startAnvil, type Anvil } from '../../../contracts/script/local.ts';
import { salusAbi } from '../../../src/chain/abi.ts';

const run = promisify(execFile);
let folder: string;
let anvil: Anvil;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'salus-scripts-'));
  anvil = await startAnvil();
}, 60_000);
afterAll(async () => {
  await anvil?.stop();
  rmSync(folder, { recursive: true });
});

const [payer, ...others] = localAccounts();
const founders = others.slice(0, 3).map((a) => a.address);

describe('local chain', () => {
  it('deploys with the founders as hospitals', async () => {
    const { address, block } = await deploySalus(anvil.url, { founders });
    const node = createPublicClient({ transport: http(anvil.url) });
    const [members, version] = await node.readContract({ address, abi: salusAbi, functionName: 'hospitals' });
    expect(members.map((m) => m.account.toLowerCase())).toEqual(founders);
    expect(version).toBe(0);
    expect(block).toBeGreaterThan(0);
    expect(await node.getCode({ address, blockNumber: BigInt(block - 1) })).toBeUndefined();
  });

  it('says why it did not deploy', async () => {
    await expect(deploySalus(anvil.url, { founders: founders.slice(1) })).rejects.toThrow(/TooFewHospitals/);
  });

  it('has the accounts that it names', () => {
    for (const a of anvil.accounts) expect(privateKeyToAccount(a.privateKey).address.toLowerCase()).toBe(a.address);
  });
});

describe('keystore', () => {
  const write = async (): Promise<string> => {
    const key = (payer as { privateKey: string }).privateKey;
    const args = ['wallet', 'import', 'payer', '--keystore-dir', folder, '--private-key', key];
    await run(foundryBinary('cast'), [...args, '--unsafe-password', 'correct horse']);
    return join(folder, 'payer');
  };

  it('opens what cast wrote, with its password only', async () => {
    const path = await write();
    expect(openKeystore(path, 'correct horse')).toBe(payer?.privateKey);
    expect(() => openKeystore(path, 'wrong horse')).toThrow(/wrong password/);
    const other = JSON.parse(readFileSync(path, 'utf8')) as { version: number };
    writeFileSync(join(folder, 'other'), JSON.stringify({ ...other, version: 1 }));
    expect(() => openKeystore(join(folder, 'other'), 'x')).toThrow(/version 3/);
    writeFileSync(join(folder, 'none'), 'nothing');
    expect(() => openKeystore(join(folder, 'none'), 'x')).toThrow(/is no keystore/);
  }, 60_000);
});

describe('deployments', () => {
  const contract = `0x${'11'.repeat(20)}`;
  it('keeps what people entered, and remembers the contract before', () => {
    const file = join(folder, 'deployments.json');
    writeDeployment(5, { contract, block: 7, founders, name: 'Five' }, 'http://a.example', file);
    const edited = readDeployments(file);
    Object.assign(edited.chains[5] as object, { explorer: 'https://explorer.example', rpcs: ['https://b.example'] });
    writeFileSync(file, JSON.stringify(edited));
    const next = `0x${'22'.repeat(20)}`;
    writeDeployment(5, { contract: next, block: 9, founders }, 'http://a.example', file);
    expect(readDeployments(file).chains[5]).toEqual({
      name: 'Five',
      contract: next,
      block: 9,
      founders,
      predecessors: [contract],
      rpcs: ['https://b.example'],
      explorer: 'https://explorer.example',
      peers: [],
      gateways: [],
      currency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    });
  });

  it('is refused in words', async () => {
    const deploy = (...args: string[]) =>
      run(process.execPath, ['contracts/script/deploy.ts', ...args]).then(
        () => 'deployed',
        (error: { stderr: string }) => error.stderr,
      );
    expect(await deploy()).toMatch(/--rpc needs/);
    expect(await deploy('--rpc', 'http://127.0.0.1:9')).toMatch(/no Ethereum node answers/);
    expect(await deploy('--rpc', anvil.url, '--founders', 'a,b,c')).toMatch(/a is not an address/);
    expect(await deploy('--rpc', anvil.url, '--founders', founders.slice(1).join())).toMatch(/at least three/);
    const missing = ['--keystore', join(folder, 'missing'), '--password-file', join(folder, 'password')];
    writeFileSync(join(folder, 'password'), 'x\n');
    expect(await deploy('--rpc', anvil.url, ...missing)).toMatch(/is no keystore/);
  }, 60_000);
});
