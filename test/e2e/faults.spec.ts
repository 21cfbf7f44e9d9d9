/** Everything around the page fails or lies: it notices, says what happened, keeps what was written, and goes on when it can. */
import { expect } from '@playwright/test';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { serve } from '../../src/tools/serve.ts';
import { root } from '../../src/tools/run.ts';
import { randomIdentity } from '../../src/crypto/identity.ts';
import { owned } from '../../src/core/bytes.ts';
import { randomBytes } from 'node:crypto';
import * as act from './support/acts.ts';
import { chain, stack } from './support/chain.ts';
import { documents, marker } from './support/files.ts';
import { forgeKey } from './support/forge.ts';
import { call, enrolled, enrolledDoctor, newAccount, test, type Account } from './support/people.ts';
import type { Person } from './support/person.ts';
import { TestWallet } from './support/wallet.ts';
import { words } from './support/words.ts';

const bookingOf = (doctor: Account): string => `#/doctors/${doctor.address}/book`;
const nonce = (person: Person): Promise<number> =>
  chain().getTransactionCount({ address: person.wallet?.address as `0x${string}` });
const uploaded = (person: Person): number =>
  person.proxy.sent.filter((s) => s.method === 'POST' && s.url.includes('/car')).length;

test.describe('the wallet', () => {
  test('is on another network: it is asked to add ours and to switch', async ({ cast }) => {
    const account = await newAccount();
    const wallet = new TestWallet([account.key], { 1: stack.chain.url });
    const person = await cast.arriveWith('stranger', wallet);
    await person.page.goto(`${stack.page.url}#/enrol/patient`);
    await act.connect(person);
    await expect(person.page.getByRole('heading', { name: words('wallet.wrongTitle') })).toBeVisible();
    wallet.mode = 'reject';
    const change = act.button(person.page, 'wallet.switch', { name: 'Local chain' });
    await change.click();
    await expect(person.page.getByText(words('error.declined.what'))).toBeVisible();
    wallet.mode = 'confirm';
    await change.click();
    await expect(person.page.getByRole('heading', { name: words('enrol.title') })).toBeVisible();
  });

  test('changes network in the middle of the work: nothing is sent', async ({ cast }) => {
    const [doctor, account] = [await enrolledDoctor(), await enrolled()];
    const patient = await cast.atWork('patient', account, bookingOf(doctor));
    await act.agreeToPlaces(patient);
    const symptoms = marker('symptoms');
    await act.writeBooking(patient, { symptoms });
    await act.button(patient.page, 'book.go').click();
    await expect(patient.page.getByText(words('act.call.book'), { exact: true })).toBeVisible({ timeout: 60_000 });
    await patient.wallet?.switchChain(1);
    await act.button(patient.page, 'act.prompt.go').click();
    await expect(patient.page.getByText(words('error.wrongChain.what')).first()).toBeVisible();
    expect(await nonce(patient)).toBe(1);
    await patient.wallet?.switchChain(stack.chain.chainId);
    await act.button(patient.page, 'common.close').last().click();
    await expect(patient.page.getByLabel(words('book.symptoms'))).toHaveValue(symptoms);
    await act.sendBooking(patient);
    expect(await nonce(patient)).toBe(2);
  });

  test('changes account: the vault of the first one is shut', async ({ cast }) => {
    const [first, second] = [await enrolled(), await newAccount()];
    const wallet = new TestWallet([first.key, second.key], { [stack.chain.chainId]: stack.chain.url });
    const person = await cast.arriveWith('two', wallet);
    await person.page.goto(`${stack.page.url}#/home`);
    await act.connect(person);
    await act.unlock(person);
    await wallet.selectAccount(1);
    await expect(person.page.getByRole('heading', { name: words('enrol.title') })).toBeVisible();
    await expect(act.button(person.page, 'shell.lock')).toHaveCount(0);
  });

  test('does not repeat its signatures: the page says so, and the 24 words serve instead', async ({ cast }) => {
    const person = await cast.arrive('patient', await newAccount());
    const { page, wallet } = person;
    if (wallet) wallet.repeatable = false;
    await page.goto(`${stack.page.url}#/enrol/patient`);
    await act.connect(person);
    await act.button(page, 'common.continue').click();
    await page.getByRole('radio', { name: words('keys.wallet') }).check();
    await act.button(page, 'enrol.start').click();
    await act.goOn(person, 'act.sign.enrol-first.why');
    await act.goOn(person, 'act.sign.enrol-again.why');
    await expect(page.getByText(words('enrol.wordsInstead'))).toBeVisible();
    await act.button(page, 'enrol.useWords').click();
    const phrase = await act.writeDownPhrase(person);
    await act.goOn(person, 'act.call.enroll');
    await act.lock(person);
    await page.getByLabel(words('phrase.enter')).fill([...phrase.slice(1), phrase[0]].join(' '));
    await act.button(page, 'unlock.withWords').click();
    await expect(
      page
        .getByText(/24/)
        .filter({ hasText: words('error.badPhrase.what') })
        .or(page.getByText(words('error.wrongUnlock.what')))
        .first(),
    ).toBeVisible();
    await page.getByLabel(words('phrase.enter')).fill(phrase.join('  ').toUpperCase());
    await act.button(page, 'unlock.withWords').click();
    await expect(act.button(page, 'shell.lock')).toBeVisible({ timeout: 60_000 });
  });

  test('is not there: the page says what to do', async ({ cast }) => {
    const person = await cast.arriveWith('nobody', undefined);
    await person.page.goto(stack.page.url);
    await person.page.getByRole('link', { name: words('landing.enter') }).click();
    await expect(person.page.getByRole('heading', { name: words('wallet.none') })).toBeVisible();
    expect(person.faults).toEqual([]);
  });
});

