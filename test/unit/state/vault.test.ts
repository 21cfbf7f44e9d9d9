/** The door: of two looks at accounts under way, only the later one counts. */
import { expect, it } from 'vitest';
import type { Address } from '../../../src/core/bytes.ts';
import type { Account, Ports } from '../../../src/flows/ports/index.ts';
import { Acts } from '../../../src/state/act.svelte.ts';
import { VaultState } from '../../../src/state/vault.svelte.ts';

const [first, second]: Address[] = [`0x${'1'.repeat(40)}`, `0x${'2'.repeat(40)}`];
/** A chain that answers when it is told to; nobody is enrolled. */
const door = () => {
  const asked = new Map<Address, (found: boolean) => void>();
  const account = (address: Address): Promise<Account> =>
    new Promise((resolve, reject) =>
      asked.set(address, (found) =>
        found ? resolve({ address, keyHash: '0x00' } as unknown as Account) : reject(new Error('unreachable')),
      ),
    );
  const ports = async () => ({ chain: { account } }) as unknown as Ports;
  const vault = new VaultState(ports, ports, new Acts(), async () => {});
  const answer = async (address: Address, found: boolean): Promise<void> => {
    await expect.poll(() => asked.has(address)).toBe(true);
    asked.get(address)?.(found);
  };
  return { vault, answer };
};

it('a wallet that left is not shown again by an answer that came late', async () => {
  const { vault, answer } = door();
  const look = vault.look(first as Address);
  await vault.look(null);
  await answer(first as Address, true);
  await look;
  expect([vault.status, vault.me]).toEqual(['unknown', null]);
});

it('the account chosen last is the one at the door, whoever is answered first', async () => {
  const { vault, answer } = door();
  const looks = [vault.look(first as Address), vault.look(second as Address)];
  await answer(second as Address, true);
  await answer(first as Address, false);
  await Promise.all(looks);
  expect([vault.status, vault.me?.address, vault.error]).toEqual(['absent', second, null]);
});

it('who is at the page follows what the account is now, and nobody books but doctors', () => {
  const { vault } = door();
  const as = (me: object) => {
    vault.me = { role: 'none', ...me } as unknown as Account;
    return [vault.persona, vault.unbooked];
  };
  expect(as({})).toEqual(['patient', false]);
  expect(as({ role: 'doctor' })).toEqual(['doctor', false]);
  for (const role of ['nurse', 'laboratory', 'pharmacy', 'research']) expect(as({ role })).toEqual(['doctor', true]);
  expect(as({ hospital: { active: true } })).toEqual(['hospital', false]);
  expect(as({ hospital: { active: false } })).toEqual(['hospital', false]);
  expect(as({ hospital: { active: false }, role: 'doctor' })).toEqual(['doctor', false]);
});
