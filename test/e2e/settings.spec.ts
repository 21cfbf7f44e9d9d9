/** Settings: a node of one's own, and other ways into the vault. */
import { expect } from '@playwright/test';
import * as act from './support/acts.ts';
import { stack } from './support/chain.ts';
import { enrolled, test } from './support/people.ts';
import type { Person } from './support/person.ts';
import { words } from './support/words.ts';

/** Settings are there without keys; they lead to unlocking, and are gone back to. */
const unlockAndReturn = async (person: Person): Promise<void> => {
  await person.page.getByRole('link', { name: words('unlock.title'), exact: true }).click();
  await act.unlock(person);
  await act.visit(person, 'nav.settings');
};

test('a node of one’s own is tried, and is the only one asked after a reload', async ({ cast }) => {
  const person = await cast.atWork('person', await enrolled(), '#/home');
  const { page } = person;
  await act.visit(person, 'nav.settings');
  await expect(act.button(page, 'places.refuse')).toBeVisible();
  await expect(page.getByText(words('places.choose'))).toHaveCount(0);
  await act.button(page, 'places.refuse').click();
  const own = stack.chain.url.replace('127.0.0.1', 'localhost');

  await test.step('what cannot be a node is refused, in words', async () => {
    await act.field(page, 'ownNodes.url').fill('http://example.org');
    await act.button(page, 'ownNodes.add').click();
    await expect(page.getByText(words('ownNodes.badUrl'))).toBeVisible();
    await act.field(page, 'ownNodes.url').fill(stack.peer.url);
    await act.button(page, 'ownNodes.add').click();
    await expect(page.getByText(words('ownNodes.silent'))).toBeVisible();
    await act.button(page, 'ownNodes.remove', { name: new URL(stack.peer.url).host }).click();
  });
  await test.step('one’s own says the same as the others', async () => {
    await act.field(page, 'ownNodes.url').fill(own);
    await act.button(page, 'ownNodes.add').click();
    await expect(page.getByText(/have the same block/)).toBeVisible();
    await expect(page.getByText(words('ownNodes.reload'))).toBeVisible();
    await page.getByRole('switch', { name: words('ownNodes.use', { name: new URL(stack.chain.url).host }) }).click();
    await expect(page.getByRole('switch', { name: words('ownNodes.last') })).toBeDisabled();
  });
  await test.step('after a reload nobody else is asked', async () => {
    const asked: string[] = [];
    page.on('request', (r) => r.method() === 'POST' && asked.push(new URL(r.url()).host));
    const loaded = page.waitForEvent('load');
    await act.button(page, 'ownNodes.reloadNow').click();
    await loaded;
    asked.length = 0;
    await unlockAndReturn(person);
    expect(new Set(asked)).toEqual(new Set([new URL(own).host]));
  });
  await test.step('an address with a key is kept sealed', async () => {
    const secret = 'k3yk3yk3yk3yk3yk3y';
    await act.field(page, 'ownNodes.url').fill(`${own}/v3/${secret}`);
    await act.button(page, 'ownNodes.add').click();
    await expect(page.getByText(words('ownNodes.sealedWhy'))).toBeVisible();
    expect(await page.evaluate(() => JSON.stringify({ ...localStorage }))).not.toContain(secret);
    await act.lock(person);
    await act.unlock(person);
    await act.visit(person, 'nav.settings');
    await expect(page.getByText(words('ownNodes.sealedWhy'))).toBeVisible();
    expect((await person.atRest([{ name: 'key in a URL', text: secret }])).hits).toEqual([]);
  });
  expect(person.faults).toEqual([]);
});

test('a passphrase is turned on: new words, new keys, and only they unlock', async ({ cast }) => {
  const account = await enrolled();
  const person = await cast.atWork('person', account, '#/home');
  const { page } = person;
  await act.button(page, 'places.refuse').click();
  await act.visit(person, 'nav.settings');
  const passphrase = 'seven quiet herons';
  const elsewhere = await cast.atWork('elsewhere', account, '#/home');

  await test.step('the words on paper are compared', async () => {
    await act.button(page, 'vaultKeys.check').click();
    await act.field(page, 'phrase.enter').fill(account.phrase.join(' '));
    await act.button(page, 'vaultKeys.checkGo').click();
    await expect(page.getByText(words('vaultKeys.right'))).toBeVisible();
    await act.button(page.getByRole('dialog'), 'common.close').last().click();
  });
  await test.step('the words are shown again after a signature', async () => {
    await act.button(page, 'vaultKeys.see').click();
    await act.button(page, 'vaultKeys.go').click();
    await act.goOn(person, 'act.sign.reveal.why');
    await act.button(page, 'phrase.reveal').click();
    expect(await page.locator('ol li b').allInnerTexts()).toEqual(account.phrase);
    await act.button(page, 'common.cancel').click();
  });
  const phrase = await test.step('a passphrase closes the wallet’s own way', async () => {
    await act.button(page, 'vaultKeys.change').click();
    await act.field(page, 'keys.passphraseField').fill(passphrase);
    await act.field(page, 'keys.again').fill(passphrase);
    await expect(page.getByText(words('vaultKeys.replaces'))).toBeVisible();
    await act.button(page, 'vaultKeys.go').click();
    await act.goOn(person, 'act.sign.enrol-first.why');
    await act.goOn(person, 'act.sign.enrol-again.why');
    const shown = await act.writeDownPhrase(person);
    await act.goOn(person, 'act.call.enroll');
    await expect(page.getByText(words('vaultKeys.done'))).toBeVisible({ timeout: 60_000 });
    await act.button(page.getByRole('dialog'), 'common.close').last().click();
    return shown;
  });
  expect(phrase).not.toEqual(account.phrase);
  await expect(page.getByText(words('vaultKeys.way.passphrase')).first()).toBeVisible();

  await test.step('another browser, open meanwhile, is shut and opens with the passphrase', async () => {
    await expect(elsewhere.page.getByText(words('vaultKeys.outdated'))).toBeVisible({ timeout: 30_000 });
    await act.unlock(elsewhere, passphrase);
  });
  await test.step('locked, it opens with the passphrase, not without it, and not with the old words', async () => {
    await act.lock(person);
    await act.button(page, 'unlock.byWords').click();
    await act.field(page, 'phrase.enter').fill(account.phrase.join(' '));
    await act.button(page, 'unlock.withWords').click();
    await expect(page.getByText(words('error.wrongUnlock.what'))).toBeVisible();
    await act.button(page, 'common.close').first().click();
    await act.button(page, 'unlock.byWallet').click();
    await act.unlock(person, passphrase);
  });
  expect([...person.faults, ...elsewhere.faults]).toEqual([]);
});
