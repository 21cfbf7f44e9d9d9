import { beforeEach, describe, expect, it } from 'vitest';
import { NO_DIGEST, toHex, utf8, type Bytes, type Digest } from '../../../src/core/bytes.ts';
import { changeProfile, profileDigest, readPublished, readPublishedPhoto } from '../../../src/flows/profile.ts';
import { foldRatings, rate, ratings, RATINGS_PAGE, readReview, tally, type Rated } from '../../../src/flows/review.ts';
import { visits, type Visit } from '../../../src/flows/visits.ts';
import { photoName, type Photo } from '../../../src/record/photo.ts';
import { PROFILE_FILE } from '../../../src/record/profile.ts';
import { REVIEW_FILE, reviewCid } from '../../../src/record/review.ts';
import { FakeWorld, person, type Person } from '../../fakes/chain.ts';
import { Device } from '../../fakes/device.ts';
import type { Blocks } from '../../fakes/storage.ts';
import { codeOf } from '../code.ts';

const FEE = 10n ** 16n;
const PROFILE = {
  kind: 'doctor' as const,
  name: 'Dr. Ada Byron',
  qualification: 'MD',
  specialty: 'Cardiology',
  since: 2010,
  languages: ['en'],
  phone: '',
};
const photo = (): Photo => {
  const body = new Uint8Array(300) as Bytes;
  body.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13]);
  body.set(utf8('IHDR'), 12);
  body[19] = body[23] = 9;
  return { type: 'image/png', body };
};

let world: FakeWorld;
let peer: Blocks;
let doctor: Device;
let patient: Device;
let hospital: Person;

/** A finished visit of somebody, attested or not. @returns its id */
const visited = (who: Person, attested = false): bigint => {
  const { keyHash } = world.rules.view(doctor.wallet.account);
  const id = BigInt(world.rules.appointments.length + 1);
  const request: Digest = toHex(new Uint8Array(32).fill(Number(id)));
  const until = world.time + 7 * 86_400;
  world.submit(who.account, {
    name: 'book',
    args: { doctor: doctor.wallet.account, request, arbiter: 0, until, keyHash },
    value: FEE,
  });
  world.submit(doctor.wallet.account, { name: 'complete', args: { id, record: request, hint: '0x00000000' } });
  if (attested) world.submit(hospital.account, { name: 'attest', args: { id } });
  return id;
};
const visitOf = async (device: Device, id: bigint): Promise<Visit> =>
  (await visits(device.ports, device.wallet.account)).find((v) => v.id === id) as Visit;
/** The doctor at another browser, unlocked. */
const elsewhere = async (): Promise<Device> => {
  const device = new Device(world, person('doctor'), peer);
  await device.cabinet.unlock(device.wallet.account, new Uint8Array(32));
  return device;
};
const newest = async (device: Device): Promise<Rated> => {
  const { list } = await ratings(device.ports, doctor.wallet.account);
  return list[0] as Rated;
};
const published = async (device: Device) => {
  const digest = await profileDigest(device.ports, doctor.wallet.account);
  return readPublished(device.ports, digest as Digest);
};

beforeEach(async () => {
  world = new FakeWorld();
  peer = new Map();
  hospital = world.founders[0] as Person;
  doctor = new Device(world, person('doctor'), peer);
  patient = new Device(world, person('patient'), peer);
  await doctor.enroll({ profile: PROFILE, fee: FEE });
  await patient.enroll();
  world.submit(hospital.account, {
    name: 'accredit',
    args: { account: doctor.wallet.account, role: 'doctor', licence: NO_DIGEST },
  });
});

