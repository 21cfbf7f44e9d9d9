/** A real Safe, 2 of 3, as a hospital: what it did is taken where the nodes agree, whoever sent the transaction. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeCall } from '../../../src/chain/calls.ts';
import { openSessions } from '../../../src/chain/session.ts';
import type { SalusChain } from '../../../src/chain/salusChain.ts';
import { httpNode } from '../../../src/chain/node.ts';
import type { Address } from '../../../src/core/bytes.ts';
import type { Call } from '../../../src/flows/ports/chain.ts';
import { deploySafe, type Safe } from '../../fakes/safe.ts';
import { accredit, digest, enroll, keyOf, people, startLocal, type Local } from './support.ts';

const { doctor, hospitals, nobody } = people;
let local: Local;
let safe: Safe;
let account: Address;
/** two nodes, as a page with a wallet has them */
let chain: SalusChain;

const propose = (subject: Address): Call => ({ name: 'propose', args: { subject, admit: true, statement: digest(0) } });
const confirm = (proposal: bigint, subject: Address): Call => ({
  name: 'confirm',
  args: { proposal, subject, admit: true },
});
const act = async (call: Call): Promise<void> => {
  await safe.propose({ to: local.deployment.contract, data: encodeCall(call), value: 0n });
  await safe.carryOut();
};
const newest = async () => (await chain.timeline(account, 'own')).entries[0]!;

beforeAll(async () => {
  local = await startLocal();
  safe = await deploySafe(local.url);
  account = safe.address;
  chain = local.open({ rpcs: [local.url, `${local.url}/`] });
  const [first, second] = hospitals;
  await local.send(first!, propose(account));
  await local.send(second!, confirm(1n, account));
  await local.send(doctor, enroll(3));
  await act(enroll(5));
});
afterAll(() => local.stop());

describe('a Safe', () => {
  it('is told from an ordinary account, and pays for nothing', async () => {
    expect(await chain.isContract(account)).toBe(true);
    expect(await chain.isContract(doctor.account)).toBe(false);
    expect(await chain.quote(account, accredit(doctor))).toMatchObject({ contract: true, balance: 0n });
    expect(await chain.quote(doctor.account, enroll(3, 1))).not.toHaveProperty('contract');
  });

  it('is not what an ordinary account is that lends itself code', async () => {
    await local.rpc('anvil_setCode', [people.bob.account, `0xef0100${account.slice(2)}`]);
    expect(await chain.isContract(people.bob.account)).toBe(false);
  });

  it('has a public key that is proven by agreement, not by one node alone', async () => {
    expect(await chain.provenKey(account)).toMatchObject({ by: 'agreement', recipient: keyOf(5) });
    await expect(local.open().provenKey(account)).rejects.toMatchObject({ details: { reason: 'one-node' } });
  });

  it('accredits, and the accreditation leads to the founders', async () => {
    await act(accredit(doctor));
    const entry = await newest();
    expect(entry).toMatchObject({ event: 'Accredited', author: account, subject: doctor.account });
    expect(await chain.proveEntry(entry)).toBe('agreement');
    expect(await chain.signatureOf(entry)).toBeNull();
    expect(await chain.receiptOf(entry)).toMatchObject({ tx: entry.tx, block: entry.block });
    const { path } = await chain.accreditation(doctor.account);
    expect(path.map((p) => p.hospital)).toEqual([account, hospitals[0]!.account]);
  });

  it('confirms a proposal, whose majority counts it', async () => {
    const [first, second] = hospitals;
    await local.send(first!, propose(nobody.account));
    await local.send(second!, confirm(2n, nobody.account));
    await act(confirm(2n, nobody.account));
    expect((await newest()).args).toMatchObject({ executed: true, confirmations: 3 });
    const fresh = local.open({ rpcs: [local.url, `${local.url}/`] });
    expect((await fresh.accreditation(nobody.account)).path[0]).toMatchObject({ hospital: hospitals[0]!.account });
  });

  it('signs in by ERC-1271, and not with the signature of one owner', async () => {
    const { client } = httpNode(local.url);
    const sessions = openSessions(client);
    const now = Date.now();
    const request = {
      account,
      chainId: local.deployment.chainId,
      peerId: '12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp',
      domain: 'salus.example',
      uri: 'https://salus.example/',
      nonce: '0123456789abcdef',
      issuedAt: now,
      expiresAt: now + 3_600_000,
    };
    const text = await sessions.build(request);
    const signature = await safe.signMessage(text);
    expect(await sessions.verify(text, signature, { ...request, now })).toMatchObject({ account });
    await expect(
      sessions.verify(text, signature.slice(0, 132) as `0x${string}`, { ...request, now }),
    ).rejects.toMatchObject({ code: 'crypto/bad-signature' });
  });
});
