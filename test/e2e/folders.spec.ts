/** Own folders, a record that is moved and very restricted, and a folder encrypted again after its keys changed on another device. */
import { expect } from '@playwright/test';
import { randomBytes } from 'node:crypto';
import { salusAbi } from '../../src/chain/abi.ts';
import { countOf } from '../../src/chain/words.ts';
import { toHex } from '../../src/core/bytes.ts';
import { sealTag } from '../../src/crypto/folderTag.ts';
import { folderId, idOf } from '../../src/record/folders.ts';
import * as act from './support/acts.ts';
import { chain, stack } from './support/chain.ts';
import { documents, marker } from './support/files.ts';
import { call, enrolled, test, type Account } from './support/people.ts';
import type { Person } from './support/person.ts';
import { picture } from './support/pictures.ts';
import type { Secret } from './support/secrets.ts';
import { words } from './support/words.ts';

const { at, button, field } = act;
const keep = async (patient: Person, title: string, file?: string): Promise<void> => {
  const { page } = patient;
  await at(patient, '#/records/new');
  await field(page, 'records.field.title').fill(title);
  await field(page, 'records.field.note').fill(title);
  await page.getByRole('combobox', { name: words('folders.field') }).click();
  await page.getByRole('option', { name: words('records.folder.labs') }).click();
  if (file) await page.locator('input[type=file]').first().setInputFiles(file);
  if (file) await picture(page, 'records-new');
  await button(page, 'records.addSave').click();
  await act.goOn(patient, 'act.call.add');
  await act.finish(patient);
  await expect(page.getByRole('heading', { name: title })).toBeVisible();
};

/** As another device of the same person does it. */
const rotateElsewhere = async ({ key, address, seed }: Account): Promise<void> => {
  const { own } = (await chain().readContract({
    address: stack.chain.contract,
    abi: salusAbi,
    functionName: 'account',
    args: [address],
  })) as unknown as { own: bigint };
  const nonce = new Uint8Array(randomBytes(32));
  const tag = sealTag(seed!, folderId('labs'), nonce);
  await call(key, 'rotate', [countOf(own), toHex(tag), toHex(nonce), `0x${'0'.repeat(64)}`]);
};

test('own folders, very restricted records, and a folder encrypted again', async ({ cast }) => {
  const account = await enrolled();
  const said = { first: marker('first'), second: marker('second'), folder: marker('folder') };
  const file = documents(test.info().outputPath('files'), 1000).pdf;
  const secrets: Secret[] = Object.entries(said).map(([name, text]) => ({ name, text }));
  const patient = await cast.atWork('patient', account, '#/records/new');
  const { page } = patient;
  const main = page.getByRole('main');
  await act.agreeToPlaces(patient);
  await keep(patient, said.first, file.path);
  await keep(patient, said.second);

  await test.step('a folder of one’s own', async () => {
    await at(patient, '#/records');
    await button(main, 'folders.new').click();
    const dialog = page.getByRole('dialog');
    await button(dialog, 'folders.make').click();
    await expect(dialog.getByText(words('folders.needName'))).toBeVisible();
    await field(dialog, 'folders.name').fill(said.folder);
    await picture(page, 'folder-new');
    await button(dialog, 'folders.make').click();
    await act.goOn(patient, 'act.call.add');
    await act.finish(patient);
    await expect(main.getByRole('heading', { name: said.folder })).toBeVisible();
    await expect(main.getByText(words('folders.emptyFolder'))).toBeVisible();
  });

  await test.step('a record is moved there and very restricted: its title is not seen until it is confirmed', async () => {
    await main.getByRole('button', { name: words('folders.all') }).click();
    await main.getByRole('link', { name: said.first }).click();
    await button(main, 'folders.move').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('combobox', { name: words('folders.field') }).click();
    await page.getByRole('option', { name: said.folder }).click();
    await dialog.getByRole('radio', { name: words('folders.level.V') }).check();
    await picture(page, 'move');
    await button(dialog, 'folders.moveSave').click();
    await act.goOn(patient, 'act.call.add');
    await act.finish(patient);
    await expect(main.getByText(words('folders.hiddenWhy'))).toBeVisible();
    await expect(page.getByText(said.first)).toHaveCount(0);
    await picture(page, 'record-hidden');
    await at(patient, '#/records');
    await expect(main.getByText(words('folders.hidden'))).toBeVisible();
    await expect(page.getByText(said.first)).toHaveCount(0);
    await expect(main.getByRole('button', { name: said.folder })).toContainText('1');
    await picture(page, 'records-folders');
    await main.getByRole('link', { name: words('folders.hidden') }).click();
    await button(main, 'folders.reveal').click();
    await button(dialog, 'folders.reveal').click();
    await expect(main.getByRole('heading', { name: said.first })).toBeVisible();
    expect((await act.save(patient, file.name)).equals(file.bytes)).toBe(true);
    await picture(page, 'record-very');
  });

  await test.step('keys that changed on another device are learnt; the folder is encrypted again', async () => {
    await rotateElsewhere(account);
    await at(patient, `#/folders/${idOf('labs')}/reseal`);
    await expect(main.getByText(words('reseal.todo_one'))).toBeVisible({ timeout: 30_000 });
    await picture(page, 'reseal');
    await button(main, 'reseal.go').click();
    await act.goOn(patient, 'act.call.add');
    await expect(main.getByText(words('reseal.none'))).toBeVisible({ timeout: 60_000 });
    await button(main, 'reseal.letGo').click();
    // the place took the bytes from nobody in particular: it lets nobody in particular remove them, and the page says so
    await expect(main.getByText(words('folders.keptUnknown'))).toBeVisible({ timeout: 30_000 });
    await expect(button(main, 'reseal.again')).toBeVisible();
    await picture(page, 'reseal-done');
    await at(patient, '#/records');
    await main.getByRole('link', { name: said.second }).click();
    await expect(main.getByText(said.second).nth(1)).toBeVisible();
    await page.getByRole('tab', { name: words('records.tab.history') }).click();
    await expect(main.getByText(words('folders.sealedAnew'))).toBeVisible();
    await picture(page, 'record-resealed');
  });
  await act.lock(patient);
  expect((await patient.atRest(secrets)).hits, 'the browser keeps').toEqual([]);
  expect(patient.leaked(secrets), 'the page lets out').toEqual([]);
  expect(patient.faults).toEqual([]);
});