describe('a rating with words', () => {
  it('is read by a stranger who has neither keys nor an account', async () => {
    const id = visited(patient.person, true);
    await rate(patient.ports, patient.act, await visitOf(patient, id), 4, ' Kind.\u202e On time. ');
    const stranger = new Device(world, person('stranger'), peer);
    const found = await newest(stranger);
    expect(found).toMatchObject({ id, score: 4, attested: true, patient: patient.wallet.account });
    expect(await readReview(stranger.ports, found)).toMatchObject({ text: 'Kind. On time.' });
    expect(await visitOf(patient, id)).toMatchObject({ status: 'paid', score: 4, paid: FEE });
  });

  it('goes with stars alone, and reads no words then', async () => {
    await rate(patient.ports, patient.act, await visitOf(patient, visited(patient.person)), 5, '  ');
    expect(patient.act.stages).not.toContain('store');
    const found = await newest(patient);
    expect(found.comment).toBe(null);
    expect(await readReview(patient.ports, found)).toBe(null);
  });

  it('says that no place holds the words, and may be sent all the same or waited with', async () => {
    const visit = await visitOf(patient, visited(patient.person));
    patient.storage.online = false;
    patient.act.turnBackAt = (p) => p.kind === 'transaction' && p.onlyHere?.code === 'storage/push-failed';
    expect(await codeOf(rate(patient.ports, patient.act, visit, 3, 'So so'))).toBe('wallet/declined');
    expect((await visitOf(patient, visit.id)).score).toBe(0);

    patient.act.turnBackAt = null;
    await rate(patient.ports, patient.act, visit, 3, 'So so');
    const found = await newest(patient);
    expect(found.score).toBe(3);
    expect((await readReview(patient.ports, found))?.text).toBe('So so');
    const stranger = new Device(world, person('stranger'), peer);
    expect(await codeOf(readReview(stranger.ports, found))).toBe('storage/not-found');
  });

  it('is no other than 1 to 5, and not longer than may be read', async () => {
    const visit = await visitOf(patient, visited(patient.person));
    expect(await codeOf(Promise.resolve().then(() => rate(patient.ports, patient.act, visit, 6, 'x')))).toBe(
      'input/invalid',
    );
    expect(await codeOf(rate(patient.ports, patient.act, visit, 5, 'x'.repeat(2001)))).toBe('input/too-large');
    expect(patient.wallet.prompts.filter((p) => p.kind === 'send')).toHaveLength(1);
  });

  it('cannot be another’s words, and a hostile file is refused', async () => {
    await rate(patient.ports, patient.act, await visitOf(patient, visited(patient.person)), 5, 'Mine');
    const { comment } = await newest(patient);
    const thief = new Device(world, person('thief'), peer);
    await thief.enroll();
    const id = visited(thief.person);
    world.submit(thief.wallet.account, { name: 'rate', args: { id, score: 1, comment: comment as Digest } });
    expect(await codeOf(readReview(thief.ports, await newest(thief)))).toBe('record/mismatch');

    for (const [body, code] of [
      [utf8('x'.repeat(10 * 1024 * 1024)), 'input/too-large'],
      [utf8('<script>alert(1)</script>'), 'record/malformed'],
      [utf8('{"resourceType":"Communication"}'), 'record/malformed'],
    ] as const) {
      const other = visited(thief.person);
      const bad = await thief.storage.publish([{ name: REVIEW_FILE, body }]);
      world.submit(thief.wallet.account, { name: 'rate', args: { id: other, score: 1, comment: bad } });
      expect(await codeOf(readReview(thief.ports, await newest(thief)))).toBe(code);
    }
  });
});

describe('what is counted of a doctor', () => {
  it('is all, those of attested visits, and how many paid', async () => {
    const [ann, ben] = [person('ann'), person('ben')];
    for (const who of [ann, ben]) await new Device(world, who, peer).enroll();
    const rated: [Person, boolean, number][] = [
      [ann, true, 5],
      [ann, false, 5],
      [ann, false, 4],
      [ben, true, 2],
    ];
    for (const [who, attested, score] of rated) {
      const id = visited(who, attested);
      world.submit(who.account, { name: 'rate', args: { id, score, comment: NO_DIGEST } });
    }
    visited(ben, true); // not rated: counts nowhere
    const so = await ratings(patient.ports, doctor.wallet.account);
    expect(so.complete).toBe(true);
    expect(tally(so.list)).toEqual({ all: { count: 4, sum: 16 }, attested: { count: 2, sum: 7 }, payers: 2 });
    expect(so.list.map((r) => r.score)).toEqual([2, 4, 5, 5]);
    const { rating } = await patient.ports.chain.account(doctor.wallet.account);
    expect(rating).toEqual({ count: 4, sum: 16, attestedCount: 2, attestedSum: 7 });
  });

  it('takes no rating of somebody else into account', () => {
    const entry = (event: string, subject: string) => ({
      event,
      subject,
      author: '0xa',
      args: { id: 1n, score: 5, comment: NO_DIGEST },
    });
    const entries = [entry('Rated', '0xd'), entry('Rated', '0xe'), entry('Attested', '0xe')] as never;
    expect(foldRatings('0xd', entries)).toMatchObject([{ doctor: '0xd', attested: false }]);
  });

  it('is read page by page, with progress, and no further than the limit', async () => {
    const busy = person('busy');
    await new Device(world, busy, peer).enroll();
    for (let n = 0; n < RATINGS_PAGE; n++) {
      const id = visited(busy);
      if (n % 50 === 0) world.submit(busy.account, { name: 'rate', args: { id, score: 5, comment: NO_DIGEST } });
    }
    const pages: number[] = [];
    const part = await ratings(patient.ports, doctor.wallet.account, {
      limit: 100,
      onPage: (so) => pages.push(so.read),
    });
    expect(part).toMatchObject({ read: 100, complete: false });
    expect(pages).toEqual([]);
    const all = await ratings(patient.ports, doctor.wallet.account, { onPage: (so) => pages.push(so.read) });
    expect(all).toMatchObject({ complete: true, read: all.total });
    expect(pages).toEqual([RATINGS_PAGE]);
    expect(all.list).toHaveLength(5);
    const stopped = AbortSignal.abort();
    expect(await codeOf(ratings(patient.ports, doctor.wallet.account, { signal: stopped }))).toBe('storage/aborted');
  });
});

