/** A transaction that waits, is sped up, or is taken back in the wallet: the page never shows it as pending for ever, and pays once. */
import { expect } from '@playwright/test';
import { createWalletClient, http, type Hex } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import * as act from './support/acts.ts';
import { chain, rpc, stack } from './support/chain.ts';
import { bookingOf, nonce, reads } from './support/faults.ts';
import { marker } from './support/files.ts';
import { enrolled, enrolledDoctor, test, type Account } from './support/people.ts';
import { words } from './support/words.ts';

/** In the wallet: another transaction under the nonce of the newest one that waits. @param cancel sends nothing to oneself instead of the same call */
const replace = async (account: Account, waiting: Hex, cancel: boolean): Promise<void> => {
  const old = await chain().getTransaction({ hash: waiting });
  const signer = privateKeyToAccount(account.key);
  const client = createWalletClient({ account: signer, transport: http(stack.chain.url, { retryCount: 0 }) });
  await client.sendTransaction({
    chain: null,
    nonce: old.nonce,
    gas: old.gas,
    maxFeePerGas: (old.maxFeePerGas ?? 0n) * 3n,
    maxPriorityFeePerGas: (old.maxPriorityFeePerGas ?? 0n) * 3n,
    ...(cancel ? { to: signer.address, value: 0n } : { to: old.to, data: old.input, value: old.value }),
  } as unknown as Parameters<typeof client.sendTransaction>[0]);
};

test.afterEach(() => rpc('evm_setAutomine', [true]));

test('is cancelled in the wallet, then sent again, waits long, and is sped up', async ({ cast }) => {
  const [doctor, account] = [await enrolledDoctor(), await enrolled()];
  const patient = await cast.arrive('patient', account);
  const { page } = patient;
  await page.clock.install();
  await page.goto(`${stack.page.url}${bookingOf(doctor)}`);
  await act.connect(patient);
  await act.unlock(patient);
  await act.agreeToPlaces(patient);
  const symptoms = marker('symptoms');
  await act.writeBooking(patient, { symptoms });
  const waiting = async (): Promise<Hex> => {
    const { transactions } = await rpc<{ transactions: Hex[] }>('eth_getBlockByNumber', ['pending', false]);
    return transactions.at(-1) as Hex;
  };
  const sent = page.getByRole('dialog').getByText(words('act.stageWhy.sent'));

  await rpc('evm_setAutomine', [false]);
  await act.button(page, 'book.go').click();
  await act.goOn(patient, 'act.call.book');
  await expect(sent).toBeVisible();
  // the page has seen it wait: one that it never saw counts as gone only after half a minute
  await expect.poll(() => patient.proxy.sent.some((s) => s.body.includes('eth_getTransactionByHash'))).toBe(true);
  await replace(account, await waiting(), true);
  await rpc('evm_mine');
  await reads(page.getByRole('dialog'), 'replaced');
  await act.button(page, 'common.close').last().click();
  await expect(page.getByLabel(words('book.symptoms'))).toHaveValue(symptoms);

  await act.button(page, 'book.go').click();
  await act.goOn(patient, 'act.call.book');
  await expect(sent).toBeVisible();
  await page.clock.fastForward('02:00');
  await reads(page.getByRole('dialog'), 'stuck');
  await replace(account, await waiting(), false);
  await rpc('evm_mine');
  await act.finish(patient);
  await expect(page.getByText(words('status.booked'))).toBeVisible();
  // enrolled, cancelled, booked once
  expect(await nonce(patient)).toBe(3);
  expect(patient.faults).toEqual([]);
});
