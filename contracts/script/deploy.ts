/**
 * `npm run deploy -- --rpc URL [--keystore PATH] [--password-file PATH] [--founders a,b,c] [--name NAME]`: deploys the contract and enters it into
 * `public/deployments.json`. The founders are the first hospitals; without them, and on a local chain only, three of its accounts. Without a
 * keystore, and on a local chain only, its first account pays.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createPublicClient, formatEther, getAddress, http, isAddress } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { salusBytecode } from '../../src/chain/bytecode.ts';
import { deploymentsFile, writeDeployment } from './deployments.ts';
import { askPassword, openKeystore } from './keystore.ts';
import { chainAt, deploySalus, LOCAL_CHAIN_ID, localAccounts } from './local.ts';

type Hex = `0x${string}`;

const options = {
  rpc: { type: 'string' },
  keystore: { type: 'string' },
  'password-file': { type: 'string' },
  founders: { type: 'string' },
  name: { type: 'string' },
} as const;
const usage =
  'npm run deploy -- --rpc URL [--keystore PATH] [--password-file PATH] [--founders a,b,c] [--name NAME]\n' +
  '  --founders  addresses of the first hospitals, at least three, separated by commas';

type Given = { rpc: string; keystore?: string; 'password-file'?: string; founders?: string; name?: string };

const read = (): Given => {
  const { values } = parseArgs({ options });
  if (!values.rpc || !URL.canParse(values.rpc)) throw new Error(`--rpc needs the address of a node\n${usage}`);
  return { ...values, rpc: values.rpc };
};

const founders = (given: string | undefined, local: boolean): Hex[] => {
  if (given === undefined) {
    if (!local) throw new Error(`--founders is needed: who are the first hospitals?\n${usage}`);
    return localAccounts()
      .slice(1, 4)
      .map((a) => a.address);
  }
  const list = given.split(',').map((a) => a.trim());
  const bad = list.find((a) => !isAddress(a, { strict: /[A-F]/.test(a) && /[a-f]/.test(a) }));
  if (bad !== undefined) throw new Error(`--founders: ${bad || '(nothing)'} is not an address`);
  const founders = list.map((a) => a.toLowerCase() as Hex);
  if (new Set(founders).size < 3 || new Set(founders).size < founders.length)
    throw new Error(`--founders: at least three different addresses are needed, not ${founders.length}`);
  return founders;
};

const privateKey = async (given: Given, local: boolean): Promise<Hex> => {
  if (given.keystore === undefined) {
    if (!local) throw new Error(`--keystore is needed: who pays?\n${usage}`);
    return (localAccounts()[0] as { privateKey: Hex }).privateKey;
  }
  const file = given['password-file'];
  const password = file
    ? readFileSync(file, 'utf8').replace(/\r?\n$/, '')
    : await askPassword(`Password of ${given.keystore}: `);
  return openKeystore(given.keystore, password);
};

const main = async (): Promise<void> => {
  const given = read();
  const chain = await chainAt(given.rpc).catch(() => {
    throw new Error(`no Ethereum node answers at ${given.rpc}`);
  });
  const local = chain.id === LOCAL_CHAIN_ID;
  const hospitals = founders(given.founders, local);
  const key = await privateKey(given, local);
  const payer = privateKeyToAccount(key).address;
  const balance = await createPublicClient({ chain, transport: http(given.rpc) }).getBalance({ address: payer });
  console.log(`chain     ${chain.id} at ${given.rpc}`);
  console.log(`payer     ${payer}, ${formatEther(balance)} ether`);
  hospitals.forEach((a, i) => console.log(`founder   ${i}: ${getAddress(a)}`));
  if (balance === 0n) throw new Error(`${payer} has nothing to pay the deployment with`);

  console.log(`deploying ${(salusBytecode.length - 2) / 2} bytes …`);
  const { address, block, hash } = await deploySalus(given.rpc, { founders: hospitals, privateKey: key });
  const name = given.name === undefined ? {} : { name: given.name };
  const entry = writeDeployment(chain.id, { contract: address, block, founders: hospitals, ...name }, given.rpc);
  console.log(`contract  ${address}\nblock     ${block}\nhash      ${hash}`);
  console.log(`written   ${deploymentsFile}, "${entry.name}"`);
  console.log(`nodes     ${entry.rpcs.join(', ')}: everybody can read these, so no address with a key in it`);
  if (local) console.log('This is a local chain: do not commit its entry.');
};

main().catch((error: unknown) => {
  const e = error as Error & { shortMessage?: string };
  console.error(`not deployed: ${e.shortMessage ?? e.message}`);
  process.exit(1);
});
