import type { Resource } from '@medplum/fhirtypes';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Address } from '../../../src/core/bytes.ts';
import {
  accessRequestResources,
  ASKABLE,
  checked,
  MAX_ABOUT,
  MAX_REASON,
  PURPOSES,
  readAccessRequest,
  type AccessRequest,
} from '../../../src/record/accessRequest.ts';
import { code } from '../code.ts';

const about = {
  chain: 1,
  patient: `0x${'1'.repeat(40)}` as Address,
  asker: `0x${'2'.repeat(40)}` as Address,
  now: 1_760_000_000_000,
  zone: 120,
};
const request: AccessRequest = {
  folders: ['labs', 'imaging'],
  about: 'the knee since 2020',
  purpose: 'TREAT',
  until: 1_790_000_000,
  reason: 'Before the operation I want to see what was found.',
};
type Tree = { [k: string]: Tree } & Tree[] & string;
const altered = (change: (consent: Tree, all: Resource[]) => void): Resource[] => {
  const all = structuredClone(accessRequestResources(request, about));
  change(all[0] as unknown as Tree, all);
  return all;
};

describe('a request for access', () => {
  it('is read as it was written, whatever was asked', () => {
    fc.assert(
      fc.property(
        fc.record({
          folders: fc.subarray([...ASKABLE]),
          about: fc.string({ maxLength: MAX_ABOUT }).map((s) => s.trim()),
          purpose: fc.constantFrom(...PURPOSES),
          until: fc.integer({ min: 1, max: 4_000_000_000 }),
          reason: fc
            .string({ maxLength: MAX_REASON })
            .map((s) => s.trim())
            .filter((s) => s !== ''),
        }),
        (asked) => {
          fc.pre(asked.folders.length > 0 || asked.about !== '');
          expect(readAccessRequest(JSON.parse(JSON.stringify(accessRequestResources(asked, about))))).toEqual(asked);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('is a Consent as FHIR R4 has it: proposed, with purpose, end and recipient', () => {
    const [consent] = accessRequestResources(request, about);
    expect(consent).toMatchObject({
      resourceType: 'Consent',
      status: 'proposed',
      policyRule: { coding: [{ code: 'OPTIN' }] },
      provision: {
        type: 'permit',
        period: { end: '2026-09-21T16:13:20+02:00' },
        purpose: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code: 'TREAT' }],
        code: [{ text: request.about }],
        actor: [{ reference: { identifier: { value: `did:pkh:eip155:1:${about.asker}` } } }],
      },
    });
  });

  it.each<[string, Partial<AccessRequest>]>([
    ['asks for nothing', { folders: [], about: '  ' }],
    ['asks for what is never shared as a folder', { folders: ['very-restricted'] }],
    ['says no reason', { reason: ' \n' }],
    ['says too much', { reason: 'x'.repeat(MAX_REASON + 1) }],
    ['asks in too many words', { about: 'x'.repeat(MAX_ABOUT + 1) }],
    ['names a purpose of its own', { purpose: 'HMARKT' as 'TREAT' }],
    ['has no end', { until: 0 }],
    ['ends at no second', { until: Number.NaN }],
  ])('is not made when it %s', (_, over) => {
    expect(code(() => checked({ ...request, ...over }))).toBe('input/invalid');
  });

  it.each<[string, (consent: Tree, all: Resource[]) => void]>([
    ['is no proposal', (c) => Object.assign(c, { status: 'active' })],
    ['denies', (c) => Object.assign(c.provision as Tree, { type: 'deny' })],
    ['has two purposes', (c) => (c.provision!.purpose as Tree).push(c.provision!.purpose![0] as Tree)],
    ['has a purpose of another system', (c) => Object.assign(c.provision!.purpose![0] as Tree, { system: 'x' })],
    ['has an unknown purpose', (c) => Object.assign(c.provision!.purpose![0] as Tree, { code: 'constructor' })],
    ['has no end', (c) => Object.assign(c.provision as Tree, { period: {} })],
    ['ends on no day', (c) => Object.assign(c.provision as Tree, { period: { end: '2026-13-41T00:00:00Z' } })],
    ['asks for an unknown folder', (c) => Object.assign(c.provision!.data![0] as Tree, { reference: {} })],
    ['asks without end', (c) => Object.assign(c.provision as Tree, { data: Array(100).fill(c.provision!.data![0]) })],
    ['has words that are none', (c) => Object.assign(c.provision as Tree, { code: [{ text: { toString: 1 } }] })],
    ['says no reason', (_, all) => void all.pop()],
    ['says two things', (_, all) => void all.push(all[0] as Resource)],
    ['is something else', (_, all) => void all.splice(0, 2, { resourceType: 'Patient' })],
    ['has nothing in it', (c) => Object.assign(c, { provision: null })],
  ])('is refused whole when it %s', (_, change) => {
    expect(code(() => readAccessRequest(altered(change)))).toBe('record/malformed');
  });
});