test.describe('the node', () => {
  for (const both of [false, true])
    test(`answers with another doctor's key${both ? ", and the wallet's node does too" : ''}: nothing is sealed to it or sent`, async ({
      cast,
    }) => {
      const [doctor, account] = [await enrolledDoctor(), await enrolled()];
      const mallory = await randomIdentity((length) => owned(randomBytes(length)));
      const rewrite = await forgeKey(doctor.address, mallory.publicKey);
      const patient = await cast.atWork('patient', account, '#/doctors');
      await act.agreeToPlaces(patient);
      patient.proxy.lie = (sent, answer) =>
        sent.url.startsWith(stack.chain.url) ? { ...answer, body: Buffer.from(rewrite(answer.body.toString())) } : null;
      if (both && patient.wallet) patient.wallet.lie = rewrite;
      await patient.page.goto(`${stack.page.url}${bookingOf(doctor)}`);
      await act.writeBooking(patient, { symptoms: marker('symptoms') });
      await act.button(patient.page, 'book.go').click();
      const expected = both ? ['error.keyUnproven.what'] : ['error.timelineBroken.what', 'error.keyUnproven.what'];
      await expect(patient.page.getByText(new RegExp(expected.map((key) => words(key)).join('|'))).first()).toBeVisible(
        { timeout: 60_000 },
      );
      expect(await nonce(patient)).toBe(1);
      expect(uploaded(patient)).toBe(0);

      // the truth again: the same booking goes through
      patient.proxy.lie = null;
      if (patient.wallet) patient.wallet.lie = null;
      await act.button(patient.page, 'common.close').last().click();
      await act.sendBooking(patient);
    });

  test('leaves out an event: the history is refused', async ({ cast }) => {
    const [doctor, account] = [await enrolledDoctor(), await enrolled()];
    const patient = await cast.atWork('patient', account, bookingOf(doctor));
    await act.agreeToPlaces(patient);
    await act.writeBooking(patient, { symptoms: 'a' });
    await act.sendBooking(patient);
    await patient.leave();

    const again = await cast.arrive('patient', account);
    // every log but the enrolment's, which is much the longest
    const leaveOut = (text: string): string => {
      if (text === '') return text;
      type Reply = { result?: unknown };
      const drop = (reply: Reply): Reply =>
        Array.isArray(reply.result)
          ? { ...reply, result: reply.result.filter((log: { data?: string }) => (log.data ?? '').length > 2000) }
          : reply;
      const reply = JSON.parse(text) as Reply | Reply[];
      return JSON.stringify(Array.isArray(reply) ? reply.map(drop) : drop(reply));
    };
    again.proxy.lie = (sent, answer) =>
      sent.url.startsWith(stack.chain.url) ? { ...answer, body: Buffer.from(leaveOut(answer.body.toString())) } : null;
    if (again.wallet) again.wallet.lie = leaveOut;
    await again.page.goto(`${stack.page.url}#/appointments`);
    await act.connect(again);
    await expect(again.page.getByText(words('error.timelineBroken.what')).first()).toBeVisible({ timeout: 60_000 });
  });

  test('is gone: the page says so, and goes on when it is back', async ({ cast }) => {
    const person = await cast.arrive('patient', await enrolled());
    person.proxy.lie = (sent) => (sent.url.startsWith(stack.chain.url) ? 'drop' : null);
    if (person.wallet) person.wallet.lie = () => '{"error":{"code":-32603,"message":"down"}}';
    await person.page.goto(`${stack.page.url}#/home`);
    await act.connect(person);
    await expect(person.page.getByText(words('error.unreachable.what')).first()).toBeVisible({ timeout: 60_000 });
    person.proxy.lie = null;
    if (person.wallet) person.wallet.lie = null;
    await act.button(person.page, 'common.retry').click();
    await act.unlock(person);
  });

  test("refuses, in the contract's own words: the doctor's fee has changed since", async ({ cast }) => {
    const [doctor, account] = [await enrolledDoctor(10n ** 16n), await enrolled()];
    const patient = await cast.atWork('patient', account, bookingOf(doctor));
    await act.agreeToPlaces(patient);
    await act.writeBooking(patient, { symptoms: 'a' });
    await call(doctor.key, 'setFee', [2n * 10n ** 16n, true]);
    await act.button(patient.page, 'book.go').click();
    await expect(patient.page.getByText(words('revert.WrongFee')).first()).toBeVisible({ timeout: 60_000 });
    expect(await nonce(patient)).toBe(1);
  });
});

