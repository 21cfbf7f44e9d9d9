import { expect, it } from 'vitest';
import { isSignedBy } from '../../../src/chain/contractSigner.ts';
import type { Node } from '../../../src/chain/node.ts';
import { Nodes } from '../../../src/chain/nodes.ts';

const ACCOUNT = `0x${'11'.repeat(20)}` as const;
const HASH = `0x${'22'.repeat(32)}` as const;
const YES = `0x1626ba7e${'0'.repeat(56)}`;

/** Nodes that answer the call with these, or fail. */
const asked = (...answers: (string | Error)[]): Promise<boolean> => {
  const nodes = answers.map((answer, i): Node => {
    const request = async (method: string): Promise<unknown> => {
      if (method === 'eth_chainId') return '0x7a69';
      if (answer instanceof Error) throw answer;
      return answer;
    };
    return { name: `node ${i}`, client: null as never, restsUntil: 0, request: request as Node['request'] };
  });
  return isSignedBy(new Nodes(nodes, 31_337, () => 0), ACCOUNT, HASH, new Uint8Array(65));
};
const reverted = Object.assign(new Error('execution reverted'), { code: 3, data: '0x' });

it('believes a contract’s yes when every node that answers says it', async () => {
  expect(await asked(YES)).toBe(true);
  expect(await asked(YES, YES)).toBe(true);
  expect(await asked(YES, new Error('away'))).toBe(true);
});

it('takes everything else for a no: ordinary accounts, reverts, other words, nodes that differ', async () => {
  for (const no of ['0x', `0x${'0'.repeat(64)}`, '0x1626ba7e', `${YES}00`, reverted])
    expect(await asked(no)).toBe(false);
  expect(await asked(YES, '0x')).toBe(false);
});

it('says so when nobody answers', async () => {
  await expect(asked(new Error('away'))).rejects.toMatchObject({ code: 'chain/unreachable' });
});
