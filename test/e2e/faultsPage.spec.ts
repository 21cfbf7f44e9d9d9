/** Where the page stands, beside what, and what strangers write into it. */
import { expect } from '@playwright/test';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../src/tools/run.ts';
import { serve } from '../../src/tools/serve.ts';
import * as act from './support/acts.ts';
import { stack } from './support/chain.ts';
import { bookingOf, nonce, reads } from './support/faults.ts';
import { documents, marker } from './support/files.ts';
import { enrolled, enrolledDoctor, newAccount, test } from './support/people.ts';
import { words } from './support/words.ts';

test.describe('the place the page is served from', () => {
  test('puts it into a frame: it refuses', async ({ cast }) => {
    const outer = await serve(root, {
      '/index.html': `<!doctype html><iframe src="${stack.page.url}" width="800" height="600"></iframe>`,
    });
    const person = await cast.arriveWith('framed', undefined);
    await person.page.goto(outer.url);
    const frame = person.page.frameLocator('iframe');
    await expect(frame.getByText(words('app.framed'))).toBeVisible();
    await expect(frame.getByRole('link', { name: words('landing.enter') })).toHaveCount(0);
    expect(person.faults).toEqual([]);
    await outer.stop();
  });

  test('is a path gateway, whose pages share one origin: it refuses', async ({ cast }) => {
    const gateway = test.info().outputPath('gateway');
    mkdirSync(join(gateway, 'ipfs'), { recursive: true });
    symlinkSync(join(root, 'dist'), join(gateway, 'ipfs/bafybeisite'));
    const served = await serve(gateway);
    const person = await cast.arrive('shared', await newAccount());
    await person.page.goto(`${served.url}ipfs/bafybeisite/#/enrol/patient`);
    await expect(person.page.getByText(words('app.sharedOrigin'))).toBeVisible();
    expect(person.wallet?.log).toEqual([]);
    expect(person.faults).toEqual([]);
    await served.stop();
  });

  test('lets nothing foreign run in it', async ({ cast }) => {
    const person = await cast.arriveWith('hacked', undefined);
    await person.page.goto(stack.page.url);
    const broken = await person.page.evaluate(async () => {
      const tries: Record<string, () => unknown> = {
        eval: () => (0, eval)('1'),
        function: () => new Function('return 1')(),
        html: () => (document.body.innerHTML = '<b>x</b>'),
        worker: () => new Worker('https://example.com/x.js'),
        blob: () => new Worker(URL.createObjectURL(new Blob(['1']))),
        policy: () =>
          (
            window as unknown as { trustedTypes: { createPolicy(name: string, rules: object): unknown } }
          ).trustedTypes.createPolicy('mine', {}),
        inline: () => {
          const script = document.createElement('script');
          script.textContent = 'window.ran = 1';
          document.body.append(script);
        },
      };
      const attempt = (name: string): boolean => {
        try {
          tries[name]?.();
          return true;
        } catch {
          return false;
        }
      };
      // in a task of its own: what the test itself evaluates is not held to the policy
      return new Promise<string[]>((resolve) => setTimeout(() => resolve(Object.keys(tries).filter(attempt))));
    });
    expect(broken).toEqual([]);
  });
});

test('two tabs of one account: one act at a time, and both see its end', async ({ cast }) => {
  const [doctor, account] = [await enrolledDoctor(), await enrolled()];
  const patient = await cast.atWork('patient', account, bookingOf(doctor));
  const { page, wallet } = patient;
  await act.agreeToPlaces(patient);
  const symptoms = marker('symptoms');
  await act.writeBooking(patient, { symptoms });
  // the second tab takes up the same draft
  const other = await patient.context.newPage();
  await other.goto(`${stack.page.url}${bookingOf(doctor)}`);
  await act.button(other, 'unlock.withWallet').click();
  await act.button(other, 'act.prompt.go').click();
  await expect(other.getByLabel(words('book.symptoms'))).toHaveValue(symptoms, { timeout: 60_000 });

  await act.button(page, 'book.go').click();
  await expect(page.getByText(words('act.call.book'), { exact: true })).toBeVisible({ timeout: 60_000 });
  await act.button(other, 'book.go').click();
  await reads(other.getByRole('dialog'), 'otherTab');
  await act.button(other, 'common.close').last().click();
  await act.goOn(patient, 'act.call.book');
  await act.finish(patient);
  expect(wallet?.count('eth_sendTransaction')).toBe(1);
  await other.goto(`${stack.page.url}#/appointments`);
  await expect(other.getByText(words('status.booked'))).toBeVisible({ timeout: 60_000 });
  expect(await nonce(patient)).toBe(2);
  expect(patient.faults).toEqual([]);
});

test('text with script, markup, names of the page’s own objects and formulas stays text on the other side', async ({
  cast,
}) => {
  const [doctorAccount, account] = [await enrolledDoctor(), await enrolled()];
  const patient = await cast.atWork('patient', account, bookingOf(doctorAccount));
  await act.agreeToPlaces(patient);
  const symptoms = [
    '<img src=x onerror="window.ran=1"><script>window.ran=1</script>',
    '<form id="location" name="attributes"><input name="getElementById"><a id="app" href="javascript:window.ran=1">x</a></form>',
    '{{7*7}} ${7*7} %3Cscript%3E',
    '=HYPERLINK("http://127.0.0.1/","x")',
  ].join('\n');
  const folder = test.info().outputPath('files');
  const { pdf } = documents(folder, 1000);
  const names = ['"><svg onload=window.ran=1>.pdf', '__proto__', 'constructor.pdf'];
  const files = names.map((name) => {
    const path = join(folder, name);
    writeFileSync(path, pdf.bytes);
    return { ...pdf, name, path };
  });
  await act.writeBooking(patient, { symptoms, preferred: '<b>noon</b>', files });
  await act.sendBooking(patient);
  await patient.leave();

  const doctor = await cast.atWork('doctor', doctorAccount, '#/queue');
  const { page } = doctor;
  await act.agreeToPlaces(doctor);
  await act.visitRow(page).click();
  for (const line of symptoms.split('\n')) await expect(page.getByText(line)).toBeVisible({ timeout: 60_000 });
  for (const name of names) await expect(page.getByText(name, { exact: true })).toBeVisible();
  expect((await act.save(doctor, '__proto__')).equals(pdf.bytes)).toBe(true);
  const changed = await page.evaluate(() => ({
    ran: 'ran' in window,
    images: document.querySelectorAll('main img, main script, main form[name]').length,
    app: document.getElementById('app')?.tagName,
  }));
  expect(changed).toEqual({ ran: false, images: 0, app: 'DIV' });
  expect(doctor.strangers()).toEqual([]);
  expect(doctor.faults).toEqual([]);
});
