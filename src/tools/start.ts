/**
 * `npm start`: a local chain with the contract, a peer and the page, until Ctrl-C. What was done is there again the next time;
 * `npm start -- --fresh` begins anew; `npm start -- --dev` serves the sources with live reload instead of the built page.
 */
import { join } from 'node:path';
import { build } from 'vite';
import { demoAccounts } from './accounts.ts';
import { endAll, root } from './run.ts';
import { forget, startStack, type Stack } from './stack.ts';

const folder = join(root, '.local/start');
if (process.argv.includes('--fresh')) forget(folder);
const dev = process.argv.includes('--dev');

const describe = ({ page, chain, peer }: Stack): string => {
  const accounts = demoAccounts.map((a) => `  ${a.name.padEnd(11)} ${a.address}  ${a.privateKey}`).join('\n');
  return `
  Salus      ${page.url}
  chain      ${chain.url}  (chain id ${chain.chainId}, contract ${chain.contract})
  peer       ${peer.url}

Demo accounts, 10,000 ETH each on this chain. Their keys are public: worthless, local only, never send anything real to them.
${accounts}

What to click
  1. In your wallet, import the keys of Hospital 1, Doctor 1 and Patient 1. The page offers to add the local chain.
  2. Open ${page.url} as Doctor 1: "I am a doctor", enrol with a profile and a fee.
  3. As Hospital 1: enrol, then Staff: accredit Doctor 1's address.
  4. As Patient 1: enrol, Doctors, book Doctor 1 with symptoms and a file.
  5. As Doctor 1: Queue, open the request, accept, prescribe.
  6. As Patient 1: open the prescription, rate; the fee is released. As Doctor 1: Earnings, withdraw.
  (Two browser profiles, one a person, are the most comfortable.)

Ctrl-C ends everything; the state stays in .local/start, "npm start -- --fresh" forgets it.
After --fresh, clear the activity of the accounts in your wallet (MetaMask: Settings, Advanced), or it counts on from the old chain.
`;
};

try {
  console.log('Building the page, starting a chain and a peer …');
  // what people try is what a static host would serve, its Content-Security-Policy included
  if (!dev) await build({ configFile: join(root, 'vite.config.ts'), logLevel: 'error' });
  const stack = await startStack({ folder, dist: !dev, ports: { chain: 8545, peer: 8550, page: 5173 } });
  console.log(describe(stack));
  let ending = false;
  const end = (): void => {
    if (ending) return;
    ending = true;
    console.log('\nEnding …');
    void stack.stop().finally(() => {
      endAll();
      process.exit(0);
    });
  };
  process.on('SIGINT', end);
  process.on('SIGTERM', end);
} catch (error) {
  console.error(error);
  endAll();
  process.exit(1);
}