describe('the doctor’s answer', () => {
  const reviewed = async (text: string): Promise<Digest> => {
    await rate(patient.ports, patient.act, await visitOf(patient, visited(patient.person)), 4, text);
    return (await newest(patient)).comment as Digest;
  };

  it('lies in the profile, which stays as it is, photo too', async () => {
    const comment = await reviewed('Kind');
    await changeProfile(doctor.ports, doctor.act, { photo: photo() });
    await changeProfile(doctor.ports, doctor.act, { answer: { comment, text: 'Thank you' } });
    const stranger = new Device(world, person('stranger'), peer);
    const read = await published(stranger);
    expect(read).toMatchObject({ profile: PROFILE, photo: 'image/png' });
    expect(read.replies).toMatchObject([{ review: reviewCid(comment), text: 'Thank you' }]);
    const digest = (await profileDigest(stranger.ports, doctor.wallet.account)) as Digest;
    expect(await readPublishedPhoto(stranger.ports, digest, read)).toEqual(photo());

    await changeProfile(doctor.ports, doctor.act, { profile: { ...PROFILE, specialty: 'Surgery' } });
    expect(await published(stranger)).toMatchObject({
      photo: 'image/png',
      replies: [{ text: 'Thank you' }],
      profile: { specialty: 'Surgery' },
    });
    await changeProfile(doctor.ports, doctor.act, { answer: { comment, text: 'Thank you again' } });
    expect((await published(stranger)).replies).toMatchObject([{ text: 'Thank you again' }]);
    await changeProfile(doctor.ports, doctor.act, { answer: { comment, text: ' ' }, photo: null });
    expect(await published(stranger)).toMatchObject({ photo: null, replies: [] });
  });

  it('is not lost when another device published in between', async () => {
    const [one, two, three] = [await reviewed('One'), await reviewed('Two'), await reviewed('Three')];
    const other = await elsewhere();
    await changeProfile(doctor.ports, doctor.act, { answer: { comment: one, text: 'First' } });
    // while this device's wallet asks, the other one is done
    let between = true;
    doctor.act.turnBackAt = () => false;
    const { prompt } = doctor.act;
    doctor.act.prompt = async (p) => {
      if (between) {
        between = false;
        await changeProfile(other.ports, other.act, { answer: { comment: two, text: 'Second' } });
      }
      return prompt.call(doctor.act, p);
    };
    await changeProfile(doctor.ports, doctor.act, { answer: { comment: three, text: 'Third' } });
    expect((await published(patient)).replies.map((r) => r.text).sort()).toEqual(['First', 'Second', 'Third']);
  });

  it('waits when what is published cannot be had, and leaves it behind only when told to', async () => {
    const comment = await reviewed('Kind');
    await changeProfile(doctor.ports, doctor.act, { answer: { comment, text: 'Thank you' } });
    peer.clear();
    const newDevice = await elsewhere();
    const change = { profile: PROFILE };
    expect(await codeOf(changeProfile(newDevice.ports, newDevice.act, change))).toBe('storage/not-found');
    expect(newDevice.wallet.prompts).toEqual([]);
    await changeProfile(newDevice.ports, newDevice.act, change, true);
    expect(await published(newDevice)).toMatchObject({ profile: PROFILE, replies: [] });
  });

  it('keeps nothing of what was declined, and never throws away what stands', async () => {
    const before = await published(doctor);
    doctor.wallet.declines = 1;
    expect(await codeOf(changeProfile(doctor.ports, doctor.act, { profile: { ...PROFILE, name: 'Dr. X' } }))).toBe(
      'wallet/declined',
    );
    doctor.wallet.declines = 1;
    expect(await codeOf(changeProfile(doctor.ports, doctor.act, { profile: PROFILE }))).toBe('wallet/declined');
    expect(await published(doctor)).toEqual(before);
  });

  it('is found behind many later acts', async () => {
    const before = await published(patient);
    for (let n = 1; n <= 70; n++)
      world.submit(doctor.wallet.account, { name: 'setFee', args: { fee: BigInt(n), open: true } });
    expect(await published(patient)).toEqual(before);
    expect(await profileDigest(patient.ports, person('nobody').account)).toBe(null);
  });

  it('needs a profile', async () => {
    expect(await codeOf(changeProfile(patient.ports, patient.act, { answer: { comment: NO_DIGEST, text: 'x' } }))).toBe(
      'input/invalid',
    );
  });
});

describe('a published photo', () => {
  it.each([
    ['a page', utf8('<!doctype html><script>alert(1)</script>'), 'record/malformed'],
    ['10 MB', new Uint8Array(10 * 1024 * 1024) as Bytes, 'input/too-large'],
  ])('is refused when it is %s', async (_, body, code) => {
    const good = await published(doctor);
    const bundle = JSON.parse(
      JSON.stringify({
        entry: [
          {
            resource: {
              resourceType: 'Practitioner',
              name: [{ text: good.profile.name }],
              photo: [{ url: photoName('image/png') }],
            },
          },
        ],
      }),
    ) as object;
    const digest = await doctor.storage.publish([
      { name: PROFILE_FILE, body: utf8(JSON.stringify(bundle)) },
      { name: photoName('image/png'), body },
    ]);
    const read = await readPublished(doctor.ports, digest);
    expect(await codeOf(readPublishedPhoto(doctor.ports, digest, read))).toBe(code);
  });
});
