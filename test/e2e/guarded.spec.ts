/** A restricted record goes only to a place that checks tokens: given for a live one, refused once it is taken back, and the patient sees both. */
import { expect } from '@playwright/test';
import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { salusAbi } from '../../src/chain/abi.ts';
import { cidOf } from '../../src/core/cid.ts';
import type { Hex } from '../../src/core/bytes.ts';
import * as act from './support/acts.ts';
import { chain, stack } from './support/chain.ts';
import { marker } from './support/files.ts';
import { call, enrolled, enrolledDoctor, test, type Account } from './support/people.ts';
import { picture } from './support/pictures.ts';
import { voucherFor } from './support/vouchers.ts';
import { words } from './support/words.ts';

const { at, button, field } = act;
const NONE = `0x${'0'.repeat(64)}`;

/** The one record that the account has added. */
const addedBy = async ({ address }: Account): Promise<Hex> => {
  const contract = { address: stack.chain.contract, abi: salusAbi } as const;
  const added = await chain().getContractEvents({
    ...contract,
    eventName: 'Added',
    args: { author: address },
    fromBlock: 0n,
  });
  return (added.at(-1)?.args as { record: Hex }).record;
};

test('a restricted record is given for a live token, refused once that is taken back, and the log of it is sealed', async ({
  cast,
}) => {
  const [doctor, account] = [await enrolledDoctor(), await enrolled()];
  const title = marker('restricted');
  const patient = await cast.atWork('patient', account, `#/voucher/${await voucherFor(account.address)}`);
  const { page } = patient;
  const main = page.getByRole('main');

  await test.step('a hospital’s voucher makes its peer a place, and the page says that it checks tokens', async () => {
    await expect(main.getByText(words('voucher.checked'))).toBeVisible();
    await picture(page, 'voucher');
    await button(main, 'voucher.use').click();
    await expect(main.getByText(words('voucher.kept'))).toBeVisible();
    await picture(page, 'voucher-kept');
    await button(main, 'session.in').click();
    await act.goOn(patient, 'act.sign.sign-in.why');
    await act.finish(patient);
    await expect(main.getByText(words('voucher.keptIn'))).toBeVisible();
    await at(patient, '#/settings');
    await expect(main.getByText(words('placeGuard.yes'))).toBeVisible();
    await picture(page, 'places');
  });

  await test.step('the record is kept there, and nowhere in the open', async () => {
    await at(patient, '#/records/new');
    await field(page, 'records.field.title').fill(title);
    await field(page, 'records.field.note').fill(title);
    await main.getByText(words('folders.level.R'), { exact: true }).click();
    await button(page, 'records.addSave').click();
    await act.goOn(patient, 'act.call.add');
    await act.finish(patient);
  });
  const record = await addedBy(account);
  const token = randomBytes(32).toString('hex');
  const access: Hex = `0x${createHash('sha256').update(Buffer.from(token, 'hex')).digest('hex')}`;
  const asked = async (authorization?: string): Promise<number> => {
    const init: RequestInit = authorization === undefined ? {} : { headers: { authorization } };
    const answer = await fetch(`${stack.peer.url}/ipfs/${cidOf(record)}?format=car`, init);
    expect((await answer.arrayBuffer()).byteLength > 4096).toBe(answer.ok);
    return answer.status;
  };
  expect(await asked()).toBe(401);
  expect(await asked(`Token ${token}`)).toBe(403);
  await call(account.key, 'share', [doctor.address, record, access, 0, 0]);
  await expect.poll(() => asked(`Token ${token}`)).toBe(200);
  await call(account.key, 'revoke', [doctor.address, NONE]);
  await expect.poll(() => asked(`Token ${token}`)).toBe(403);

  await test.step('the patient sees who was let in and who was not; whoever takes the peer’s disk does not', async () => {
    await at(patient, '#/access');
    await page.getByRole('tab', { name: words('access.view.opened') }).click();
    const log = page.getByRole('list', { name: words('access.opened') });
    await expect(log.getByRole('listitem')).not.toHaveCount(0);
    await expect(log.getByText(words('access.reason.revoked')).first()).toBeVisible();
    await picture(page, 'opened');
    const folder = join(stack.folder, 'peer');
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const entries = files.filter(({ parentPath }) => parentPath.includes('/guard/log/'));
    expect(entries.length).toBeGreaterThan(1);
    for (const { parentPath, name } of files) {
      const bytes = readFileSync(join(parentPath, name));
      for (const secret of [token, access.slice(2)])
        expect(bytes.includes(secret) || bytes.includes(Buffer.from(secret, 'hex')), name).toBe(false);
      expect(bytes.includes(title), name).toBe(false);
      if (!parentPath.includes('/guard/log/')) continue;
      for (const known of [record.slice(2), cidOf(record), account.address, doctor.address, 'served', 'refused'])
        expect(bytes.includes(known) || parentPath.includes(known), name).toBe(false);
    }
  });
  expect(patient.faults).toEqual([]);
});
