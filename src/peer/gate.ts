/**
 * Whether somebody gets a guarded record: by a token whose hash is a live grant of the account that guards it, or by that account's own
 * session. Whatever is decided is noted for that account first. When the chain cannot be read, nobody is let in by a token.
 */
import { createHash } from 'node:crypto';
import type { CID } from 'multiformats/cid';
import type { Address, Hex } from '../core/bytes.ts';
import { SalusError, isSalusError } from '../core/errors.ts';
import { digestOfCid } from '../storage/blocks.ts';
import type { AccessLog, Note } from './accessLog.ts';
import type { Grants } from './grants.ts';
import type { GuardStore, Shelf } from './guardStore.ts';
import type { Call } from './http.ts';

/** Says on every answer about a guarded record that it is one; on a refusal, why. */
export const GUARD_HEADER = 'x-salus-guard';

type Shown = { token: Hex } | { account: Address } | { nothing: true } | { refused: true };
type Verdict = Pick<Note, 'outcome' | 'reason' | 'access'>;

const STATUS: Record<Note['reason'], [number, string]> = {
  none: [401, 'UNAUTHORIZED'],
  session: [403, 'FORBIDDEN'],
  unknown: [403, 'FORBIDDEN'],
  revoked: [403, 'FORBIDDEN'],
  expired: [403, 'FORBIDDEN'],
  chain: [503, 'CHAIN_UNREADABLE'],
  token: [500, 'INTERNAL_SERVER_ERROR'],
  deposit: [500, 'INTERNAL_SERVER_ERROR'],
};

const accessOf = (token: string): Hex => `0x${createHash('sha256').update(Buffer.from(token, 'hex')).digest('hex')}`;

export class Gate {
  readonly #store: GuardStore;
  readonly #grants: Grants;
  readonly #log: AccessLog;
  readonly #accountOf: (bearer: string) => Address;

  /** @param accountOf who signed in @throws crypto/bad-signature */
  constructor(store: GuardStore, grants: Grants, log: AccessLog, accountOf: (bearer: string) => Address) {
    this.#store = store;
    this.#grants = grants;
    this.#log = log;
    this.#accountOf = accountOf;
  }

  /**
   * @param only where this account guards alone
   * @returns where the block is read from, null when nobody guards it here @throws storage/not-let-in with `reason`
   */
  async admit(
    { request, response }: Pick<Call, 'request' | 'response'>,
    cid: CID,
    only?: Address,
  ): Promise<Shelf | null> {
    const shelves = this.#store.holding(cid).filter(({ guard }) => only === undefined || guard === only);
    if (shelves.length === 0) return null;
    const shown = this.#shown(request.headers.authorization);
    let refusal: Verdict | null = null;
    const noted = (shelf: Shelf, verdict: Verdict): Promise<void> =>
      this.#log.note({ guard: shelf.guard, record: digestOfCid(this.#store.rootOf(shelf, cid)), ...verdict });
    const refused: [Shelf, Verdict][] = [];
    for (const shelf of shelves) {
      const verdict = await this.#judge(shelf, shown);
      if (verdict.outcome === 'served') {
        await noted(shelf, verdict);
        response.setHeader(GUARD_HEADER, shelf.guard);
        return shelf;
      }
      refused.push([shelf, verdict]);
      if (refusal === null || refusal.reason === 'unknown') refusal = verdict;
    }
    // once for each account, however many brought it
    for (const [shelf, verdict] of new Map(refused.map((one) => [one[0].guard, one])).values())
      await noted(shelf, verdict);
    const { reason } = refusal as Verdict;
    response.setHeader(GUARD_HEADER, reason);
    if (reason === 'none') response.setHeader('www-authenticate', 'Token');
    throw new SalusError('storage/not-let-in', { reason, http: STATUS[reason] });
  }

  #shown(authorization = ''): Shown {
    const token = /^Token ([0-9a-f]{64})$/i.exec(authorization)?.[1];
    if (token !== undefined) return { token: accessOf(token) };
    const bearer = /^Bearer (\S+)$/i.exec(authorization)?.[1];
    if (bearer === undefined) return authorization === '' ? { nothing: true } : { refused: true };
    try {
      return { account: this.#accountOf(bearer) };
    } catch {
      return { refused: true };
    }
  }

  async #judge({ guard, by }: Shelf, shown: Shown): Promise<Verdict> {
    const refused = (reason: Note['reason'], access: Hex | null = null): Verdict => ({
      outcome: 'refused',
      reason,
      access,
    });
    if ('nothing' in shown) return refused('none');
    if ('refused' in shown) return refused('session');
    try {
      if ('account' in shown) return await this.#judgeAccount(guard, by, shown.account);
      const { state } = await this.#grants.standing(guard, shown.token);
      // whoever changed keys reads the log with the new ones
      const { recipient } = await this.#grants.of(guard);
      if (recipient !== null) await this.#log.sealTo(guard, recipient);
      if (state === 'live') return { outcome: 'served', reason: 'token', access: shown.token };
      return refused(state, state === 'unknown' ? null : shown.token);
    } catch (error) {
      if (!isSalusError(error)) throw error;
      return refused('chain');
    }
  }

  async #judgeAccount(guard: Address, by: Address, account: Address): Promise<Verdict> {
    const served = (reason: Note['reason']): Verdict => ({ outcome: 'served', reason, access: null });
    if (account === by && account !== guard) return served('deposit');
    if (await this.isOwner(guard, account)) return served('session');
    return { outcome: 'refused', reason: 'session', access: null };
  }

  /** True for the account itself, until it moved to another address; then for that one. @throws chain/unreachable for any other account */
  async isOwner(guard: Address, account: Address): Promise<boolean> {
    try {
      return (await this.#grants.of(guard)).owner === account;
    } catch (error) {
      // a chain that is away does not lock the patient out
      if (account === guard) return true;
      throw error;
    }
  }
}
