/** What `npm start` brings up: the page from Vite's server, with live reload, under the same policy, and the state kept for the next time. */
import { expect } from '@playwright/test';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { demoAccounts } from '../../src/tools/accounts.ts';
import { forget, startStack } from '../../src/tools/stack.ts';
import * as act from './support/acts.ts';
import { test } from './support/people.ts';
import { TestWallet } from './support/wallet.ts';
import { words } from './support/words.ts';

test('npm start: a demo account enrols, and is still enrolled after a restart', async ({ cast }) => {
  const folder = mkdtempSync(join(tmpdir(), 'salus-start-'));
  const patient = demoAccounts.find((account) => account.role === 'patient');
  if (!patient) throw new Error('no demo patient');
  const first = await startStack({ folder });
  try {
    const wallet = new TestWallet([patient.privateKey], { [first.chain.chainId]: first.chain.url });
    const person = await cast.arriveWith('demo', wallet);
    await person.page.goto(first.page.url);
    await person.page.getByRole('link', { name: words('landing.door.patient.title') }).click();
    await act.connect(person);
    await act.enrol(person, { role: 'patient' });
    await act.agreeToPlaces(person);
    expect(person.faults).toEqual([]);
    expect(person.strangers()).toEqual([]);
    await person.leave();
  } finally {
    await first.stop();
  }

  const second = await startStack({ folder });
  try {
    expect(second.chain.contract).toBe(first.chain.contract);
    const wallet = new TestWallet([patient.privateKey], { [second.chain.chainId]: second.chain.url });
    const person = await cast.arriveWith('again', wallet);
    await person.page.goto(`${second.page.url}#/home`);
    await act.connect(person);
    await act.unlock(person);
    await expect(person.page.getByText(words('home.first'))).toBeVisible();
    expect(person.faults).toEqual([]);
    await person.leave();
  } finally {
    await second.stop();
    forget(folder);
  }
});