test.describe('the peer', () => {
  test('has one block corrupted: the file is refused, and opened once the block is right', async ({ cast }) => {
    const [doctorAccount, account] = [await enrolledDoctor(), await enrolled()];
    const { pdf, binary } = documents(test.info().outputPath('files'), 100_000);
    const patient = await cast.atWork('patient', account, bookingOf(doctorAccount));
    await act.agreeToPlaces(patient);
    const blocks = (): string[] =>
      readdirSync(join(stack.folder, 'peer/blocks'), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name));
    const before = new Set(blocks());
    await act.writeBooking(patient, { symptoms: marker('symptoms'), files: [pdf, binary] });
    await act.sendBooking(patient);
    await patient.leave();
    const sealed = blocks()
      .filter((path) => !before.has(path))
      .map((path) => ({ path, bytes: readFileSync(path) }))
      .find(({ bytes }) => bytes.length > 100_000 && bytes.subarray(0, 21).toString() === 'age-encryption.org/v1');
    if (!sealed) throw new Error('the peer holds no age file');
    const corrupted = Buffer.from(sealed.bytes);
    corrupted[corrupted.length - 20] = (corrupted.at(-20) as number) ^ 1;
    writeFileSync(sealed.path, corrupted);

    const doctor = await cast.atWork('doctor', doctorAccount, '#/queue');
    await act.agreeToPlaces(doctor);
    await doctor.page.getByRole('main').getByRole('listitem').getByRole('link').click();
    await act.button(doctor.page, 'files.save', { name: binary.name }).click();
    await expect(doctor.page.getByText(words('error.storageCorrupt.what'))).toBeVisible({ timeout: 60_000 });
    expect(await act.save(doctor, pdf.name)).toEqual(pdf.bytes);
    writeFileSync(sealed.path, sealed.bytes);
    expect((await act.save(doctor, binary.name)).equals(binary.bytes)).toBe(true);
    expect(doctor.faults).toEqual([]);
  });

  test('is gone: the page says so before the wallet is asked; sent all the same, the record is copied once it is back', async ({
    cast,
  }) => {
    const [doctor, account] = [await enrolledDoctor(), await enrolled()];
    const patient = await cast.atWork('patient', account, bookingOf(doctor));
    const { page } = patient;
    await act.agreeToPlaces(patient);
    patient.proxy.lie = (sent) => (sent.url.startsWith(stack.peer.url) ? 'drop' : null);
    const symptoms = marker('symptoms');
    await act.writeBooking(patient, { symptoms });
    await act.button(page, 'book.go').click();
    await expect(page.getByText(words('act.prompt.onlyHere'))).toBeVisible({ timeout: 90_000 });
    await act.button(page, 'act.prompt.notNow').click();
    await act.button(page, 'common.close').last().click();
    expect(await nonce(patient)).toBe(1);
    await expect(page.getByLabel(words('book.symptoms'))).toHaveValue(symptoms);

    await act.sendBooking(patient);
    await expect(page.getByText(words('outbox.onlyHereWhy'))).toBeVisible();
    patient.proxy.lie = null;
    await act.becomeDurable(patient);
    expect(uploaded(patient)).toBeGreaterThan(0);
  });
});

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
