/** Requests and readers as the page's state holds them. */
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Address } from '../../../src/core/bytes.ts';
import { suspend } from '../../../src/flows/accredit.ts';
import { requestDraft } from '../../../src/flows/draft.ts';
import { ask } from '../../../src/flows/request.ts';
import { sealStatement } from '../../../src/flows/seal.ts';
import { send } from '../../../src/flows/send.ts';
import { share } from '../../../src/flows/share.ts';
import { openDraft } from '../../../src/flows/writing.ts';
import type { AccessRequest } from '../../../src/record/accessRequest.ts';
import { communication } from '../../../src/record/fhir.ts';
import { idOf } from '../../../src/record/folders.ts';
import { AccessState } from '../../../src/state/access.svelte.ts';
import { Acts } from '../../../src/state/act.svelte.ts';
import { RequestsState } from '../../../src/state/requests.svelte.ts';
import { VisitsState } from '../../../src/state/visits.svelte.ts';
import { codeOf } from '../code.ts';
import { cast, gift, type Cast, type Side } from '../flows/sharing.ts';

let all: Cast;
beforeEach(async () => {
  all = await cast();
});

/** Somebody's page after an unlock, everything read. */
const page = async ({ device, vault }: Side) => {
  const acts = new Acts();
  const open = { ports: async () => device.ports, vault: () => vault, me: (): Address | null => vault.account, acts };
  const visits = new VisitsState(open);
  await visits.load();
  return {
    acts,
    visits,
    requests: new RequestsState({ ...open, visits }),
    access: new AccessState({ ...open, visits }),
  };
};

const askFor = async (over: Partial<AccessRequest> = {}) => {
  const { device, vault } = all.anna;
  const patient = all.patient.vault.account;
  const fields: AccessRequest = {
    folders: ['labs'],
    about: '',
    purpose: 'TREAT',
    until: all.world.time + 86_400,
    reason: 'why',
    ...over,
  };
  const draft = await openDraft(device.ports, requestDraft(patient), fields);
  return ask(device.ports, device.act, vault, { patient, draft });
};

describe('a form that answers a request', () => {
  it('begins with what was asked, by whom and until when', async () => {
    const entry = await askFor();
    const { requests } = await page(all.patient);
    expect(requests.open).toHaveLength(1);
    expect(await requests.wish(entry.inboxCount as number)).toEqual({
      asker: all.anna.vault.account,
      folders: [idOf('labs')],
      about: '',
      until: all.world.time - 1 + 86_400,
      re: entry.inboxCount,
    });
    expect(await requests.wish(99)).toBeNull();
    // the time that was asked for has passed
    all.world.time += 2 * 86_400;
    expect(await requests.wish(entry.inboxCount as number)).toBeNull();
  });

  it('does not begin when whoever asked is suspended since', async () => {
    const entry = await askFor();
    const { device, vault } = all.hospital;
    await suspend(device.ports, device.act, vault, all.anna.vault.account, '');
    const { requests } = await page(all.patient);
    expect(await requests.wish(entry.inboxCount as number)).toBeNull();
    const [request] = requests.open;
    await requests.lookUp([request!]);
    expect(requests.view(request!).standing?.good).toBe(false);
  });

  it('says so when what was asked is not understood', async () => {
    const { device, vault } = all.anna;
    const patient = all.patient.vault;
    const about = {
      kind: 'statement' as const,
      title: '',
      patient: patient.account,
      appointment: null,
      resources: [communication('2026-01-01T00:00:00Z', 'give me all')],
    };
    const recipients = [patient.identity.recipient, vault.identity.recipient];
    const record = await sealStatement(device.ports, device.act, about, recipients);
    const call = { name: 'requestAccess', args: { patient: patient.account, reason: record } } as const;
    const entry = await send(device.ports, device.act, call, { record });
    const { requests } = await page(all.patient);
    expect(await codeOf(requests.wish(entry.inboxCount as number))).toBe('record/malformed');
    expect(requests.view(requests.open[0]!).error?.code).toBe('record/malformed');
  });
});

describe('keys that are due', () => {
  it('are renewed with one confirmation, after a reader’s time has passed', async () => {
    const { device, vault } = all.patient;
    const until = all.world.time + 1000;
    await share(
      device.ports,
      device.act,
      vault,
      gift(all.anna, { terms: { until, delegable: false, rights: 'read' } }),
    );
    await share(device.ports, device.act, vault, gift(all.bob));
    const before = await page(all.patient);
    await before.access.load();
    expect([before.access.readers.length, before.access.due]).toEqual([2, []]);
    all.world.time += 2000;
    const { access, acts } = await page(all.patient);
    await access.load();
    expect(access.due.map((d) => [d.folder, d.ended.length])).toEqual([[idOf('labs'), 1]]);
    const renewing = access.renew(access.due.map((d) => d.folder));
    await vi.waitFor(() => expect(acts.current?.asking).toBeTruthy());
    acts.current?.goOn();
    expect((await renewing)?.event).toBe('Rotated');
    expect(access.due).toEqual([]);
    access.clear();
    expect([access.given, access.log]).toEqual([null, null]);
  });

  it('name a reader who cannot be given them, and leave the choice to the person', async () => {
    const { device, vault } = all.patient;
    const until = all.world.time + 1000;
    await share(
      device.ports,
      device.act,
      vault,
      gift(all.anna, { terms: { until, delegable: false, rights: 'read' } }),
    );
    await share(device.ports, device.act, vault, gift(all.bob));
    all.world.time += 2000;
    all.world.swapped.add(all.bob.vault.account);
    const { access, acts } = await page(all.patient);
    await access.load();
    expect(await access.renew([idOf('labs')])).toBeUndefined();
    expect(acts.current?.error?.code).toBe('chain/key-unproven');
    expect(access.left.map((g) => g.grantee)).toEqual([all.bob.vault.account]);
  });
});
