/** What taking a folder back from one reader costs while others stay: `revoke` and `rotate` in one transaction, as a wallet pays it. */
import { encodeFunctionData } from 'viem';
import { digest, openMeter, type Person } from '../../contracts/script/gasMeter.ts';
import { startAnvil } from '../../contracts/script/local.ts';
import { salusAbi } from '../../src/chain/abi.ts';

/** @property readers who stay · @property first gas of the owner's first time, `gas` of a later one · @property shareGas of bringing one reader in */
export type Rotation = { readers: number; gas: number; first: number; shareGas: number };

const data = (functionName: 'revoke' | 'rotate', args: unknown[]) =>
  encodeFunctionData({ abi: salusAbi, functionName, args } as never);

/** Two folders of so many readers and one more each, who is taken out. */
export const rotation = async (readers: number): Promise<Rotation> => {
  const anvil = await startAnvil();
  try {
    const m = await openMeter(anvil);
    const owner = await m.enrolled();
    const people: Person[] = [];
    for (let n = 0; n <= readers; n++) people.push(await m.person());
    for (let folder = 0; folder < 2; folder++) {
      const access = digest();
      for (const reader of people)
        await m.send(owner, 'share', [reader.address, digest(), reader === people[0] ? access : digest(), 0, 0]);
      const gone = people[0] as Person;
      const rotate = data('rotate', [(await m.count(owner)) + 1, digest(), digest(), digest()]);
      await m.send(owner, 'multicall', [[data('revoke', [gone.address, access]), rotate]]);
    }
    const { first, later } = m.measured.get('multicall') as { first: number; later: number };
    return { readers, gas: later, first, shareGas: m.measured.get('share')?.later ?? 0 };
  } finally {
    await anvil.stop();
  }
};
